/* Groups of runs in words, tables and figures.  Contract in groups.h. */
#include "groups.h"

#include "figure_rows.h"
#include "teachers.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct {
  const char *tier, *heading;
} tiers[] = {{"none", "Audio of unlabelled clips alone"},
             {"external", "Also what models from elsewhere make of them"},
             {"session", "Also which clips were recorded together"},
             {"oracle", "Also the label of the session: an upper bound"}};

static const run_group *baseline(const grouping *self)
{
  return self->baseline == SIZE_MAX ? NULL : &self->group[self->baseline];
}

/* Percent, or with @p sign a difference in points. */
static void add_hundredths(pen *page, bool sign, double value)
{
  pen_cell(page);
  if (isnan(value))
    pen_say(page, "–");
  else
    pen_say(page, sign ? "%+.1f" : "%.1f", 100.0 * value);
}

static void add_range(pen *page, const cst_interval *interval)
{
  pen_cell(page);
  if (isnan(interval->low))
    pen_say(page, "–");
  else
    pen_say(page, "%.1f to %.1f", 100.0 * interval->low, 100.0 * interval->high);
}

static void add_p(pen *page, double p)
{
  pen_cell(page);
  if (p < 0.001)
    pen_say(page, "< 0.001");
  else
    pen_real(page, 3, p);
}

static void add_number(pen *page, double n)
{
  pen_cell(page);
  pen_count(page, isnan(n) ? -1 : llround(n));
}

static void add_row(const grouping *self, const run_group *g, pen *page)
{
  const bool scored = g->seeds > 0;
  pen_row(page);
  pen_cell(page);
  pen_name(page, g->name);
  pen_cell(page);
  pen_say(page, "%zu", g->seeds);
  add_hundredths(page, false, g->accuracy.mean);
  add_hundredths(page, false, g->sd);
  add_range(page, &g->accuracy.interval);
  if (self->has_settings) {
    pen_cell(page);
    pen_name(page, g->compared_with ? g->compared_with : "–");
  }
  add_hundredths(page, true, g->difference.mean);
  add_range(page, &g->difference.interval);
  add_p(page, g->difference.p);
  pen_cell(page);
  pen_percent(page, scored ? g->pseudo_labels : NAN);
  if (scored && g->checked_by_session) pen_say(page, " by sessions");
  add_number(page, scored ? g->updates : NAN);
  add_number(page, scored ? g->rows : NAN);
  pen_cell(page);
  if (scored && !isnan(g->core_hours))
    pen_say(page, "%.3g", g->core_hours);
  else
    pen_say(page, "–");
}

static bool is_of(const run_group *g, size_t t, bool transductive)
{
  return strcmp(g->tier, tiers[t].tier) == 0 && g->transductive == transductive;
}

static void add_tier(const grouping *self, size_t t, bool transductive, pen *page)
{
  static const char *const columns[] = {"seeds",
                                        "macro accuracy, %",
                                        "± over seeds",
                                        "95 % interval",
                                        "difference, points",
                                        "95 % interval",
                                        "p",
                                        "pseudo-labels right",
                                        "updates a model",
                                        "rows a model",
                                        "core-hours a seed"};
  enum { BEFORE_DIFFERENCE = 4 };
  char heading[128];
  bool any = false;
  for (size_t g = 0; g < self->groups; g++) any = any || is_of(&self->group[g], t, transductive);
  if (!any) return;
  snprintf(heading, sizeof heading, "%s%s", tiers[t].heading,
           transductive ? ", those that are tested among them (transductive)" : "");
  pen_subsection(page, heading);
  pen_table(page, heading);
  pen_column(page, 'l', "strategy");
  for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
    if (self->has_settings && c == BEFORE_DIFFERENCE) pen_column(page, 'l', "compared with");
    pen_column(page, 'r', columns[c]);
  }
  for (size_t g = 0; g < self->groups; g++)
    if (is_of(&self->group[g], t, transductive)) add_row(self, &self->group[g], page);
  pen_end_table(page);
}

static void add_compared(const grouping *self, pen *page)
{
  pen_say(page, " Differences are to ");
  pen_strong(page, true);
  pen_name(page, baseline(self)->name);
  pen_strong(page, false);
  if (self->has_settings)
    pen_say(page, ", of rows of other settings to the same strategy under its setting");
  pen_say(page,
          ", on the same sessions and the seeds that both have; their intervals and p-values are "
          "corrected for %zu comparison%s.",
          self->comparisons, self->comparisons == 1 ? "" : "s");
}

/* Classes of the clips that all were scored on. */
static size_t count_scored(const grouping *self)
{
  size_t n = 0;
  for (size_t k = 0; k < self->classes.n; k++) {
    size_t i = 0;
    while (i < self->clips.n && self->truth[i] != (int)k) i++;
    n += i < self->clips.n;
  }
  return n;
}

