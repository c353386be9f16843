/* Folds, what they cannot test, and the pseudo-labels they were trained on. */
#include "markdown.h"
#include "sections.h"

#include <math.h>

static double stage_macro(const cst_json *fold, const char *stage)
{
  return cst_json_get_number(cst_json_get(cst_json_get(fold, "stages"), stage), "macro_accuracy",
                             NAN);
}

/* Only worth a sentence where validation leaks. */
static void add_leakage(cst_text *out, const cst_json *folds)
{
  double most = 0.0;
  for (size_t i = 0; i < cst_json_size(folds); i++)
    most = fmax(most, cst_json_get_number(cst_json_at(folds, i), "validation_leakage", 0.0));
  if (most <= 0.0) return;
  cst_text_add(out, "\n**Leakage:** in a fold, up to ");
  markdown_percent(out, most);
  cst_text_add(out, " of the validation clips share a recording session with training clips, so "
                    "validation accuracy reads too high.\n");
}

/* Held-out accuracy of each fold, and of the teacher before pseudo-labels: what they bought. */
void section_folds(cst_text *out, const run_files *run)
{
  const cst_json *folds = cst_json_get(run->metrics, "folds");
  if (!run_is_scored(run) || cst_json_size(folds) == 0) return;
  cst_text_add(out,
               "\n## Folds\n\n| held out | macro accuracy | 95 %% interval | labels only | with "
               "pseudo-labels | clips | sessions |\n|---|---:|---:|---:|---:|---:|---:|\n");
  for (size_t i = 0; i < cst_json_size(folds); i++) {
    const cst_json *fold = cst_json_at(folds, i);
    cst_text_add(out, "| ");
    markdown_cell(out, cst_json_get_string(fold, "name", "?"));
    cst_text_add(out, " | ");
    markdown_percent(out, cst_json_get_number(fold, "macro_accuracy", NAN));
    cst_text_add(out, " | ");
    markdown_interval(out, cst_json_get(fold, "ci95"));
    cst_text_add(out, " | ");
    markdown_percent(out, stage_macro(fold, "finetune"));
    cst_text_add(out, " | ");
    markdown_percent(out, stage_macro(fold, "student"));
    cst_text_add(out, " | ");
    markdown_count(out, cst_json_get_integer(fold, "clips", -1));
    cst_text_add(out, " | ");
    markdown_count(out, cst_json_get_integer(fold, "sessions", -1));
    cst_text_add(out, " |\n");
  }
  add_leakage(out, folds);
}

static void add_class(cst_text *out, const cst_json *item)
{
  const cst_json *scene = cst_json_get(item, "class") ? cst_json_get(item, "class") : item;
  markdown_cell(out, cst_json_string(scene, "?"));
}

/* An entry is a class name, or names the fold (or city) as well. */
static void not_testable_line(cst_text *out, const char *fold, const cst_json *item)
{
  const char *where = cst_json_get_string(item, "fold", cst_json_get_string(item, "city", fold));
  cst_text_add(out, "- ");
  if (where[0]) {
    markdown_cell(out, where);
    cst_text_add(out, ": ");
  }
  add_class(out, item);
  if (cst_json_get_string(item, "why", NULL)) {
    cst_text_add(out, " (");
    markdown_cell(out, cst_json_get_string(item, "why", ""));
    cst_text_add(out, ")");
  }
  cst_text_add(out, "\n");
}

void section_not_testable(cst_text *out, const run_files *run)
{
  const cst_json *folds = cst_json_get(run->metrics, "folds");
  const cst_json *all = cst_json_get(run->metrics, "not_testable");
  size_t entries = cst_json_size(all);
  for (size_t i = 0; i < cst_json_size(folds) && cst_json_size(all) == 0; i++)
    entries += cst_json_size(cst_json_get(cst_json_at(folds, i), "not_testable"));
  if (entries == 0) return;
  cst_text_add(out, "\n## Not testable\n\nA fold has no score for a class that it does not hold "
                    "out, or never trained on:\n\n");
  for (size_t i = 0; i < cst_json_size(all); i++) not_testable_line(out, "", cst_json_at(all, i));
  for (size_t i = 0; i < cst_json_size(folds) && cst_json_size(all) == 0; i++) {
    const cst_json *fold = cst_json_at(folds, i), *list = cst_json_get(fold, "not_testable");
    for (size_t k = 0; k < cst_json_size(list); k++)
      not_testable_line(out, cst_json_get_string(fold, "name", ""), cst_json_at(list, k));
  }
}

/* "91.3 % of 6,800" */
static void add_check(cst_text *out, const cst_json *event, const char *share, const char *clips)
{
  const int64_t n = cst_json_get_integer(event, clips, -1);
  markdown_percent(out, cst_json_get_number(event, share, NAN));
  if (n <= 0) return;
  cst_text_add(out, " of ");
  markdown_count(out, n);
}

void section_pseudo_labels(cst_text *out, const run_files *run)
{
  const cst_json *rounds = run->pseudo_labels;
  if (cst_json_size(rounds) == 0) return;
  cst_text_add(out,
               "\n## Pseudo-labels\n\n| fold | round | clips | agree with their session's label "
               "| agree with their hidden label |\n|---|---:|---:|---:|---:|\n");
  for (size_t i = 0; i < cst_json_size(rounds); i++) {
    const cst_json *r = cst_json_at(rounds, i);
    cst_text_add(out, "| ");
    markdown_cell(out, cst_json_get_string(r, "fold", "–"));
    cst_text_add(out, " | ");
    markdown_count(out, cst_json_get_integer(r, "round", -1));
    cst_text_add(out, " | ");
    markdown_count(out, cst_json_get_integer(r, "clips", -1));
    cst_text_add(out, " | ");
    add_check(out, r, "accuracy_against_sessions", "clips_with_session_label");
    cst_text_add(out, " | ");
    add_check(out, r, "accuracy_against_hidden_labels", "clips_with_hidden_label");
    cst_text_add(out, " |\n");
  }
  cst_text_add(out,
               "\nTraining used neither check. A session's label is that of its labelled clips; "
               "hidden labels were in the metadata and withheld.\n");
}
