/* Several runs side by side: what they scored and where their configurations differ. */
#include "cassette/report.h"

#include "cassette/memory.h"

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
  if (run_is_scored(&run->files))
    markdown_percent(out, figure(run, NULL, "macro_accuracy"));
  else
    cst_text_add(out, "no labels");
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

static bool same_names(const cst_json *a, const cst_json *b)
{
  if (cst_json_size(a) != cst_json_size(b)) return false;
  for (size_t i = 0; i < cst_json_size(a); i++)
    if (strcmp(cst_json_string(cst_json_at(a, i), ""), cst_json_string(cst_json_at(b, i), "")) != 0)
      return false;
  return true;
}

/* As far as the files tell: same protocol, classes, and numbers of clips, sessions and folds. */
static bool same_test(const compared *a, const compared *b)
{
  const cst_json *x = a->files.metrics, *y = b->files.metrics;
  return cst_json_get_integer(x, "clips", -1) == cst_json_get_integer(y, "clips", -1) &&
         cst_json_get_integer(x, "sessions", -1) == cst_json_get_integer(y, "sessions", -1) &&
         cst_json_size(cst_json_get(x, "folds")) == cst_json_size(cst_json_get(y, "folds")) &&
         same_names(cst_json_get(x, "classes"), cst_json_get(y, "classes")) &&
         strcmp(cst_json_get_string(x, "protocol", ""), cst_json_get_string(y, "protocol", "")) ==
             0;
}

static void add_summary(cst_text *out, size_t n, const compared *runs)
{
  bool alike = true;
  cst_text_add(out,
               "# Comparison of %zu runs\n\n| run | macro accuracy | 95 %% interval | seen "
               "cities | unseen cities | clips | sessions |\n|---|---:|---:|---:|---:|---:|---:|\n",
               n);
  for (size_t i = 0; i < n; i++) {
    add_run_row(out, &runs[i]);
    alike = alike && same_test(&runs[0], &runs[i]);
  }
  if (alike)
    cst_text_add(out, "\nAll were scored on the same clips, so their errors go together: intervals "
                      "that overlap do not show that two runs are equal.\n");
  else
    cst_text_add(out, "\n**Not scored on the same clips** (protocol, classes, folds, or numbers of "
                      "clips or sessions differ): these figures do not compare.\n");
}

static void add_classes(cst_text *out, size_t n, const compared *runs)
{
  const cst_json *classes = cst_json_get(runs[0].files.metrics, "classes");
  for (size_t i = 1; i < n; i++)
    if (!same_names(classes, cst_json_get(runs[i].files.metrics, "classes"))) return;
  if (cst_json_size(classes) == 0) return;
  cst_text_add(out, "\n## Classes\n\n| class |");
  for (size_t i = 0; i < n; i++) {
    cst_text_add(out, " ");
    markdown_cell(out, runs[i].label);
    cst_text_add(out, " |");
  }
  cst_text_add(out, "\n|---|");
  for (size_t i = 0; i < n; i++) cst_text_add(out, "---:|");
  for (size_t k = 0; k < cst_json_size(classes); k++) {
    const char *scene = cst_json_string(cst_json_at(classes, k), "?");
    cst_text_add(out, "\n| ");
    markdown_cell(out, scene);
    cst_text_add(out, " |");
    for (size_t i = 0; i < n; i++) {
      cst_text_add(out, " ");
      markdown_percent(out, figure(&runs[i], "class_accuracy", scene));
      cst_text_add(out, " |");
    }
  }
  cst_text_add(out, "\n");
}

/* Lines of @p run that the first run's configuration lacks: to @p out, to @p list, their number. */
static size_t differences(const compared *first, const compared *run, cst_text *out, cst_json *list)
{
  size_t n = 0;
  for (size_t i = 0; i < run->files.config.n; i++) {
    const char *line = run->files.config.line[i];
    if (!config_line_matters(line) || config_lines_has(&first->files.config, line)) continue;
    n++;
    if (out) cst_text_add(out, "%s`%s`", n > 1 ? ", " : "", line);
    if (list) cst_json_append_string(list, line);
  }
  return n;
}

static void add_differences(cst_text *out, size_t n, const compared *runs)
{
  if (n < 2 || runs[0].files.config.n == 0) return;
  cst_text_add(out, "\n## What differs from ");
  markdown_cell(out, runs[0].label);
  cst_text_add(out, "\n\n");
  for (size_t i = 1; i < n; i++) {
    cst_text_add(out, "- ");
    markdown_cell(out, runs[i].label);
    cst_text_add(out, ": ");
    if (runs[i].files.config.n == 0)
      cst_text_add(out, "no config.yaml");
    else if (differences(&runs[0], &runs[i], out, NULL) == 0)
      cst_text_add(out, "nothing that bears on results");
    cst_text_add(out, "\n");
  }
}

static cst_json *comparison_json(size_t n, const compared *runs)
{
  cst_json *out = cst_json_object(), *list = cst_json_array();
  cst_json_set_integer(out, "format", 1);
  for (size_t i = 0; i < n; i++) {
    cst_json *run = report_json(&runs[i].files), *differs = cst_json_array();
    differences(&runs[0], &runs[i], NULL, differs);
    cst_json_set_bool(run, "same_test_as_first", same_test(&runs[0], &runs[i]));
    cst_json_set(run, "differs_from_first", differs);
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
  CST_ASSERT(n >= 1);
  CST_ALLOC(runs, n);
  for (size_t i = 0; i < n; i++) CST_TRY(run_files_read(run_dirs[i], &runs[i].files));
  label(n, runs);
  add_summary(&text, n, runs);
  add_differences(&text, n, runs);
  add_classes(&text, n, runs);
  json = comparison_json(n, runs);
  CST_TRY(report_write(out_dir, &text, json));
done:
  for (size_t i = 0; runs && i < n; i++) run_files_reset(&runs[i].files);
  if (json) cst_json_destroy(&json);
  cst_text_reset(&text);
  cst_free(runs);
  return st;
}