static void add_meaning(const grouping *self, pen *page)
{
  const size_t scored = count_scored(self);
  pen_paragraph(page);
  if (baseline(self)) {
    pen_say(page, "All were scored on the same ");
    pen_count(page, (int64_t)self->clips.n);
    pen_say(page, " clips of ");
    pen_count(page, (int64_t)self->sessions.n);
    pen_say(page, " sessions (%zu fold%s). Macro accuracy is the mean over ", self->folds.n,
            self->folds.n == 1 ? "" : "s");
    if (scored < self->classes.n) pen_say(page, "%zu of ", scored);
    pen_say(page,
            "%zu classes and over seeds; intervals and p-values allow for other trainings and for "
            "other "
            "recordings of the same cities.",
            self->classes.n);
    if (self->comparisons > 0) add_compared(self, page);
    pen_say(page,
            " Pseudo-labels are checked by labels that training does not see; \"by sessions\", by "
            "the label of their session, which is easier: its clips have near copies in training. "
            "Updates are optimiser steps, rows the views of clips that they learned from, "
            "over all stages and rounds behind a model that was scored: where they differ, "
            "part of a difference is more training. They and the cost leave out what cells "
            "share (features, pre-training).");
  } else {
    pen_say(page, "No group has a seed that covers every fold.");
  }
  pen_end_paragraph(page);
}

/* "fixmatch (3), uda (2)" */
static void add_seed_counts(const grouping *self, size_t max, pen *page)
{
  size_t named = 0;
  for (size_t g = 0; g < self->groups; g++) {
    const run_group *one = &self->group[g];
    if (one->pairs == 0 || one->pairs > max) continue;
    if (named++) pen_say(page, ", ");
    pen_name(page, one->name);
    pen_say(page, " (%zu)", one->pairs);
  }
}

static void add_warning(pen *page, const char *what)
{
  pen_paragraph(page);
  pen_strong(page, true);
  pen_say(page, "%s", what);
  pen_strong(page, false);
}

/* What the numbers of seeds do not support. */
static void add_too_few(const grouping *self, pen *page)
{
  bool single = false, few = false, alone = false;
  for (size_t g = 0; g < self->groups; g++) {
    const run_group *one = &self->group[g];
    single = single || one->seeds == 1;
    few = few || (one->pairs > 0 && one->pairs < CST_CLAIM_SEEDS);
    alone = alone || (one->seeds > 0 && one->pairs == 0 && !one->is_baseline);
  }
  if (few) {
    add_warning(page, "Too few seeds for a claim:");
    pen_say(page, " ");
    add_seed_counts(self, CST_CLAIM_SEEDS - 1, page);
    pen_say(page,
            ". With fewer than %d that both have, differences have no p-value, and the order "
            "of the rows says nothing.",
            CST_CLAIM_SEEDS);
    pen_end_paragraph(page);
  }
  if (single) {
    add_warning(page, "One training:");
    pen_say(page, " intervals of rows with one seed are of other recordings only; another seed may "
                  "lie outside them.");
    pen_end_paragraph(page);
  }
  if (alone) {
    add_warning(page, "Not compared:");
    pen_say(page, " rows without a difference have no seed in common with %s",
            self->has_settings ? "what they are compared with" : "");
    if (!self->has_settings) pen_name(page, baseline(self)->name);
    pen_say(page, ".");
    pen_end_paragraph(page);
  }
}

static const char *average_of(const run_files *run)
{
  static const char key[] = "strategy.ema:";
  for (size_t i = 0; i < run->config.n; i++)
    if (strncmp(run->config.line[i], key, strlen(key)) == 0) return run->config.line[i];
  return "";
}

/* An average of weights is worth more than most strategies. */
static void add_averages(const grouping *self, pen *page)
{
  bool alike = true;
  for (size_t i = 1; i < self->n; i++)
    alike = alike && strcmp(average_of(self->runs[0]), average_of(self->runs[i])) == 0;
  if (alike) return;
  pen_paragraph(page);
  pen_strong(page, true);
  pen_say(page, "Not averaged alike:");
  pen_strong(page, false);
  pen_say(page, " the average of weights (");
  pen_code(page, "strategy.ema");
  pen_say(page,
          ") is not the same in all runs, and part of a difference is the average's. Each run's "
          "accuracy without it is below.");
  pen_end_paragraph(page);
}

static void add_leaks(const grouping *self, pen *page)
{
  size_t named = 0;
  for (size_t g = 0; g < self->groups; g++) {
    if (!teachers_may_leak(self->runs[self->group[g].run[0]])) continue;
    if (!named++) add_warning(page, "May leak:");
    pen_say(page, "%s", named > 1 ? ", " : " ");
    pen_name(page, self->group[g].name);
  }
  if (!named) return;
  pen_say(page,
          ", where the same teachers from outside judge for several folds: those that trained on a "
          "held-out city have told of it.");
  pen_end_paragraph(page);
}

static void add_left_out(const grouping *self, pen *page)
{
  for (size_t g = 0; g < self->groups; g++) {
    const run_group *one = &self->group[g];
    if (one->left_out == 0) continue;
    pen_paragraph(page);
    pen_strong(page, true);
    pen_say(page, "Left out:");
    pen_strong(page, false);
    pen_say(page, " %zu seed%s of ", one->left_out, one->left_out == 1 ? "" : "s");
    pen_name(page, one->name);
    pen_say(page, ", without a run of every fold.");
    pen_end_paragraph(page);
  }
}

