/* Cities: seen and unseen, one by one, what cannot be tested, and the folds that hold them out.
 */
#include "figures.h"
#include "findings.h"
#include "sections.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* @p own: over all of its own classes; NULL: no other ones. */
static void group_row(pen *page, const char *name, const cst_headline *group,
                      const cst_headline *own)
{
  if (group->clips <= 0) return;
  pen_row(page);
  pen_cell(page);
  pen_say(page, "%s", name);
  pen_cell(page);
  pen_percent(page, group->macro_accuracy);
  pen_cell(page);
  pen_interval(page, group->ci95);
  pen_cell(page);
  pen_count(page, group->clips);
  if (!own) return;
  pen_cell(page);
  pen_percent(page, own->macro_accuracy);
  pen_cell(page);
  pen_count(page, own->clips);
}

/* Side by side over the classes that both have; a side that is alone over its own. */
static void add_groups(pen *page, const cst_sides *sides)
{
  const cst_headline *seen = &sides->seen_cities, *unseen = &sides->unseen_cities;
  const cst_drop *both = &sides->seen_against_unseen.drop;
  const bool compared = both->there;
  pen_table(page, "Cities seen in training, and not");
  pen_column(page, 'l', "cities");
  pen_column(page, 'r', compared ? "macro accuracy, the same classes" : "macro accuracy");
  pen_column(page, 'r', "95 % interval");
  pen_column(page, 'r', "clips");
  if (compared) {
    pen_column(page, 'r', "all of its own classes");
    pen_column(page, 'r', "clips");
  }
  group_row(page, "seen", compared ? &both->seen : seen, compared ? seen : NULL);
  group_row(page, "unseen", compared ? &both->unseen : unseen, compared ? unseen : NULL);
  pen_end_table(page);
}

static void add_drop(pen *page, const cst_metrics *m)
{
  const cst_drop *drop = &m->figures.sides.seen_against_unseen.drop;
  const cst_json *classes = m->figures.sides.seen_against_unseen.classes;
  if (!drop->there) return;
  pen_paragraph(page);
  pen_say(page,
          "Seen and unseen are compared over the same %zu of %zu classes: ", cst_json_size(classes),
          cst_json_size(m->classes));
  for (size_t k = 0; k < cst_json_size(classes); k++) {
    pen_say(page, "%s", k ? ", " : "");
    pen_name(page, cst_json_string(cst_json_at(classes, k), "?"));
  }
  pen_say(page, ". The drop is %.1f points", 100.0 * drop->drop);
  if (isfinite(drop->drop_ci95[0]))
    pen_say(page, " (95 %% interval %.1f to %.1f, whole sessions redrawn for both sides at once)",
            100.0 * drop->drop_ci95[0], 100.0 * drop->drop_ci95[1]);
  pen_say(page, ". Clips are distinct ones; where several folds' models answered one, each answer "
                "counts.");
  if (m->figures.sides.shared_sessions.clips > 0)
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
  const char *protocol = run->metrics.protocol;
  if (!groups || (protocol && strcmp(protocol, "official") == 0)) return;
  pen_paragraph(page);
  pen_say(page, "Seen: each fold's validation sessions. They are not trained on but choose the "
                "epoch, so this side is flattered: the gap is an upper estimate of what new cities "
                "cost.");
  pen_end_paragraph(page);
}

static void add_cities(pen *page, const run_files *run)
{
  const cst_json *cities = run->metrics.figures.city_accuracy, *value;
  const cst_json *clips = run->metrics.figures.city_clips;
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

static void not_testable_item(pen *page, const cst_not_testable *item)
{
  pen_item(page);
  if (item->fold) {
    pen_name(page, item->fold);
    pen_say(page, ": ");
  }
  pen_name(page, item->class ? item->class : "?");
  if (!item->why) return;
  pen_say(page, " (");
  pen_name(page, item->why);
  if (item->clips > 0)
    pen_say(page, ", %lld clip%s", (long long)item->clips, item->clips == 1 ? "" : "s");
  pen_say(page, ")");
}

static void add_not_testable(pen *page, const cst_figures *figures)
{
  const size_t entries = figures->not_testable.n;
  char summary[64];
  if (entries == 0) return;
  pen_subsection(page, "Not testable");
  pen_paragraph(page);
  pen_say(page, "A fold has no score for a class that it does not hold out, or never trained on.");
  if (figures->not_testable_clips > 0) {
    pen_say(page, " Its clips, ");
    pen_count(page, figures->not_testable_clips);
    pen_say(page, " in all, are in no figure.");
  }
  pen_end_paragraph(page);
  snprintf(summary, sizeof summary, "%zu classes of folds", entries);
  pen_fold(page, summary, entries <= 8);
  pen_list(page);
  for (size_t i = 0; i < entries; i++) not_testable_item(page, &figures->not_testable.item[i]);
  pen_end_list(page);
  pen_unfold(page);
}

cst_status section_cities(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  const cst_figures *figures = &run->metrics.figures;
  const cst_sides *sides = &figures->sides;
  const bool cities = run_is_scored(run) && cst_json_size(figures->city_accuracy) > 0;
  const bool groups = sides->seen_cities.clips > 0 || sides->unseen_cities.clips > 0;
  if (!cities && !groups && figures->not_testable.n == 0) return st;
  pen_section(page, "cities", "Cities seen in training, and not");
  pen_beside(page);
  if (groups) add_groups(page, sides);
  if (cities) add_cities(page, run);
  pen_end_beside(page);
  add_drop(page, &run->metrics);
  add_caveats(page, run, groups, cities);
  pen_beside(page);
  CST_TRY(figure_cells(page, run, false));
  CST_TRY(figure_cells(page, run, true));
  pen_end_beside(page);
  add_not_testable(page, figures);
done:
  return st;
}

/* Another model each, with updates of its own. */
static void stage_cells(pen *page, const cst_stage_metrics *model)
{
  pen_cell(page);
  pen_percent(page, model->figures.headline.macro_accuracy);
  pen_cell(page);
  pen_count(page, model->effort.updates);
}

static void fold_row(pen *page, const cst_fold_metrics *fold)
{
  const cst_headline *h = &fold->last.figures.headline;
  pen_row(page);
  pen_cell(page);
  pen_name(page, fold->last.name ? fold->last.name : "?");
  pen_cell(page);
  pen_percent(page, h->macro_accuracy);
  pen_cell(page);
  pen_interval(page, h->ci95);
  pen_cell(page);
  pen_percent(page, fold->last.raw.headline.macro_accuracy); /* without the average of weights */
  pen_cell(page);
  pen_count(page, h->classes_scored);
  stage_cells(page, &fold->stages.finetune);
  stage_cells(page, &fold->stages.student);
  pen_cell(page);
  pen_count(page, h->clips);
  pen_cell(page);
  pen_count(page, h->sessions);
}

/* Held-out accuracy of each fold, and of the models that it trained one after another. */
cst_status section_folds(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  const cst_metrics *m = &run->metrics;
  if (!run_is_scored(run) || m->folds.n == 0) return st;
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
  for (size_t i = 0; i < m->folds.n; i++) fold_row(page, &m->folds.item[i]);
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
