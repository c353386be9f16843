/* One model being trained: weights, optimiser state and the exact gradient sum.  Private to coord.
 */
#ifndef CST_COORD_LEARNER_H
#define CST_COORD_LEARNER_H

#include "feature_source.h"

#include "cassette/model.h"

typedef struct {
  const cst_job *job; /* borrowed */
  cst_model *model;
  const cst_layout *params, *stats; /* the model's */
  cst_weights weights, best;
  float *m, *v;     /* Adam's moments, [params->floats] */
  float *gradient;  /* mean over the global batch */
  cst_exact *sum;   /* of the gradient */
  cst_exact *tally; /* of the loss and of correct clips */
  size_t room;      /* local clips of a batch, at most */
  const float **rows;
  cst_random_key *dropout;
  float *logits, *dlogits; /* [room][classes] */
} learner;

/* @p batch: clips in a global batch, 0: for inference only. */
cst_status learner_create(const cst_job *job, size_t classes, size_t batch, learner *out);
void learner_reset(learner *self);
/* Zero the optimiser's moments. */
void learner_restart(learner *self);

/* One global batch. */
typedef struct {
  const uint32_t *clips; /* [n] indices into the data set, on every rank */
  size_t n;
  const int *label;  /* class by data set index */
  const char *stage; /* for messages: its name, and the fold's (NULL: none) */
  const char *fold;
  uint32_t stage_key; /* of the random numbers */
  uint64_t epoch, step;
  uint64_t update; /* optimiser steps so far in the stage, this one included */
  double learning_rate;
} learner_batch;

typedef struct {
  double loss;     /* mean over the batch */
  int64_t correct; /* clips whose largest logit was their label */
} learner_result;

/* Forward, backward, exact sum, Adam.  Collective.  CST_ERR_NUMBERS names what is not finite and
 * where training stood. */
cst_status learner_step(learner *self, feature_source *source, const learner_batch *batch,
                        learner_result *out);

/* Probabilities [n][classes] of @p clips on every rank, by weights @p w.  Collective.
 * CST_ERR_NUMBERS names the first clip whose scores are not finite. */
cst_status learner_predict(learner *self, const cst_weights *w, feature_source *source,
                           const uint32_t *clips, size_t n, float *probabilities);

#endif
