/* One model being trained: weights, optimiser state, and what a step needs.  Private to train. */
#ifndef CST_TRAIN_LEARNER_H
#define CST_TRAIN_LEARNER_H

#include "cassette/augment.h"
#include "cassette/loss.h"
#include "cassette/model.h"
#include "cassette/network.h"
#include "cassette/slice.h"
#include "cassette/strategy.h"

/* Clips of a global batch. */
typedef struct {
  size_t labelled, unlabelled;
} batch_size;

/* Room for this rank's part of a batch; all by row unless said otherwise. */
typedef struct {
  size_t rows;              /* at most */
  const float **feature;    /* [T][M] of each row */
  float *made;              /* [rows][T][M] views made here */
  cst_told *told;           /* [rows] what the network is told of each */
  float *scratch;           /* [4][T][M] */
  double *style;            /* [2][M] of a partner */
  uint32_t *partner;        /* [global rows] whom a row is mixed with */
  uint32_t *mixing, *drawn; /* [global rows] rows that are mixed, and their order */
  uint32_t *style_partner;  /* [global clips] whose style a strong view may take */
  cst_random_key *dropout;
  double *target;         /* [rows][K] */
  double *taught;         /* [rows][K] the teacher's, where it stands beside labels; else NULL */
  double *partner_target; /* [2][K] and what the teacher says of it */
  double *guess;          /* [global unlabelled][K + 1] targets guessed for a batch, and whether
                             they are mixed with others, 0 or 1 */
  float *guess_logits, *logits, *dlogits, *alone, *dalone; /* [rows][K] each */
  float *flips, *dflips;                                   /* [rows][CST_FLIPS] second head */
  int *flip; /* which flip the row is, where it is one */
} step_workspace;

typedef struct {
  const cst_job *job; /* borrowed */
  cst_network network;
  const cst_layout *params, *stats; /* the model's */
  cst_weights best;
  cst_weights average; /* running average of the network's weights; NULL pointers: none */
  cst_weights
      best_raw;    /* the weights behind `best`, where that is an average; else NULL pointers */
  double ema;      /* the average's decay; 0: none */
  float *m, *v;    /* Adam's moments, [params->floats]; SGD: m its velocity */
  float *gradient; /* mean over the global batch */
  double gradient_norm; /* of the last step, before it was limited; where there is a limit */
  double *mean;         /* [params->floats] mean of weights over epochs; NULL: none is kept */
  int64_t mean_epochs;  /* that are in it */
  cst_exact *sum;       /* of the gradient */
  cst_exact *tally;     /* of what a step reports */
  cst_exact *phase;     /* of what the strategy asks for */
  double *totals, *contribution;
  cst_strategy *strategy;
  double mixup; /* parameter of mixtures; 0: none */
  step_workspace workspace;
} learner;

/* @p told: the network is told what model.metadata says.  @p batch: clips in a global batch.
 * @p unlabelled: clips of the stage.  Collective. */
cst_status learner_create(const cst_job *job, size_t classes, bool told, const char *strategy,
                          size_t unlabelled, batch_size batch, learner *out);
void learner_reset(learner *self);
/* Zero the optimiser's moments; the average of weights begins at the weights. */
void learner_restart(learner *self);
/* What is evaluated: the average where there is one. */
const cst_weights *learner_final(const learner *self);
/* These are the best so far. */
void learner_keep_best(learner *self);

/* The stage ends with a mean of weights over epochs.  Local. */
cst_status learner_keep_mean(learner *self);
void learner_add_to_mean(learner *self);
/* The mean becomes the best, with BatchNorm statistics of @p clips [n], all of them together.
 * Collective. */
cst_status learner_take_mean(learner *self, const uint32_t *clips, size_t n);

/* One global batch. */
typedef struct {
  batch_size n;
  const uint32_t *labelled;   /* [n.labelled] indices into the data set, on every rank */
  const uint32_t *unlabelled; /* [n.unlabelled] likewise ... */
  const uint32_t *number;     /* ... and their numbers among the stage's unlabelled clips */
  const uint32_t *background; /* [n_background] clips that may sound behind others */
  size_t n_background;
  const float *responses; /* [n_responses][M] gains of recorders */
  size_t n_responses;
  cst_class_groups groups; /* in which labelled clips are told apart */
  const float *target;     /* [data set][K] class distribution of labelled clips */
  const float *taught;     /* [data set][K] the teacher's, zeros: none; NULL: without one */
  const int *check;  /* by data set index: what is known of an unlabelled clip, else CST_NONE */
  const char *stage; /* for messages: its name, and the fold's (NULL: none) */
  const char *fold;
  uint32_t stage_key; /* of the random numbers */
  uint64_t epoch, step;
  uint64_t update;       /* optimiser steps so far in the stage, this one included */
  uint64_t average_from; /* steps that the average of weights leaves out */
  double progress;       /* share of the stage's steps done before */
  double learning_rate;
  const cst_stage_config *recipe; /* optimiser and weight decay */
} learner_batch;

#endif
