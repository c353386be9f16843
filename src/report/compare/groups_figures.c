/* The figures of groups of runs.  Contract in groups.h. */
#include "groups.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdlib.h>

int64_t groups_seed_of(const grouping *self, size_t run) { return self->runs[run]->metrics.seed; }

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
    if (groups_seed_of(self, g->run[i]) == seed) folds += self->runs[g->run[i]]->metrics.folds.n;
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
  for (size_t i = 0; i < g->runs; i++) all[i] = groups_seed_of(self, g->run[i]);
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
    if (groups_seed_of(self, g->run[i]) == seed) part[n++] = &self->answers[g->run[i]];
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

/* Means over seeds and over the clips of each class; their mean. */
static double class_means(const grouping *self, size_t seeds, const int8_t *right, double *accuracy)
{
  double sum = 0.0;
  size_t tested = 0;
  for (size_t k = 0; k < self->classes.n; k++) {
    int64_t clips = 0, hits = 0;
    for (size_t i = 0; i < self->clips.n; i++) {
      if (self->truth[i] != (int)k) continue;
      clips++;
      for (size_t s = 0; s < seeds; s++) hits += right[s * self->clips.n + i];
    }
    accuracy[k] = clips ? (double)hits / (double)(clips * (int64_t)seeds) : NAN;
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
    if (groups_seed_of(self, g->run[i]) == seed) return self->runs[g->run[i]]->dir;
  return "?";
}

static cst_status read_right(const grouping *self, run_group *g)
{
  cst_status st = CST_OK;
  answers all = {0};
  CST_ALLOC(g->right, g->seeds * self->clips.n);
  CST_ALLOC(g->class_accuracy, self->classes.n);
  for (size_t s = 0; s < g->seeds; s++) {
    answers_reset(&all);
    CST_TRY(join_seed(self, g, g->seed[s], &all));
    if (!answers_same_clips(&self->clips, &all))
      CST_FAIL(
          CST_ERR_DATA,
          "%s and %s do not compare: their predictions/held-out.csv have other clips, sessions "
          "or labels; report them one by one",
          self->runs[0]->dir, any_run(self, g, g->seed[s]));
    int8_t *right = g->right + s * self->clips.n;
    for (size_t i = 0; i < all.n; i++) right[i] = all.row[i].right;
    g->macro[s] = class_means(self, 1, right, g->class_accuracy);
  }
  class_means(self, g->seeds, g->right, g->class_accuracy);
  g->sd = deviation(g->seeds, g->macro);
done:
  answers_reset(&all);
  return st;
}

cst_status groups_score(grouping *self, const char *reference)
{
  cst_status st = CST_OK;
  for (size_t g = 0; g < self->groups; g++) CST_TRY(list_seeds(self, &self->group[g]));
  CST_TRY(choose_clips(self));
  CST_TRY(index_clips(self));
  for (size_t g = 0; g < self->groups; g++) {
    run_group *one = &self->group[g];
    if (one->seeds == 0) continue;
    CST_TRY(read_right(self, one));
    groups_measure_training(self, one);
  }
  CST_TRY(groups_compare(self, reference));
done:
  return st;
}
