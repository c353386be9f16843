/* Contract in effort.h. */
#include "cassette/effort.h"

#include "cassette/file.h"
#include "cassette/journal_event.h"
#include "cassette/memory.h"
#include "cassette/trained.h"

#include <string.h>

static bool concerns(const cst_journal_event *event, const cst_fold *fold, cst_stage s)
{
  const char *name = event->stage ? event->stage : "";
  if (!cst_journal_event_is(event, CST_EVENT_EPOCH)) return false;
  if (fold && (!event->fold || strcmp(event->fold, fold->name) != 0)) return false;
  return strcmp(name, cst_stage_name(s)) == 0 ||
         (s == CST_STAGE_DONE && strcmp(name, cst_stage_name(CST_STAGE_PRETRAIN)) != 0);
}

static void add(int64_t *sum, int64_t part)
{
  *sum = *sum == CST_NO_COUNT || part == CST_NO_COUNT ? CST_NO_COUNT : *sum + part;
}

/* An epoch that does not tell its part leaves the sum unknown. */
static cst_status add_line(const char *line, size_t bytes, const cst_fold *fold, cst_stage s,
                           cst_effort *sum, size_t *epochs)
{
  cst_json *document = NULL;
  cst_journal_event event;
  cst_status st = cst_journal_event_parse(line, bytes, "metrics.jsonl", &document, &event);
  if (st == CST_ERR_DATA) {
    cst_clear(); /* a damaged line tells nothing */
    st = CST_OK;
  } else if (st == CST_OK && concerns(&event, fold, s)) {
    add(&sum->updates, event.updates);
    add(&sum->clips_seen, event.clips);
    add(&sum->rows_seen, event.rows);
    ++*epochs;
  }
  cst_json_destroy(&document);
  return st;
}

cst_status cst_effort_of_pretrained(const cst_job *job, cst_effort *out)
{
  cst_status st = CST_OK;
  const cst_trained model = cst_trained_of(NULL, CST_STAGE_PRETRAIN);
  char *path = cst_trained_path(job, &model);
  cst_json *document = NULL;
  cst_model_manifest manifest;
  *out = cst_effort_unknown;
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  if (!cst_file_exists(path)) goto done;
  CST_TRY(cst_model_manifest_read(path, &document, &manifest));
  *out = manifest.effort;
done:
  cst_json_destroy(&document);
  cst_free(path);
  return st;
}

cst_status cst_effort_read(const cst_job *job, const cst_fold *fold, cst_stage s, cst_effort *out)
{
  cst_status st = CST_OK;
  cst_effort sum = {0};
  char *path = NULL, *text = NULL;
  size_t bytes = 0, epochs = 0;
  *out = cst_effort_unknown;
  if (!cst_job_root(job)) return CST_OK;
  path = cst_job_path(job, "metrics.jsonl");
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  if (cst_file_exists(path)) CST_TRY(cst_file_read(path, &text, &bytes));
  for (const char *line = text, *end; line && (end = strchr(line, '\n')) != NULL; line = end + 1)
    if (strncmp(line, "{\"event\":\"epoch\"", 16) == 0)
      CST_TRY(add_line(line, (size_t)(end - line), fold, s, &sum, &epochs));
  if (epochs > 0) *out = sum;
done:
  cst_free(text);
  cst_free(path);
  return st;
}
