/* Runs that differ in seed and held-out fold alone are one group: a strategy. */
#ifndef GROUPS_H
#define GROUPS_H

#include "answers.h"
#include "pen.h"

#include "cassette/dataset.h"
#include "cassette/paired.h"

typedef struct {
  char *name; /* the strategy; where several groups share it, also the settings that differ */
  const char *strategy, *tier; /* borrowed from a run */
  size_t *run;                 /* [runs] indices */
  size_t runs;
  int64_t *seed; /* [seeds] those with every fold, in order of size */
  double *macro; /* [seeds] macro accuracy, pooled over folds */
  size_t seeds;
  size_t left_out;         /* seeds that lack a fold */
  int8_t *right;           /* [seeds][clips] 1: right; NULL without seeds */
  double *class_accuracy;  /* [classes] mean over seeds */
  double sd;               /* of macro, over seeds; NaN: fewer than two */
  double pseudo_labels;    /* share that is right; NaN: none, unknown, or by construction (tiers) */
  bool checked_by_session; /* against the class of their session, not hidden labels */
  double core_hours;       /* of a seed, all folds */
  double updates, rows;    /* optimiser steps and views behind a model, mean; NaN: unknown */
  bool is_baseline;
  cst_estimate accuracy;   /* NaN without seeds */
  size_t pairs;            /* seeds that the baseline has too; of the baseline 0 */
  cst_estimate difference; /* to the baseline, over those; NaN without */
} run_group;

typedef struct {
  const run_files *const *runs; /* borrowed */
  size_t n;
  answers *answers; /* [n] */
  cst_names folds;  /* of all runs */
  cst_names classes;
  run_group *group; /* by tier, then the baseline, then by accuracy */
  size_t groups;
  size_t baseline; /* SIZE_MAX: no group has a whole seed */
  size_t
      comparisons; /* groups with a difference: intervals and p-values are corrected for so many */
  answers clips;   /* of a whole seed: what all are scored on */
  cst_names sessions;
  int *truth, *session; /* [clips.n] */
} grouping;

/* Borrows @p runs.  CST_ERR_DATA where two runs have other data, features, splits or clips, or are
 * the same cell: both are named. */
cst_status grouping_make(size_t n, const run_files *const *runs, grouping *out);
void grouping_reset(grouping *self);

/* Whether a line of a configuration tells groups apart. */
bool groups_tells_apart(const char *line);

/* groups_same.c: refuse runs that do not compare. */
cst_status groups_check(size_t n, const run_files *const *runs);
/* groups_figures.c: all figures of the groups. */
cst_status groups_score(grouping *self);
int64_t groups_seed_of(const grouping *self, size_t run);
/* groups_training.c: pseudo-labels, updates, cost. */
void groups_measure_training(const grouping *self, run_group *g);
/* groups_compare.c: accuracies with their intervals, differences to a baseline, the order. */
cst_status groups_compare(grouping *self);
/* groups_text.c */
cst_status groups_write(const grouping *self, pen *page);
/* groups_json.c */
/* Sets `groups`, `baseline` and `comparisons`. */
void groups_json(const grouping *self, cst_json *out);

#endif
