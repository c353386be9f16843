/* Contract in cassette/submission.h. */
#include "cassette/submission.h"

#include "entry_facts.h"
#include "findings.h"
#include "json_yaml.h"

#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/table.h"

#include <stdio.h>
#include <string.h>

/* The answers of a run, by name of the clip. */
typedef struct {
  cst_table *table;
  char *path;
  cst_names clips; /* row by row */
  int label;       /* column */
} answered;

static cst_status fail_row(const cst_table *table, size_t row, const char *clip, const char *what)
{
  return cst_raise(CST_ERR_DATA, "%s:%zu: clip %s: %s", cst_table_name(table),
                   cst_table_line(table, row), clip, what);
}

/* Clips of a table, each once. */
static cst_status list_clips(const cst_table *table, cst_names *out)
{
  cst_status st = CST_OK;
  int column = -1;
  CST_TRY(cst_table_need(table, "filename", &column));
  for (size_t i = 0; i < cst_table_rows(table); i++) {
    const char *clip = cst_table_field(table, i, column);
    if (cst_names_find(out, clip) != CST_NONE)
      CST_TRY(fail_row(table, i, clip, "named twice; remove one of the rows"));
    if (cst_names_add(out, clip) == CST_NONE) CST_TRY(cst_no_memory("clips", i, 1));
  }
done:
  return st;
}

static bool is_class(const run_files *run, const char *label)
{
  const cst_names *classes = &run->data->scenes;
  return cst_names_find(classes, label) != CST_NONE;
}

static cst_status read_answers(const run_files *run, const char *name, answered *out)
{
  cst_status st = CST_OK;
  out->path = cst_format("%s/predictions/%s.csv", run->dir, name);
  if (!out->path) CST_TRY(cst_no_memory("path", 1, 1));
  if (!cst_file_exists(out->path))
    CST_FAIL(CST_ERR_DATA,
             "%s: no such file; make it with: cassette predict %s/config.yaml --run %s", out->path,
             run->dir, run->dir);
  CST_TRY(cst_table_read(out->path, ',', &out->table));
  CST_TRY(list_clips(out->table, &out->clips));
  CST_TRY(cst_table_need(out->table, "scene_label", &out->label));
  for (size_t i = 0; i < out->clips.n; i++) {
    const char *label = cst_table_field(out->table, i, out->label);
    if (!is_class(run, label))
      CST_TRY(fail_row(out->table, i, out->clips.item[i],
                       *label ? "its label is no class of the run" : "it has no label"));
  }
done:
  return st;
}

static void reset_answers(answered *self)
{
  cst_table_destroy(&self->table);
  cst_names_reset(&self->clips);
  cst_free(self->path);
}

/* The evaluation set in the order of its table: @p path, or as the manifest kept it. */
static cst_status read_order(const run_files *run, const char *path, cst_names *out)
{
  cst_status st = CST_OK;
  cst_table *table = NULL;
  if (path) {
    CST_TRY(cst_table_read(path, 0, &table));
    CST_TRY(list_clips(table, out));
  }
  for (size_t i = 0; !path && i < run->data->n; i++) {
    const cst_clip *clip = &run->data->clip[i];
    if (clip->set != CST_SET_EVALUATION) continue;
    if (cst_names_add(out, clip->id) == CST_NONE) CST_TRY(cst_no_memory("clips", i, 1));
  }
  if (out->n == 0)
    st = cst_raise(CST_ERR_DATA,
                   "%s/manifest.csv: no evaluation set, so there is nothing to submit", run->dir);
done:
  cst_table_destroy(&table);
  return st;
}

static cst_status check_complete(const cst_names *order, const answered *answers)
{
  size_t lacking = 0;
  const char *first = NULL;
  for (size_t i = 0; i < order->n; i++) {
    if (cst_names_find(&answers->clips, order->item[i]) != CST_NONE) continue;
    if (lacking++ == 0) first = order->item[i];
  }
  if (lacking > 0)
    return cst_raise(CST_ERR_DATA,
                     "%s: %zu of %zu clips of the evaluation set have no answer, the first is %s; "
                     "predict them all",
                     answers->path, lacking, order->n, first);
  for (size_t i = 0; i < answers->clips.n; i++)
    if (cst_names_find(order, answers->clips.item[i]) == CST_NONE)
      return fail_row(answers->table, i, answers->clips.item[i],
                      "it is not in the table of the evaluation set");
  return CST_OK;
}

