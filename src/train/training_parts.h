/* What training is made of: its state is in the checkpoint.  Private to train. */
#ifndef CST_TRAIN_TRAINING_PARTS_H
#define CST_TRAIN_TRAINING_PARTS_H

#include "learner.h"
#include "stage_order.h"

#include "cassette/band_gains.h"
#include "cassette/journal.h"
#include "cassette/step_times.h"

/* Where training stands: the numbers of a checkpoint.  "Next" means not done yet. */
typedef struct {
  int64_t stage, fold;
  int64_t round;        /* of teacher and student, from 0 */
  int64_t epoch, step;  /* next */
  int64_t updates;      /* optimiser steps done in the stage */
  int64_t best_epoch;   /* CST_NONE before the first epoch's end */
  double best_accuracy; /* macro, on the validation clips */
  double best_loss;
  int64_t epoch_labelled, epoch_unlabelled; /* clips of this epoch so far */
  int64_t journal_bytes;
} training_state;

/* What a stage trains on: stage_clips.h makes it. */
typedef struct {
  int *label; /* class by data set index, CST_NONE: none or not to be known */
  int *check; /* unlabelled clips: class known from elsewhere, to check pseudo-labels by */
  const char *checked_by; /* "hidden labels", or where the fold has none "sessions" */
  float *target;          /* [data set][classes] of the clips in `labelled` */
  int *class; /* [n_labelled] most probable class of each, where batches are balanced; else NULL */
  uint32_t *labelled, *unlabelled, *validation; /* data set indices; copies stand side by side */
  size_t n_labelled, n_unlabelled, n_validation;
  /* What may sound behind others: the fold's unlabelled clips, or where it has none the labelled. */
  const uint32_t *background; /* [n_background], one of the lists above */
  size_t n_background;
  size_t steps; /* of an epoch */
  batch_size batch;
  bool endless; /* batches come from endless streams, not from epochs of the list */
} stage_clips;

typedef struct {
  cst_job *job;         /* borrowed */
  cst_journal *journal; /* NULL but on rank 0 */
  stage_order order;
  cst_fold_stages *fold_stages; /* [folds], of `order` */
  training_state state;
  learner learner;        /* of the current stage */
  double *epoch_sums;     /* tallies added up over the steps of this epoch so far, see monitor.h */
  size_t n_epoch_sums;    /* capacity for the classes of any stage */
  stage_clips clips;      /* of the current stage */
  float *pseudo_target;   /* [data set][classes] what the teacher says; the student's stage */
  int32_t *pseudo_copies; /* [data set] how often the clip is in the student's list */
  int *truth;             /* [data set] class, CST_NONE: not known; checks pseudo-labels, no more */
  cst_band_gains responses; /* of recorders, for views; none where n is 0 */
  uint64_t sequence;        /* of the last checkpoint written */
  double checkpoint_s;      /* when that was */
  cst_step_times times;     /* of this epoch's steps */
  double slowest_step_s;    /* with a checkpoint it is what stopping may take */
} training;

#endif
