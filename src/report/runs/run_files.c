/* Contract in run_files.h. */
#include "run_files.h"

#include "cassette/file.h"
#include "cassette/memory.h"

#include <math.h>
#include <string.h>

static cst_status join(const char *dir, const char *name, char **out)
{
  *out = cst_path_join(dir, name);
  return *out ? CST_OK : cst_no_memory("path", 1, 1);
}

/* *out stays NULL when the file is absent. */
static cst_status read_json(const char *dir, const char *name, cst_json **out)
{
  cst_status st = CST_OK;
  char *path = NULL;
  CST_TRY(join(dir, name, &path));
  if (cst_file_exists(path)) CST_TRY(cst_json_read(path, out));
done:
  cst_free(path);
  return st;
}

static cst_status read_text(const char *dir, const char *name, char **out)
{
  cst_status st = CST_OK;
  char *path = NULL;
  size_t bytes = 0;
  CST_TRY(join(dir, name, &path));
  if (cst_file_exists(path)) CST_TRY(cst_file_read(path, out, &bytes));
done:
  cst_free(path);
  return st;
}

static cst_status read_config(const char *dir, config_lines *out)
{
  cst_status st = CST_OK;
  char *path = NULL;
  CST_TRY(join(dir, "config.yaml", &path));
  CST_TRY(config_lines_read(path, out));
done:
  cst_free(path);
  return st;
}

static cst_status read_training_log(const char *dir, run_files *out)
{
  cst_status st = CST_OK;
  char *path = NULL, *text = NULL;
  CST_TRY(join(dir, "metrics.jsonl", &path));
  CST_TRY(read_text(dir, "metrics.jsonl", &text));
  if (text) CST_TRY(training_log_parse(text, path, out));
done:
  cst_free(text);
  cst_free(path);
  return st;
}

/* "runs/demo/" -> "runs/demo", so that it has a last component. */
static char *without_slashes(const char *dir)
{
  size_t n = strlen(dir);
  while (n > 1 && dir[n - 1] == '/') n--;
  return cst_strndup(dir, n);
}

cst_status run_files_read(const char *run_dir, run_files *out)
{
  cst_status st = CST_OK;
  *out = (run_files){.dir = without_slashes(run_dir)};
  if (!out->dir) CST_TRY(cst_no_memory("path", 1, 1));
  out->name = cst_path_name(out->dir);
  if (!cst_dir_exists(out->dir))
    CST_FAIL(CST_ERR_DATA, "%s: no such run directory; name one that cassette run has made",
             run_dir);
  CST_TRY(read_json(out->dir, "metrics.json", &out->metrics_document));
  if (!cst_metrics_is_one(out->metrics_document))
    CST_FAIL(CST_ERR_DATA,
             "%s/metrics.json: %s; make it with: cassette evaluate %s/config.yaml "
             "--run %s",
             out->dir, out->metrics_document ? "no member macro_accuracy" : "no such file",
             out->dir, out->dir);
  CST_TRY(cst_rows_read(&cst_metrics_shape, out->metrics_document, &out->metrics));
  CST_TRY(read_json(out->dir, "record.json", &out->record_document));
  CST_TRY(cst_rows_read(&cst_record_file_shape, out->record_document, &out->record));
  CST_TRY(read_text(out->dir, "split.txt", &out->audit));
  CST_TRY(read_config(out->dir, &out->config));
  CST_TRY(read_training_log(out->dir, out));
done:
  if (st != CST_OK) run_files_reset(out);
  return st;
}

cst_status run_files_read_data(run_files *self)
{
  cst_status st = CST_OK;
  char *path = NULL, *text = NULL;
  CST_TRY(join(self->dir, "manifest.csv", &path));
  CST_TRY(read_text(self->dir, "manifest.csv", &text));
  if (text) CST_TRY(cst_dataset_parse(text, strlen(text), path, &self->data));
done:
  cst_free(text);
  cst_free(path);
  return st;
}

void run_files_reset(run_files *self)
{
  for (size_t i = 0; i < self->n_stages; i++) {
    cst_free(self->stages[i].fold);
    cst_free(self->stages[i].stage);
    event_list_reset(&self->stages[i].epochs_of);
  }
  cst_free(self->stages);
  config_lines_reset(&self->config);
  cst_dataset_destroy(&self->data);
  cst_free(self->audit);
  event_list_reset(&self->pseudo_labels);
  cst_rows_reset(&cst_record_file_shape, &self->record);
  cst_rows_reset(&cst_metrics_shape, &self->metrics);
  if (self->record_document) cst_json_destroy(&self->record_document);
  if (self->metrics_document) cst_json_destroy(&self->metrics_document);
  cst_free(self->dir);
  *self = (run_files){0};
}

const cst_record_segment *run_last_start(const run_files *self)
{
  static const cst_record_segment none = {.ranks = CST_NO_COUNT,
                                          .ranks_per_node = CST_NO_COUNT,
                                          .threads = CST_NO_COUNT,
                                          .network_parameters = CST_NO_COUNT,
                                          .peak_bytes_per_rank = CST_NO_COUNT,
                                          .network_multiply_adds = NAN,
                                          .energy_j = NAN};
  const cst_record_segment *last = cst_record_last(&self->record);
  return last ? last : &none;
}

bool run_is_scored(const run_files *self)
{
  return isfinite(self->metrics.figures.headline.macro_accuracy);
}
