/* Runs that differ in seed and held-out fold alone are one group: a strategy, under a setting where an
 * ablation has any. */
#ifndef GROUPS_H
#define GROUPS_H

#include "answers.h"
#include "pen.h"

#include "cassette/dataset.h"
#include "cassette/paired.h"
#include "cassette/strategy.h"

typedef struct {
  char *name; /* the setting and the strategy; where several groups share them, also what differs */
  const char *setting, *strategy; /* borrowed from a run; no setting: "" */
  cst_tier tier;
  bool transductive; /* unlabelled clips of what is tested trained: a tier of its own */
  size_t *run;       /* [runs] indices */
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
  bool in_reference;       /* of the setting that others are compared with */
  bool is_baseline;
  const char *compared_with; /* name of a group, borrowed from it; NULL: with none */
  cst_estimate accuracy;     /* NaN without seeds */
  size_t pairs;              /* seeds that that group has too */
  cst_estimate difference;   /* to it, over those; NaN without */
} run_group;

typedef struct {
  const run_files *const *runs; /* borrowed */
  size_t n;
  answers *answers; /* [n] */
  cst_names folds;  /* of all runs */
  cst_names classes;
  run_group *group; /* by setting, the reference first, by tier, the baseline first, by accuracy */
  size_t groups;
  bool has_settings;
  size_t baseline; /* SIZE_MAX: no group has a whole seed */
  size_t
      comparisons; /* groups with a difference: intervals and p-values are corrected for so many */
  answers clips;   /* of a whole seed: what all are scored on */
  cst_names sessions;
  int *truth, *session; /* [clips.n] */
} grouping;

/* Borrows @p runs.  CST_ERR_DATA where two runs have other data, features, splits or clips, or are
 * the same cell: both are named.  @p reference as in report.h. */
cst_status grouping_make(size_t n, const run_files *const *runs, const char *reference,
                         grouping *out);
void grouping_reset(grouping *self);

/* Whether a line of a configuration tells groups apart. */
bool groups_tells_apart(const char *line);

/* groups_same.c: refuse runs that do not compare. */
cst_status groups_check(size_t n, const run_files *const *runs);
/* groups_figures.c: all figures of the groups. */
cst_status groups_score(grouping *self, const char *reference);
int64_t groups_seed_of(const grouping *self, size_t run);
/* groups_training.c: pseudo-labels, updates, cost. */
void groups_measure_training(const grouping *self, run_group *g);
/* groups_reference.c: what each is compared with, as indices of groups, SIZE_MAX: with none.  Sets
 * baseline, in_reference and is_baseline. */
cst_status groups_choose_references(grouping *self, const char *reference, size_t *other);
/* groups_compare.c: accuracies with their intervals, differences, the order. */
cst_status groups_compare(grouping *self, const char *reference);
/* groups_curve.c: a learning curve where runs hide different shares of labels (dataset.hide_labels). */
cst_status groups_curve(const grouping *self, pen *page);
/* groups_warnings.c: what the numbers of seeds, averages and teachers do not support. */
void groups_warn(const grouping *self, pen *page);
/* groups_text.c */
cst_status groups_write(const grouping *self, pen *page);
/* groups_json.c */
/* Sets `groups`, `baseline` and `comparisons`. */
void groups_json(const grouping *self, cst_json *out);

#endif
