/* The figures of groups of runs.  Contract in groups.h. */
#include "findings.h"
#include "groups.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int64_t seed_of(const grouping *self, size_t run)
{
  return cst_json_get_integer(self->runs[run]->metrics, "seed", -1);
}

static int by_value(const void *x, const void *y)
{
  const int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
  return (a > b) - (a < b);
}

/* --- seeds --- */

/* Folds that the runs of @p seed hold; no fold is twice among them. */
static size_t folds_of(const grouping *self, const run_group *g, int64_t seed)
{
  size_t folds = 0;
  for (size_t i = 0; i < g->runs; i++)
    if (seed_of(self, g->run[i]) == seed)
      folds += cst_json_size(cst_json_get(self->runs[g->run[i]]->metrics, "folds"));
  return folds;
}

/* A seed that lacks a fold was scored on other clips: it waits until it is whole. */
static cst_status list_seeds(const grouping *self, run_group *g)
{
  cst_status st = CST_OK;
  int64_t *all = NULL;
  CST_ALLOC(all, g->runs);
  CST_ALLOC(g->seed, g->runs);
  CST_ALLOC(g->macro, g->runs);
  for (size_t i = 0; i < g->runs; i++) all[i] = seed_of(self, g->run[i]);
  qsort(all, g->runs, sizeof *all, by_value);
  for (size_t i = 0; i < g->runs; i++) {
    if (i > 0 && all[i] == all[i - 1]) continue;
    if (folds_of(self, g, all[i]) == self->folds.n)
      g->seed[g->seeds++] = all[i];
    else
      g->left_out++;
  }
done:
  cst_free(all);
  return st;
}

/* Answers of all folds of a seed. */
static cst_status join_seed(const grouping *self, const run_group *g, int64_t seed, answers *out)
{
  cst_status st = CST_OK;
  const answers **part = NULL;
  size_t n = 0;
  CST_ALLOC(part, g->runs);
  for (size_t i = 0; i < g->runs; i++)
    if (seed_of(self, g->run[i]) == seed) part[n++] = &self->answers[g->run[i]];
  CST_TRY(answers_join(n, part, out));
done:
  cst_free(part);
  return st;
}

/* --- the clips that all are scored on --- */

static cst_status index_clips(grouping *self)
{
  cst_status st = CST_OK;
  CST_ALLOC(self->truth, self->clips.n);
  CST_ALLOC(self->session, self->clips.n);
  for (size_t i = 0; i < self->clips.n; i++) {
    const answer *a = &self->clips.row[i];
    self->truth[i] = cst_names_find(&self->classes, a->truth);
    self->session[i] = cst_names_add(&self->sessions, a->session);
    if (self->truth[i] == CST_NONE)
      CST_FAIL(CST_ERR_DATA, "%s: clip %s: '%s' is no class of its metrics.json; evaluate it again",
               self->runs[0]->dir, a->clip, a->truth);
    if (self->session[i] == CST_NONE) CST_TRY(cst_no_memory("sessions", self->clips.n, 1));
  }
done:
  return st;
}

static cst_status choose_clips(grouping *self)
{
  for (size_t g = 0; g < self->groups; g++)
    if (self->group[g].seeds > 0)
      return join_seed(self, &self->group[g], self->group[g].seed[0], &self->clips);
  return CST_OK;
}

/* --- a group --- */

/* Means over the clips of each class, in units of @p unit right answers; their mean. */
static double class_means(const grouping *self, const int *right, int unit, double *accuracy)
{
  double sum = 0.0;
  size_t tested = 0;
  for (size_t k = 0; k < self->classes.n; k++) {
    int64_t clips = 0, hits = 0;
    for (size_t i = 0; i < self->clips.n; i++)
      if (self->truth[i] == (int)k) {
        clips++;
        hits += right[i];
      }
    accuracy[k] = clips ? (double)hits / ((double)clips * unit) : NAN;
    if (!clips) continue;
    sum += accuracy[k];
    tested++;
  }
  return tested ? sum / (double)tested : NAN;
}

static double deviation(size_t n, const double *value)
{
  double mean = 0.0, squares = 0.0;
  if (n < 2) return NAN;
  for (size_t i = 0; i < n; i++) mean += value[i] / (double)n;
  for (size_t i = 0; i < n; i++) squares += (value[i] - mean) * (value[i] - mean);
  return sqrt(squares / (double)(n - 1));
}

