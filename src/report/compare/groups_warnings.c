/* What a comparison does not support, in words.  Contract in groups.h. */
#include "groups.h"

#include "teachers.h"

#include <string.h>

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
    if (!self->has_settings) pen_name(page, self->group[self->baseline].name);
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

void groups_warn(const grouping *self, pen *page)
{
  add_too_few(self, page);
  add_averages(self, page);
  add_leaks(self, page);
  add_left_out(self, page);
}
