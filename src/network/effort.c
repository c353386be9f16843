/* Contract in effort.h. */
#include "cassette/effort.h"

#include "cassette/checkpoint.h"
#include "cassette/file.h"
#include "cassette/memory.h"
#include "cassette/trained.h"

#include <math.h>
#include <string.h>

static const struct {
  const char *event, *total; /* members of an epoch event, and of the sum */
} counts[] = {{"updates", "updates"}, {"clips", "clips_seen"}, {"rows", "rows_seen"}};
enum { COUNTS = sizeof counts / sizeof *counts };

static bool concerns(const cst_json *event, const cst_fold *fold, cst_stage s)
{
  const char *name = cst_json_get_string(event, "stage", "");
  if (strcmp(cst_json_get_string(event, "event", ""), "epoch") != 0) return false;
  if (fold && strcmp(cst_json_get_string(event, "fold", ""), fold->name) != 0) return false;
  return strcmp(name, cst_stage_name(s)) == 0 ||
         (s == CST_STAGE_DONE && strcmp(name, cst_stage_name(CST_STAGE_PRETRAIN)) != 0);
}

/* An epoch that does not tell its part leaves the sum unknown. */
static cst_status add_line(const char *line, size_t bytes, const cst_fold *fold, cst_stage s,
                           double sum[COUNTS], size_t *epochs)
{
  cst_json *event = NULL;
  cst_status st = cst_json_parse(line, bytes, "metrics.jsonl", &event);
  if (st == CST_ERR_DATA) {
    cst_clear(); /* a damaged line tells nothing */
    st = CST_OK;
  } else if (st == CST_OK && concerns(event, fold, s)) {
    for (size_t c = 0; c < COUNTS; c++) sum[c] += cst_json_get_number(event, counts[c].event, NAN);
    ++*epochs;
  }
  cst_json_destroy(&event);
  return st;
}

cst_status cst_effort_pretrain_json(const cst_job *job, cst_json *out)
{
  cst_status st = CST_OK;
  const cst_trained model = cst_trained_of(NULL, CST_STAGE_PRETRAIN);
  char *path = cst_trained_path(job, &model);
  char *manifest_path = path ? cst_checkpoint_manifest_path(path) : NULL;
  cst_json *manifest = NULL;
  if (!manifest_path) CST_TRY(cst_no_memory("path", 1, 1));
  if (cst_file_exists(manifest_path)) CST_TRY(cst_json_read(manifest_path, &manifest));
  for (size_t c = 0; c < COUNTS; c++) {
    const double count = cst_json_get_number(manifest, counts[c].total, NAN);
    if (isnan(count))
      cst_json_set_null(out, counts[c].total);
    else
      cst_json_set_integer(out, counts[c].total, llround(count));
  }
done:
  cst_json_destroy(&manifest);
  cst_free(manifest_path);
  cst_free(path);
  return st;
}

cst_status cst_effort_json(const cst_job *job, const cst_fold *fold, cst_stage s, cst_json *out)
{
  cst_status st = CST_OK;
  double sum[COUNTS] = {0.0};
  char *path = NULL, *text = NULL;
  size_t bytes = 0, epochs = 0;
  if (!cst_job_root(job)) return CST_OK;
  path = cst_job_path(job, "metrics.jsonl");
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  if (cst_file_exists(path)) CST_TRY(cst_file_read(path, &text, &bytes));
  for (const char *line = text, *end; line && (end = strchr(line, '\n')) != NULL; line = end + 1)
    if (strncmp(line, "{\"event\":\"epoch\"", 16) == 0)
      CST_TRY(add_line(line, (size_t)(end - line), fold, s, sum, &epochs));
  for (size_t c = 0; c < COUNTS; c++)
    if (epochs == 0 || isnan(sum[c]))
      cst_json_set_null(out, counts[c].total);
    else
      cst_json_set_integer(out, counts[c].total, llround(sum[c]));
done:
  cst_free(text);
  cst_free(path);
  return st;
}
