/* Several runs side by side: their strategies, then each run's scores. */
#include "cassette/report.h"

#include "cassette/memory.h"

#include "groups.h"
#include "markdown.h"
#include "report_json.h"
#include "report_write.h"
#include "run_files.h"

#include <math.h>
#include <string.h>

typedef struct {
  run_files files;
  const char *label; /* borrowed from files: the name, or the path where two names are the same */
} compared;

static double figure(const compared *run, const char *group, const char *key)
{
  const cst_json *from = run->files.metrics;
  return cst_json_get_number(group ? cst_json_get(from, group) : from, key, NAN);
}

static void add_run_row(cst_text *out, const compared *run)
{
  cst_text_add(out, "| ");
  markdown_cell(out, run->label);
  cst_text_add(out, " | ");
  markdown_percent(out, figure(run, NULL, "macro_accuracy"));
  cst_text_add(out, " | ");
  markdown_interval(out, cst_json_get(run->files.metrics, "ci95"));
  cst_text_add(out, " | ");
  markdown_percent(out, figure(run, "seen_cities", "macro_accuracy"));
  cst_text_add(out, " | ");
  markdown_percent(out, figure(run, "unseen_cities", "macro_accuracy"));
  cst_text_add(out, " | ");
  markdown_count(out, cst_json_get_integer(run->files.metrics, "clips", -1));
  cst_text_add(out, " | ");
  markdown_count(out, cst_json_get_integer(run->files.metrics, "sessions", -1));
  cst_text_add(out, " |\n");
}

static void add_runs(cst_text *out, size_t n, const compared *runs)
{
  cst_text_add(out, "\n## Runs\n\n| run | macro accuracy | 95 %% interval | seen cities | unseen "
                    "cities | clips | sessions |\n|---|---:|---:|---:|---:|---:|---:|\n");
  for (size_t i = 0; i < n; i++) add_run_row(out, &runs[i]);
}

/* Settings of @p run that the first run does not have. */
static cst_json *differences(const compared *first, const compared *run)
{
  cst_json *list = cst_json_array();
  for (size_t i = 0; i < run->files.config.n; i++) {
    const char *line = run->files.config.line[i];
    if (config_line_matters(line) && !config_lines_has(&first->files.config, line))
      cst_json_append_string(list, line);
  }
  return list;
}

static cst_json *comparison_json(size_t n, const compared *runs, const grouping *groups)
{
  cst_json *out = cst_json_object(), *list = cst_json_array();
  cst_json_set_integer(out, "format", 1);
  groups_json(groups, out);
  for (size_t i = 0; i < n; i++) {
    cst_json *run = report_json(&runs[i].files);
    cst_json_set(run, "differs_from_first", differences(&runs[0], &runs[i]));
    cst_json_append(list, run);
  }
  cst_json_set(out, "runs", list);
  return out;
}

static void label(size_t n, compared *runs)
{
  for (size_t i = 0; i < n; i++) {
    runs[i].label = runs[i].files.name;
    for (size_t j = 0; j < n; j++)
      if (j != i && strcmp(runs[i].files.name, runs[j].files.name) == 0)
        runs[i].label = runs[i].files.dir;
  }
}

/* Contract in cassette/report.h. */
cst_status cst_report_compare(size_t n, const char *const *run_dirs, const char *out_dir)
{
  cst_status st = CST_OK;
  compared *runs = NULL;
  cst_text text = {0};
  cst_json *json = NULL;
  const run_files **files = NULL;
  grouping groups = {0};
  CST_ASSERT(n >= 1);
  CST_ALLOC(runs, n);
  CST_ALLOC(files, n);
  for (size_t i = 0; i < n; i++) {
    CST_TRY(run_files_read(run_dirs[i], &runs[i].files));
    files[i] = &runs[i].files;
  }
  label(n, runs);
  CST_TRY(grouping_make(n, files, &groups));
  cst_text_add(&text, "# Comparison of %zu runs\n", n);
  groups_markdown(&groups, &text);
  add_runs(&text, n, runs);
  json = comparison_json(n, runs, &groups);
  CST_TRY(report_write(out_dir, &text, json));
done:
  grouping_reset(&groups);
  for (size_t i = 0; runs && i < n; i++) run_files_reset(&runs[i].files);
  cst_free(files);
  if (json) cst_json_destroy(&json);
  cst_text_reset(&text);
  cst_free(runs);
  return st;
}
