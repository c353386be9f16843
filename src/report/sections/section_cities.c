/* Cities: seen and unseen, one by one, what cannot be tested, and the folds that hold them out.
 */
#include "figures.h"
#include "findings.h"
#include "sections.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void group_row(pen *page, const char *name, const cst_json *group, const cst_json *own)
{
  if (cst_json_get_integer(group, "clips", 0) == 0) return;
  pen_row(page);
  pen_cell(page);
  pen_say(page, "%s", name);
  pen_cell(page);
  pen_percent(page, cst_json_get_number(group, "macro_accuracy", NAN));
  pen_cell(page);
  pen_interval(page, cst_json_get(group, "ci95"));
  pen_cell(page);
  pen_count(page, cst_json_get_integer(group, "clips", -1));
  if (!own) return;
  pen_cell(page);
  pen_percent(page, cst_json_get_number(own, "macro_accuracy", NAN));
  pen_cell(page);
  pen_count(page, cst_json_get_integer(own, "clips", -1));
}

/* Side by side over the classes that both have; a side that is alone over its own. */
static void add_groups(pen *page, const run_files *run)
{
  const cst_json *seen = run_metric(run, "seen_cities"), *unseen = run_metric(run, "unseen_cities");
  const cst_json *both = run_metric(run, "seen_against_unseen");
  const bool compared = cst_json_get(both, "seen") != NULL;
  pen_table(page, "Cities seen in training, and not");
  pen_column(page, 'l', "cities");
  pen_column(page, 'r', compared ? "macro accuracy, the same classes" : "macro accuracy");
  pen_column(page, 'r', "95 % interval");
  pen_column(page, 'r', "clips");
  if (compared) {
    pen_column(page, 'r', "all of its own classes");
    pen_column(page, 'r', "clips");
  }
  group_row(page, "seen", compared ? cst_json_get(both, "seen") : seen, compared ? seen : NULL);
  group_row(page, "unseen", compared ? cst_json_get(both, "unseen") : unseen,
            compared ? unseen : NULL);
  pen_end_table(page);
}

static void add_drop(pen *page, const run_files *run)
{
  const cst_json *both = run_metric(run, "seen_against_unseen");
  const cst_json *classes = cst_json_get(both, "classes");
  if (!cst_json_get(both, "seen")) return;
  pen_paragraph(page);
  pen_say(page,
          "Seen and unseen are compared over the same %zu of %zu classes: ", cst_json_size(classes),
          cst_json_size(run_metric(run, "classes")));
  for (size_t k = 0; k < cst_json_size(classes); k++) {
    pen_say(page, "%s", k ? ", " : "");
    pen_name(page, cst_json_string(cst_json_at(classes, k), "?"));
  }
  pen_say(page, ". The drop is %.1f points", 100.0 * cst_json_get_number(both, "drop", NAN));
  const cst_json *range = cst_json_get(both, "drop_ci95");
  if (isfinite(cst_json_number(cst_json_at(range, 0), NAN)))
    pen_say(page, " (95 %% interval %.1f to %.1f, whole sessions redrawn for both sides at once)",
            100.0 * cst_json_number(cst_json_at(range, 0), NAN),
            100.0 * cst_json_number(cst_json_at(range, 1), NAN));
  pen_say(page, ". Clips are distinct ones; where several folds' models answered one, each answer "
                "counts.");
  if (cst_json_get_integer(run_metric(run, "shared_sessions"), "clips", 0) > 0)
    pen_say(page, " Clips of recording sessions that training saw are left out here.");
  pen_end_paragraph(page);
}

/* What the tables leave open. */
static void add_caveats(pen *page, const run_files *run, bool groups, bool cities)
{
  if (cities) {
    pen_paragraph(page);
    pen_say(page,
            "Of single cities, plain accuracy: few hold more than a few scenes, so their macro "
            "accuracies would not compare.");
    pen_end_paragraph(page);
  }
  if (!groups || strcmp(cst_json_get_string(run->metrics, "protocol", ""), "official") == 0) return;
  pen_paragraph(page);
  pen_say(page, "Seen: each fold's validation sessions. They are not trained on but choose the "
                "epoch, so this side is flattered: the gap is an upper estimate of what new cities "
                "cost.");
  pen_end_paragraph(page);
}

static void add_cities(pen *page, const run_files *run)
{
  const cst_json *cities = run_metric(run, "city_accuracy"), *clips = run_metric(run, "city_clips");
  const cst_json *value;
  const char *city;
  pen_table(page, "Accuracy in each held-out city");
  pen_column(page, 'l', "city");
  pen_column(page, 'r', "accuracy");
  pen_column(page, 'r', "clips");
  for (size_t i = 0; (city = cst_json_member(cities, i, &value)) != NULL; i++) {
    pen_row(page);
    pen_cell(page);
    pen_name(page, city);
    pen_cell(page);
    pen_percent(page, cst_json_number(value, NAN));
    pen_cell(page);
    pen_count(page, cst_json_get_integer(clips, city, -1));
  }
  pen_end_table(page);
}

/* An entry is a class name, or names the fold (or city) as well. */
static void not_testable_item(pen *page, const char *fold, const cst_json *item)
{
  const char *where = cst_json_get_string(item, "fold", cst_json_get_string(item, "city", fold));
  const cst_json *scene = cst_json_get(item, "class") ? cst_json_get(item, "class") : item;
  pen_item(page);
  if (where[0]) {
    pen_name(page, where);
    pen_say(page, ": ");
  }
  pen_name(page, cst_json_string(scene, "?"));
  if (cst_json_get_string(item, "why", NULL)) {
    const int64_t clips = cst_json_get_integer(item, "clips", 0);
    pen_say(page, " (");
    pen_name(page, cst_json_get_string(item, "why", ""));
    if (clips > 0) pen_say(page, ", %lld clip%s", (long long)clips, clips == 1 ? "" : "s");
    pen_say(page, ")");
  }
}

