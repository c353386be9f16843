/* Contract in comparison_page.h. */
#include "comparison_page.h"

#include "figure_rows.h"
#include "markdown.h"
#include "page.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>

static const char *label(const cst_json *run)
{
  return cst_json_get_string(run, "label", cst_json_get_string(run, "run", "?"));
}

static const cst_json *metrics(const cst_json *run) { return cst_json_get(run, "metrics"); }

static double figure_of(const cst_json *run, const char *group, const char *key)
{
  const cst_json *from = group ? cst_json_get(metrics(run), group) : metrics(run);
  return cst_json_get_number(from, key, NAN);
}

/* Every run with its interval; dashed: the first, with which the others are compared. */
static cst_status add_forest(pen *page, const cst_json *runs)
{
  cst_status st = CST_OK;
  const size_t n = cst_json_size(runs);
  figure_row *row = NULL;
  figure self;
  CST_ALLOC(row, n);
  for (size_t i = 0; i < n; i++) {
    const cst_json *run = cst_json_at(runs, i), *ci = cst_json_get(metrics(run), "ci95");
    row[i] = (figure_row){.name = label(run),
                          .value = figure_of(run, NULL, "macro_accuracy"),
                          .low = cst_json_number(cst_json_at(ci, 0), NAN),
                          .high = cst_json_number(cst_json_at(ci, 1), NAN),
                          .other = NAN};
  }
  const figure_rows rows = {row, n, row[0].value, false};
  if (!figure_rows_any(&rows)) goto done;
  figure_rows_begin(&self, "figure-runs", "Macro accuracy of each run", &rows);
  for (size_t i = 0; i < n; i++) {
    cst_text_add(&self.alt, "%s%s ", i ? ", " : "", row[i].name);
    markdown_percent(&self.alt, row[i].value);
  }
  cst_text_add(&self.caption, "Macro accuracy of each run with its 95 %% interval (bootstrap over "
                              "recording sessions). Dashed: the first run.");
  figure_end(&self, page);
done:
  cst_free(row);
  return st;
}

static void add_runs(pen *page, const cst_json *runs)
{
  pen_table(page, "Runs");
  pen_column(page, 'l', "run");
  pen_column(page, 'r', "macro accuracy");
  pen_column(page, 'r', "95 % interval");
  pen_column(page, 'r', "seen cities");
  pen_column(page, 'r', "unseen cities");
  pen_column(page, 'r', "clips");
  pen_column(page, 'r', "sessions");
  for (size_t i = 0; i < cst_json_size(runs); i++) {
    const cst_json *run = cst_json_at(runs, i);
    pen_row(page);
    pen_cell(page);
    pen_name(page, label(run));
    pen_cell(page);
    if (isfinite(figure_of(run, NULL, "macro_accuracy")))
      pen_percent(page, figure_of(run, NULL, "macro_accuracy"));
    else
      pen_say(page, "no labels");
    pen_cell(page);
    pen_interval(page, cst_json_get(metrics(run), "ci95"));
    pen_cell(page);
    pen_percent(page, figure_of(run, "seen_cities", "macro_accuracy"));
    pen_cell(page);
    pen_percent(page, figure_of(run, "unseen_cities", "macro_accuracy"));
    pen_cell(page);
    pen_count(page, cst_json_get_integer(metrics(run), "clips", -1));
    pen_cell(page);
    pen_count(page, cst_json_get_integer(metrics(run), "sessions", -1));
  }
  pen_end_table(page);
}

static void add_comparable(pen *page, const cst_json *runs)
{
  bool alike = true;
  for (size_t i = 0; i < cst_json_size(runs); i++)
    alike = alike && cst_json_get_bool(cst_json_at(runs, i), "same_test_as_first", true);
  pen_paragraph(page);
  if (alike) {
    pen_say(page, "All were scored on the same clips, so their errors go together: intervals that "
                  "overlap do not show that two runs are equal.");
  } else {
    pen_strong(page, true);
    pen_say(page, "Not scored on the same clips");
    pen_strong(page, false);
    pen_say(page, " (protocol, classes, folds, or numbers of clips or sessions differ): these "
                  "figures do not compare.");
  }
  pen_end_paragraph(page);
}

static void add_differences(pen *page, const cst_json *runs)
{
  if (cst_json_size(runs) < 2) return;
  pen_section(page, "differences", "What differs from the first");
  pen_list(page);
  for (size_t i = 1; i < cst_json_size(runs); i++) {
    const cst_json *run = cst_json_at(runs, i), *lines = cst_json_get(run, "differs_from_first");
    pen_item(page);
    pen_name(page, label(run));
    pen_say(page, ": ");
    for (size_t k = 0; k < cst_json_size(lines); k++) {
      if (k) pen_say(page, ", ");
      pen_code(page, cst_json_string(cst_json_at(lines, k), ""));
    }
    if (cst_json_size(lines) == 0) pen_say(page, "nothing that bears on results");
  }
  pen_end_list(page);
}

/* A row for each class of the first run; a run without a class has a dash. */
static void add_classes(pen *page, const cst_json *runs)
{
  const cst_json *classes = cst_json_get(metrics(cst_json_at(runs, 0)), "classes");
  if (cst_json_size(classes) == 0) return;
  pen_section(page, "classes", "Classes");
  pen_table(page, "Accuracy of each class");
  pen_column(page, 'l', "class");
  for (size_t i = 0; i < cst_json_size(runs); i++)
    pen_column(page, 'r', label(cst_json_at(runs, i)));
  for (size_t k = 0; k < cst_json_size(classes); k++) {
    const char *scene = cst_json_string(cst_json_at(classes, k), "?");
    pen_row(page);
    pen_cell(page);
    pen_name(page, scene);
    for (size_t i = 0; i < cst_json_size(runs); i++) {
      pen_cell(page);
      pen_percent(page, figure_of(cst_json_at(runs, i), "class_accuracy", scene));
    }
  }
  pen_end_table(page);
}

cst_status comparison_page(const cst_json *comparison, cst_text *out)
{
  cst_status st = CST_OK;
  const cst_json *runs = cst_json_get(comparison, "runs");
  char title[64];
  pen page = {.draws = figure_possible()};
  snprintf(title, sizeof title, "%zu runs", cst_json_size(runs));
  pen_section(&page, "runs", "Runs");
  CST_TRY(add_forest(&page, runs));
  add_runs(&page, runs);
  add_comparable(&page, runs);
  add_differences(&page, runs);
  add_classes(&page, runs);
  pen_end_section(&page);
  CST_TRY(pen_status(&page));
  page_write(&page, "Comparison", title, out);
done:
  pen_reset(&page);
  return st;
}
