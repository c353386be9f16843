/* Several runs side by side: their strategies, then each run's scores. */
#include "cassette/report.h"

#include "cassette/memory.h"

#include "figure.h"
#include "groups.h"
#include "page.h"
#include "report_json.h"
#include "report_write.h"
#include "run_files.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  run_files files;
  const char *label; /* borrowed from files: the name, or the path where two names are the same */
} compared;

static void add_run_row(pen *page, const compared *run)
{
  const cst_metrics *m = &run->files.metrics;
  const cst_headline *h = &m->figures.headline;
  pen_row(page);
  pen_cell(page);
  pen_name(page, run->label);
  pen_cell(page);
  pen_percent(page, h->macro_accuracy);
  pen_cell(page);
  pen_interval(page, h->ci95);
  pen_cell(page);
  pen_percent(page, m->raw.headline.macro_accuracy);
  pen_cell(page);
  pen_count(page, h->classes_scored);
  pen_cell(page);
  pen_percent(page, m->figures.sides.seen);
  pen_cell(page);
  pen_percent(page, m->figures.sides.unseen);
  pen_cell(page);
  pen_count(page, h->clips);
  pen_cell(page);
  pen_count(page, h->sessions);
  pen_cell(page);
  pen_count(page, m->effort.updates);
}

static void add_runs(pen *page, size_t n, const compared *runs)
{
  static const char *const columns[] = {
      "macro accuracy", "95 % interval", "without the average of weights",
      "classes",        "seen cities",   "unseen cities",
      "clips",          "sessions",      "updates"};
  enum { FEW = 12 };
  pen_section(page, "runs", "Runs");
  pen_fold(page, "Every run", n <= FEW);
  pen_table(page, "Runs");
  pen_column(page, 'l', "run");
  for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) pen_column(page, 'r', columns[c]);
  for (size_t i = 0; i < n; i++) add_run_row(page, &runs[i]);
  pen_end_table(page);
  pen_unfold(page);
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
    cst_json *run = report_json(&runs[i].files, false);
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
cst_status cst_report_compare(size_t n, const char *const *run_dirs, const char *reference,
                              const char *out_dir, bool latex)
{
  cst_status st = CST_OK;
  compared *runs = NULL;
  pen page = {.draws = figure_possible()};
  cst_text html = {0};
  char title[64];
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
  CST_TRY(grouping_make(n, files, reference, &groups));
  snprintf(title, sizeof title, "%zu runs", n);
  if (latex) CST_TRY(report_latex(out_dir, title, &page));
  cst_text_add(&page.md, "# Comparison of %s\n", title);
  CST_TRY(groups_write(&groups, &page));
  CST_TRY(groups_curve(&groups, &page));
  add_runs(&page, n, runs);
  pen_end_section(&page);
  CST_TRY(pen_status(&page));
  page_write(&page, "Comparison", title, &html);
  json = comparison_json(n, runs, &groups);
  CST_TRY(report_write(out_dir, &page, &html, json));
done:
  grouping_reset(&groups);
  for (size_t i = 0; runs && i < n; i++) run_files_reset(&runs[i].files);
  cst_free(files);
  if (json) cst_json_destroy(&json);
  cst_text_reset(&html);
  pen_reset(&page);
  cst_free(runs);
  return st;
}
