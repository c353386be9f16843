/* Groups of runs in words, tables and figures.  Contract in groups.h. */
#include "groups.h"

#include "figure_rows.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const headings[] = {
    [CST_TIER_NONE] = "Audio of unlabelled clips alone",
    [CST_TIER_EXTERNAL] = "Also what models from elsewhere make of them",
    [CST_TIER_METADATA] = "Also the city and hour of every clip, as inputs",
    [CST_TIER_SESSION] = "Also which clips were recorded together",
    [CST_TIER_ORACLE] = "Also the label of the session: an upper bound"};
enum { TIERS = sizeof headings / sizeof *headings };

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

static bool is_of(const run_group *g, cst_tier tier, bool transductive)
{
  return g->tier == tier && g->transductive == transductive;
}

static void add_tier(const grouping *self, cst_tier tier, bool transductive, pen *page)
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
  for (size_t g = 0; g < self->groups; g++) any = any || is_of(&self->group[g], tier, transductive);
  if (!any) return;
  snprintf(heading, sizeof heading, "%s%s", headings[tier],
           transductive ? ", those that are tested among them (transductive)" : "");
  pen_subsection(page, heading);
  pen_table(page, heading);
  pen_column(page, 'l', "strategy");
  for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
    if (self->has_settings && c == BEFORE_DIFFERENCE) pen_column(page, 'l', "compared with");
    pen_column(page, 'r', columns[c]);
  }
  for (size_t g = 0; g < self->groups; g++)
    if (is_of(&self->group[g], tier, transductive)) add_row(self, &self->group[g], page);
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
  for (size_t t = 0; t < TIERS; t++) {
    add_tier(self, (cst_tier)t, false, page);
    add_tier(self, (cst_tier)t, true, page);
  }
  add_meaning(self, page);
  groups_warn(self, page);
  if (!baseline(self)) goto done;
  if (self->groups > 1) add_differences(self, page);
  add_classes(self, page);
done:
  return st;
}