static const char *any_run(const grouping *self, const run_group *g, int64_t seed)
{
  for (size_t i = 0; i < g->runs; i++)
    if (seed_of(self, g->run[i]) == seed) return self->runs[g->run[i]]->dir;
  return "?";
}

static cst_status count_right(const grouping *self, run_group *g)
{
  cst_status st = CST_OK;
  answers all = {0};
  int *one = NULL;
  CST_ALLOC(g->right, self->clips.n);
  CST_ALLOC(g->class_accuracy, self->classes.n);
  CST_ALLOC(one, self->clips.n);
  for (size_t s = 0; s < g->seeds; s++) {
    answers_reset(&all);
    CST_TRY(join_seed(self, g, g->seed[s], &all));
    if (!answers_same_clips(&self->clips, &all))
      CST_FAIL(
          CST_ERR_DATA,
          "%s and %s do not compare: their predictions/held-out.csv have other clips, sessions "
          "or labels; report them one by one",
          self->runs[0]->dir, any_run(self, g, g->seed[s]));
    for (size_t i = 0; i < all.n; i++) {
      one[i] = all.row[i].right;
      g->right[i] += one[i];
    }
    g->macro[s] = class_means(self, one, 1, g->class_accuracy);
  }
  class_means(self, g->right, (int)g->seeds, g->class_accuracy);
  g->sd = deviation(g->seeds, g->macro);
done:
  cst_free(one);
  answers_reset(&all);
  return st;
}

/* --- cost and pseudo-labels --- */

/* Whether a run belongs to a seed with every fold. */
static bool is_counted(const grouping *self, const run_group *g, size_t run)
{
  for (size_t s = 0; s < g->seeds; s++)
    if (seed_of(self, run) == g->seed[s]) return true;
  return false;
}

static double group_hours(const grouping *self, const run_group *g)
{
  double sum = 0.0;
  for (size_t i = 0; i < g->runs; i++)
    if (is_counted(self, g, g->run[i])) sum += run_core_seconds(self->runs[g->run[i]]);
  return sum / 3600.0 / (double)g->seeds;
}

/* Mean over the models of all seeds and folds of what their metrics.json says they had. */
static double mean_of_models(const grouping *self, const run_group *g, const char *key)
{
  double sum = 0.0;
  size_t models = 0;
  for (size_t i = 0; i < g->runs; i++) {
    const cst_json *folds = cst_json_get(self->runs[g->run[i]]->metrics, "folds");
    if (!is_counted(self, g, g->run[i])) continue;
    for (size_t f = 0; f < cst_json_size(folds); f++, models++)
      sum += cst_json_get_number(cst_json_at(folds, f), key, NAN);
  }
  return models ? sum / (double)models : NAN;
}

/* Right ones and all, of pseudo-labels that can be checked. */
typedef struct {
  double right, all;
} tally;

static void count(tally *t, double share, double n)
{
  if (isnan(share) || !(n > 0.0)) return;
  t->right += share * n;
  t->all += n;
}

/* The last round of a fold counts: its pseudo-labels trained the model that was scored. */
static bool is_last(const cst_json *events, size_t i)
{
  const char *fold = cst_json_get_string(cst_json_at(events, i), "fold", "");
  for (size_t j = i + 1; j < cst_json_size(events); j++)
    if (strcmp(cst_json_get_string(cst_json_at(events, j), "fold", ""), fold) == 0) return false;
  return true;
}

/* What a teacher gave, against sessions or else hidden labels; without a teacher, what training
 * steps went by in the last epoch. */
static double pseudo_accuracy(const grouping *self, const run_group *g)
{
  tally session = {0}, hidden = {0}, steps = {0};
  for (size_t r = 0; r < g->runs; r++) {
    const run_files *run = self->runs[g->run[r]];
    const cst_json *events = run->pseudo_labels;
    for (size_t i = 0; i < cst_json_size(events); i++) {
      const cst_json *e = cst_json_at(events, i);
      if (!is_last(events, i)) continue;
      count(&session, cst_json_get_number(e, "accuracy_against_sessions", NAN),
            cst_json_get_number(e, "clips_with_session_label", 0.0));
      count(&hidden, cst_json_get_number(e, "accuracy_against_hidden_labels", NAN),
            cst_json_get_number(e, "clips_with_hidden_label", 0.0));
    }
    for (size_t i = 0; i < run->n_stages; i++)
      if (strcmp(run->stages[i].stage, "student") == 0)
        count(&steps, run->stages[i].pseudo_accuracy, run->stages[i].pseudo_checked);
  }
  const tally *best = session.all > 0.0 ? &session : hidden.all > 0.0 ? &hidden : &steps;
  return best->all > 0.0 ? best->right / best->all : NAN;
}