static void add_classes(const grouping *self, pen *page)
{
  pen_section(page, "classes", "Classes");
  pen_paragraph(page);
  pen_say(page, "Accuracy in %%, mean over seeds.");
  pen_end_paragraph(page);
  pen_table(page, "Accuracy of each class");
  pen_column(page, 'l', "strategy");
  for (size_t k = 0; k < self->classes.n; k++) pen_column(page, 'r', self->classes.item[k]);
  for (size_t g = 0; g < self->groups; g++) {
    const run_group *one = &self->group[g];
    if (one->seeds == 0) continue;
    pen_row(page);
    pen_cell(page);
    pen_name(page, one->name);
    for (size_t k = 0; k < self->classes.n; k++)
      add_hundredths(page, false, one->class_accuracy[k]);
  }
  pen_end_table(page);
}

/* Settings in which groups depart from the baseline. */
static void add_differences(const grouping *self, pen *page)
{
  const config_lines *base = &self->runs[baseline(self)->run[0]]->config;
  pen_section(page, "differences", "What differs");
  pen_paragraph(page);
  pen_say(page, "Settings that ");
  pen_name(page, baseline(self)->name);
  pen_say(page, " does not have:");
  pen_end_paragraph(page);
  pen_list(page);
  for (size_t g = 0; g < self->groups; g++) {
    const config_lines *own = &self->runs[self->group[g].run[0]]->config;
    size_t n = 0;
    if (g == self->baseline) continue;
    pen_item(page);
    pen_name(page, self->group[g].name);
    pen_say(page, ": ");
    for (size_t i = 0; i < own->n; i++) {
      if (!groups_tells_apart(own->line[i]) || config_lines_has(base, own->line[i])) continue;
      if (n++) pen_say(page, ", ");
      pen_code(page, own->line[i]);
    }
    if (n == 0) pen_say(page, "nothing in config.yaml");
  }
  pen_end_list(page);
}

/* A row for each scored group: its accuracy, or how it differs from the baseline. */
static cst_status add_forest(const grouping *self, bool difference, pen *page)
{
  cst_status st = CST_OK;
  figure_row *row = NULL;
  figure forest;
  const char *setting = "";
  size_t n = 0;
  CST_ALLOC(row, self->groups);
  for (size_t g = 0; g < self->groups; g++) {
    const run_group *one = &self->group[g];
    const cst_estimate *estimate = difference ? &one->difference : &one->accuracy;
    if (isnan(estimate->mean)) continue;
    const bool apart = n > 0 && strcmp(one->setting, setting) != 0;
    setting = one->setting;
    row[n++] = (figure_row){.name = one->name,
                            .apart = apart,
                            .value = estimate->mean,
                            .low = estimate->interval.low,
                            .high = estimate->interval.high,
                            .other = NAN};
  }
  const figure_rows rows = {.row = row,
                            .n = n,
                            .reference = difference ? 0.0 : baseline(self)->accuracy.mean,
                            .axis = difference ? ROWS_DIFFERENCE : ROWS_ZOOMED};
  if (!figure_rows_any(&rows)) goto done;
  figure_rows_begin(&forest, difference ? "figure-differences" : "figure-strategies",
                    difference ? "Difference of each strategy" : "Macro accuracy of each strategy",
                    &rows);
  for (size_t i = 0; i < n; i++)
    cst_text_add(&forest.alt, difference ? "%s%s %+.1f points" : "%s%s %.1f %%", i ? ", " : "",
                 row[i].name, 100.0 * row[i].value);
  if (difference)
    cst_text_add(&forest.caption,
                 "Difference to %s in points of macro accuracy, with its 95 %% interval, corrected "
                 "for %zu comparison%s. Dashed: no difference.",
                 baseline(self)->name, self->comparisons, self->comparisons == 1 ? "" : "s");
  else
    cst_text_add(&forest.caption,
                 "Macro accuracy, mean over seeds, with its 95 %% interval (other trainings and "
                 "other recordings). Dashed: %s.",
                 baseline(self)->name);
  figure_end(&forest, page);
done:
  cst_free(row);
  return st;
}

cst_status groups_write(const grouping *self, pen *page)
{
  cst_status st = CST_OK;
  pen_section(page, "strategies", "Strategies");
  if (baseline(self)) {
    pen_beside(page);
    CST_TRY(add_forest(self, false, page));
    CST_TRY(add_forest(self, true, page));
    pen_end_beside(page);
  }
  for (size_t t = 0; t < sizeof tiers / sizeof *tiers; t++) {
    add_tier(self, t, false, page);
    add_tier(self, t, true, page);
  }
  add_meaning(self, page);
  add_too_few(self, page);
  add_averages(self, page);
  add_leaks(self, page);
  add_left_out(self, page);
  if (!baseline(self)) goto done;
  if (self->groups > 1) add_differences(self, page);
  add_classes(self, page);
done:
  return st;
}