static void answers_text(const cst_names *order, const answered *answers, cst_text *out)
{
  cst_text_add(out, "filename,scene_label\n");
  for (size_t i = 0; i < order->n; i++) {
    const size_t row = (size_t)cst_names_find(&answers->clips, order->item[i]);
    cst_csv_add(out, order->item[i]);
    cst_text_add(out, ",");
    cst_csv_add(out, cst_table_field(answers->table, row, answers->label));
    cst_text_add(out, "\n");
  }
}

/* Clips that were answered without having been heard. */
static size_t count_unheard(const run_files *run)
{
  size_t n = 0;
  for (size_t i = 0; i < run->data->n; i++)
    n += run->data->clip[i].set == CST_SET_EVALUATION &&
         !cst_audio_usable(run->data->clip[i].status);
  return n;
}

static cst_status facts_text(const run_files *run, const char *answers, size_t clips,
                             const char *csv, cst_text *out)
{
  cst_status st = CST_OK;
  cst_json *facts = entry_facts(run, answers), *own = cst_json_object();
  char digest[CST_DIGEST_HEX];
  cst_digest_bytes(csv, strlen(csv), digest);
  cst_json_set_string(own, "file", "predictions.csv");
  cst_json_set_string(own, "digest", digest);
  cst_json_set_string(own, "made_from", answers);
  cst_json_set_integer(own, "clips", (int64_t)clips);
  cst_json_set_integer(own, "clips_without_usable_audio", (int64_t)count_unheard(run));
  cst_json_set(facts, "predictions", own);
  cst_text_add(out,
               "# What the system is that made predictions.csv; null: the run does not tell.\n");
  CST_TRY(json_yaml_add(facts, out));
done:
  cst_json_destroy(&facts);
  return st;
}

static cst_status write_file(const char *dir, const char *name, const cst_text *text)
{
  cst_status st = CST_OK;
  char *path = cst_path_join(dir, name);
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_file_write(path, text->data, text->bytes));
  printf("%s\n", path);
done:
  cst_free(path);
  return st;
}

static cst_status write_all(const char *dir, const cst_text *csv, const cst_text *facts)
{
  cst_status st = CST_OK;
  CST_TRY(cst_make_dirs(dir));
  CST_TRY(write_file(dir, "predictions.csv", csv));
  CST_TRY(write_file(dir, "facts.yaml", facts));
done:
  return st;
}

cst_status cst_submission_write(const cst_submission *self)
{
  cst_status st = CST_OK;
  run_files run = {0};
  answered answers = {0};
  cst_names order = {0};
  cst_text csv = {0}, facts = {0};
  char *dir = NULL;
  CST_TRY(run_files_read(self->run, &run));
  CST_TRY(run_files_read_data(&run));
  if (!run.data)
    CST_FAIL(CST_ERR_DATA, "%s/manifest.csv: no such file; make it with: cassette prepare",
             run.dir);
  CST_TRY(read_answers(&run, self->answers, &answers));
  CST_TRY(read_order(&run, self->table, &order));
  CST_TRY(check_complete(&order, &answers));
  answers_text(&order, &answers, &csv);
  CST_TRY(cst_text_status(&csv));
  CST_TRY(facts_text(&run, self->answers, order.n, csv.data, &facts));
  dir = self->out ? cst_strdup(self->out) : cst_path_join(run.dir, "submission");
  if (!dir) CST_TRY(cst_no_memory("path", 1, 1));
  if (!self->out) CST_TRY(cst_path_inside(run.dir, dir));
  CST_TRY(write_all(dir, &csv, &facts));
  if (count_unheard(&run) > 0)
    cst_log(CST_LOG_WARN, "%zu clips have no usable audio and got the mean answer",
            count_unheard(&run));
done:
  cst_free(dir);
  cst_text_reset(&facts);
  cst_text_reset(&csv);
  cst_names_reset(&order);
  reset_answers(&answers);
  run_files_reset(&run);
  return st;
}
