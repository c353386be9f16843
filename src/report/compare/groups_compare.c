/* Each group by itself and against another.  Contract in groups.h. */
#include "groups.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The place of @p seed among those of @p g, or g->seeds. */
static size_t find_seed(const run_group *g, int64_t seed)
{
  size_t s = 0;
  while (s < g->seeds && g->seed[s] != seed) s++;
  return s;
}

static size_t common_seeds(const run_group *a, const run_group *b)
{
  size_t n = 0;
  for (size_t s = 0; s < a->seeds; s++) n += find_seed(b, a->seed[s]) < b->seeds;
  return n;
}

static cst_trials trials_of(const grouping *self, size_t seeds, const int8_t *value)
{
  return (cst_trials){.seeds = seeds,
                      .clips = self->clips.n,
                      .classes = self->classes.n,
                      .truth = self->truth,
                      .session = self->session,
                      .value = value};
}

/* Of the seeds that both have. */
static cst_status compare(const grouping *self, run_group *g, const run_group *with, size_t family)
{
  cst_status st = CST_OK;
  const size_t n = self->clips.n;
  int8_t *value = NULL;
  size_t pairs = 0;
  CST_ALLOC(value, g->pairs * n);
  for (size_t s = 0; s < g->seeds; s++) {
    const size_t other = find_seed(with, g->seed[s]);
    if (other == with->seeds) continue;
    for (size_t i = 0; i < n; i++)
      value[pairs * n + i] = (int8_t)(g->right[s * n + i] - with->right[other * n + i]);
    pairs++;
  }
  const cst_trials trials = trials_of(self, pairs, value);
  CST_TRY(cst_trials_estimate(&trials, family, &g->difference));
done:
  cst_free(value);
  return st;
}

/* An interval of a share ends where shares do. */
static cst_status estimate(const grouping *self, run_group *g)
{
  const cst_trials trials = trials_of(self, g->seeds, g->right);
  const cst_status st = cst_trials_estimate(&trials, 1, &g->accuracy);
  cst_interval *interval = &g->accuracy.interval;
  if (isnan(interval->low)) return st;
  *interval = (cst_interval){fmax(0.0, interval->low), fmin(1.0, interval->high)};
  return st;
}

/* --- order --- */

/* The baseline stands first in its tier. */
static int by_setting_tier_and_accuracy(const void *x, const void *y)
{
  const run_group *a = x, *b = y;
  const int setting = strcmp(a->setting, b->setting);
  if (a->in_reference != b->in_reference) return a->in_reference ? -1 : 1;
  if (setting != 0) return setting;
  if (a->tier != b->tier) return a->tier < b->tier ? -1 : 1;
  if (a->transductive != b->transductive) return a->transductive ? 1 : -1;
  if ((a->seeds == 0) != (b->seeds == 0)) return a->seeds == 0 ? 1 : -1;
  if (a->is_baseline != b->is_baseline) return a->is_baseline ? -1 : 1;
  if (a->accuracy.mean != b->accuracy.mean) return a->accuracy.mean > b->accuracy.mean ? -1 : 1;
  return strcmp(a->name, b->name);
}

static void sort_groups(grouping *self)
{
  qsort(self->group, self->groups, sizeof *self->group, by_setting_tier_and_accuracy);
  for (size_t g = 0; g < self->groups; g++)
    if (self->group[g].is_baseline) self->baseline = g;
}

cst_status groups_compare(grouping *self, const char *reference)
{
  cst_status st = CST_OK;
  size_t *other = NULL;
  CST_ALLOC(other, self->groups);
  CST_TRY(groups_choose_references(self, reference, other));
  for (size_t g = 0; g < self->groups; g++) {
    run_group *one = &self->group[g];
    if (one->seeds == 0) continue;
    CST_TRY(estimate(self, one));
    if (other[g] == SIZE_MAX) continue;
    one->compared_with = self->group[other[g]].name;
    one->pairs = common_seeds(one, &self->group[other[g]]);
    self->comparisons += one->pairs > 0;
  }
  for (size_t g = 0; g < self->groups; g++)
    if (self->group[g].pairs > 0)
      CST_TRY(compare(self, &self->group[g], &self->group[other[g]], self->comparisons));
  sort_groups(self);
done:
  cst_free(other);
  return st;
}