/* --- against the baseline --- */

static size_t choose_baseline(const grouping *self)
{
  size_t first = SIZE_MAX;
  for (size_t g = 0; g < self->groups; g++) {
    if (self->group[g].seeds == 0) continue;
    if (strcmp(self->group[g].strategy, "supervised") == 0) return g;
    if (first == SIZE_MAX) first = g;
  }
  return first;
}

static cst_status compare(const grouping *self, run_group *g, const run_group *baseline)
{
  cst_status st = CST_OK;
  const int seeds[2] = {(int)g->seeds, (int)baseline->seeds};
  cst_pair *pairs = NULL;
  CST_ALLOC(pairs, self->clips.n);
  for (size_t i = 0; i < self->clips.n; i++)
    pairs[i] = (cst_pair){.truth = self->truth[i],
                          .session = self->session[i],
                          .right = {g->right[i], baseline->right[i]}};
  CST_TRY(cst_paired_compare(self->clips.n, pairs, seeds, self->classes.n, GROUP_RESAMPLES, 0,
                             &g->paired));
done:
  cst_free(pairs);
  return st;
}

static cst_status correct(grouping *self)
{
  cst_status st = CST_OK;
  double *p = NULL, *flip;
  CST_ALLOC(p, 2 * self->groups);
  flip = p + self->groups;
  for (size_t g = 0; g < self->groups; g++) {
    const bool tested = g != self->baseline && self->group[g].seeds > 0;
    p[g] = tested ? self->group[g].paired.p_bootstrap : NAN;
    flip[g] = tested ? self->group[g].paired.p_flip : NAN;
  }
  CST_TRY(cst_holm(self->groups, p));
  CST_TRY(cst_holm(self->groups, flip));
  for (size_t g = 0; g < self->groups; g++) {
    self->group[g].p_holm = p[g];
    self->group[g].p_flip_holm = flip[g];
  }
done:
  cst_free(p);
  return st;
}

/* --- order --- */

static int tier_rank(const char *tier)
{
  return strcmp(tier, "none") == 0 ? 0 : strcmp(tier, "session") == 0 ? 1 : 2;
}

/* The baseline is marked by its p-value, which is none, and stands first in its tier. */
static int by_tier_and_accuracy(const void *x, const void *y)
{
  const run_group *a = x, *b = y;
  if (tier_rank(a->tier) != tier_rank(b->tier))
    return tier_rank(a->tier) < tier_rank(b->tier) ? -1 : 1;
  if ((a->seeds == 0) != (b->seeds == 0)) return a->seeds == 0 ? 1 : -1;
  if (isnan(a->p_holm) != isnan(b->p_holm)) return isnan(a->p_holm) ? -1 : 1;
  if (a->paired.macro[0] != b->paired.macro[0])
    return a->paired.macro[0] > b->paired.macro[0] ? -1 : 1;
  return strcmp(a->name, b->name);
}

static void sort_groups(grouping *self)
{
  const char *baseline = self->baseline == SIZE_MAX ? "" : self->group[self->baseline].name;
  qsort(self->group, self->groups, sizeof *self->group, by_tier_and_accuracy);
  for (size_t g = 0; g < self->groups; g++)
    if (self->group[g].name == baseline) self->baseline = g;
}

cst_status groups_score(grouping *self)
{
  cst_status st = CST_OK;
  for (size_t g = 0; g < self->groups; g++) CST_TRY(list_seeds(self, &self->group[g]));
  CST_TRY(choose_clips(self));
  CST_TRY(index_clips(self));
  self->baseline = choose_baseline(self);
  for (size_t g = 0; g < self->groups; g++) {
    run_group *one = &self->group[g];
    if (one->seeds == 0) continue;
    CST_TRY(count_right(self, one));
    one->pseudo_labels = pseudo_accuracy(self, one);
    one->core_hours = group_hours(self, one);
    one->updates = mean_of_models(self, one, "updates");
    one->rows = mean_of_models(self, one, "rows_seen");
  }
  for (size_t g = 0; g < self->groups; g++)
    if (self->group[g].seeds > 0)
      CST_TRY(compare(self, &self->group[g], &self->group[self->baseline]));
  CST_TRY(correct(self));
  sort_groups(self);
done:
  return st;
}