static void add_not_testable(pen *page, const run_files *run)
{
  const cst_json *folds = run_metric(run, "folds"), *all = run_metric(run, "not_testable");
  const int64_t left_out = cst_json_get_integer(run->metrics, "not_testable_clips", 0);
  size_t entries = cst_json_size(all);
  char summary[64];
  for (size_t i = 0; i < cst_json_size(folds) && cst_json_size(all) == 0; i++)
    entries += cst_json_size(cst_json_get(cst_json_at(folds, i), "not_testable"));
  if (entries == 0) return;
  pen_subsection(page, "Not testable");
  pen_paragraph(page);
  pen_say(page, "A fold has no score for a class that it does not hold out, or never trained on.");
  if (left_out > 0) {
    pen_say(page, " Its clips, ");
    pen_count(page, left_out);
    pen_say(page, " in all, are in no figure.");
  }
  pen_end_paragraph(page);
  snprintf(summary, sizeof summary, "%zu classes of folds", entries);
  pen_fold(page, summary, entries <= 8);
  pen_list(page);
  for (size_t i = 0; i < cst_json_size(all); i++) not_testable_item(page, "", cst_json_at(all, i));
  for (size_t i = 0; i < cst_json_size(folds) && cst_json_size(all) == 0; i++) {
    const cst_json *fold = cst_json_at(folds, i), *list = cst_json_get(fold, "not_testable");
    for (size_t k = 0; k < cst_json_size(list); k++)
      not_testable_item(page, cst_json_get_string(fold, "name", ""), cst_json_at(list, k));
  }
  pen_end_list(page);
  pen_unfold(page);
}

cst_status section_cities(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  const bool cities = run_is_scored(run) && cst_json_size(run_metric(run, "city_accuracy")) > 0;
  const int64_t clips = cst_json_get_integer(run_metric(run, "seen_cities"), "clips", 0) +
                        cst_json_get_integer(run_metric(run, "unseen_cities"), "clips", 0);
  if (!cities && clips == 0 && cst_json_size(run_metric(run, "not_testable")) == 0) return st;
  pen_section(page, "cities", "Cities seen in training, and not");
  pen_beside(page);
  if (clips > 0) add_groups(page, run);
  if (cities) add_cities(page, run);
  pen_end_beside(page);
  add_drop(page, run);
  add_caveats(page, run, clips > 0, cities);
  pen_beside(page);
  CST_TRY(figure_cells(page, run, false));
  CST_TRY(figure_cells(page, run, true));
  pen_end_beside(page);
  add_not_testable(page, run);
done:
  return st;
}

/* Another model each, with updates of its own. */
static void stage_cells(pen *page, const cst_json *fold, const char *stage)
{
  const cst_json *figures = cst_json_get(cst_json_get(fold, "stages"), stage);
  pen_cell(page);
  pen_percent(page, cst_json_get_number(figures, "macro_accuracy", NAN));
  pen_cell(page);
  pen_count(page, cst_json_get_integer(figures, "updates", -1));
}

/* Without the average of weights. */
static void raw_cell(pen *page, const cst_json *figures)
{
  pen_cell(page);
  pen_percent(page, cst_json_get_number(cst_json_get(figures, "raw"), "macro_accuracy", NAN));
}

static void fold_row(pen *page, const cst_json *fold)
{
  pen_row(page);
  pen_cell(page);
  pen_name(page, cst_json_get_string(fold, "name", "?"));
  pen_cell(page);
  pen_percent(page, cst_json_get_number(fold, "macro_accuracy", NAN));
  pen_cell(page);
  pen_interval(page, cst_json_get(fold, "ci95"));
  raw_cell(page, fold);
  pen_cell(page);
  pen_count(page, cst_json_get_integer(fold, "classes_scored", -1));
  stage_cells(page, fold, "finetune");
  stage_cells(page, fold, "student");
  pen_cell(page);
  pen_count(page, cst_json_get_integer(fold, "clips", -1));
  pen_cell(page);
  pen_count(page, cst_json_get_integer(fold, "sessions", -1));
}

/* Held-out accuracy of each fold, and of the models that it trained one after another. */
cst_status section_folds(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  const cst_json *folds = run_metric(run, "folds");
  if (!run_is_scored(run) || cst_json_size(folds) == 0) return st;
  pen_section(page, "folds", "Folds");
  CST_TRY(figure_folds(page, run));
  pen_table(page, "Folds");
  pen_column(page, 'l', "held out");
  pen_column(page, 'r', "macro accuracy");
  pen_column(page, 'r', "95 % interval");
  pen_column(page, 'r', "without the average");
  pen_column(page, 'r', "classes");
  pen_column(page, 'r', "fine-tuned");
  pen_column(page, 'r', "updates");
  pen_column(page, 'r', "student");
  pen_column(page, 'r', "updates");
  pen_column(page, 'r', "clips");
  pen_column(page, 'r', "sessions");
  for (size_t i = 0; i < cst_json_size(folds); i++) fold_row(page, cst_json_at(folds, i));
  pen_end_table(page);
  pen_paragraph(page);
  pen_say(page, "A fold is scored over the classes that it can test: folds of other classes do not "
                "compare with each other. Fine-tuned on labelled clips alone, and the student are "
                "two models with the "
                "optimiser updates of their own stages (of all rounds): their difference is that "
                "of both, clips and updates. Without the average: the weights of the same epoch as "
                "they were trained, where what is scored is their moving average.");
  pen_end_paragraph(page);
done:
  return st;
}
