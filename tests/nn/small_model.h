/* A model small enough for unit tests, and training steps on it. */
#ifndef CST_TEST_SMALL_MODEL_H
#define CST_TEST_SMALL_MODEL_H

#include "cassette/digest.h"
#include "cassette/loss.h"
#include "cassette/model.h"
#include "cassette/slice.h"
#include "support/test_support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SMALL_CLIPS = 7, SMALL_FRAMES = 50, SMALL_BINS = 16, SMALL_CLASSES = 5 };

static inline cst_model_spec small_spec(void)
{
  cst_model_spec spec;
  cst_model_defaults(&spec);
  spec.frames = SMALL_FRAMES;
  spec.bins = SMALL_BINS;
  spec.channels1 = 8;
  spec.channels2 = 16;
  spec.reduction = 4;
  spec.pooled_frames = 5;
  spec.heads = 4;
  spec.feedforward = 8;
  spec.classes = SMALL_CLASSES;
  return spec;
}

/* Clips as a log-mel spectrogram has them: tens of decibels below zero. */
typedef struct {
  const float *features[SMALL_CLIPS];
  cst_random_key dropout[SMALL_CLIPS];
  size_t label[SMALL_CLIPS];
} small_data;

static inline small_data small_clips(void)
{
  small_data d;
  for (size_t i = 0; i < SMALL_CLIPS; i++) {
    float *x = test_random(1000 + i, SMALL_FRAMES * SMALL_BINS);
    for (size_t j = 0; j < SMALL_FRAMES * SMALL_BINS; j++) x[j] = 12.0f * x[j] - 35.0f;
    d.features[i] = x;
    d.dropout[i] = cst_random_key_make(1, CST_RANDOM_DROPOUT, 0, 1, i);
    d.label[i] = i % SMALL_CLASSES;
  }
  return d;
}

/* What a training step leaves. */
typedef struct {
  float logits[SMALL_CLIPS * SMALL_CLASSES]; /* of the local clips */
  double *gradient;                          /* [floats], total over ranks */
  double loss;                               /* sum over the local clips */
  char gradient_digest[CST_DIGEST_HEX], stats_digest[CST_DIGEST_HEX];
} small_step;

/* One forward and backward of this rank's slice of the first `clips` clips.  Collective. */
static inline void small_train(cst_model *model, const cst_comm *comm, cst_weights *w,
                               const small_data *data, size_t clips, bool dropout, small_step *out)
{
  const size_t n = cst_model_params(model)->floats;
  const cst_slice mine = cst_slice_of(clips, cst_comm_rank(comm), cst_comm_size(comm));
  const cst_model_batch batch = {.clips = mine.count,
                                 .global_clips = clips,
                                 .features = data->features + mine.first,
                                 .dropout = dropout ? data->dropout + mine.first : NULL};
  float dlogits[SMALL_CLIPS * SMALL_CLASSES];
  cst_exact *sum = NULL;

  *out = (small_step){.gradient = test_zeros_f64(n)};
  assert_ok(cst_exact_create(n, &sum));
  cst_model_forward(model, w, &batch, out->logits);
  for (size_t i = 0; i < mine.count; i++)
    out->loss += cst_cross_entropy_hard(SMALL_CLASSES, out->logits + i * SMALL_CLASSES,
                                        data->label[mine.first + i], 1.0 / (double)clips,
                                        dlogits + i * SMALL_CLASSES);
  cst_model_backward(model, w, &batch, dlogits, sum);
  cst_exact_total(sum, comm, out->gradient, NULL);
  cst_exact_destroy(&sum);
  cst_digest_bytes(out->gradient, n * sizeof(double), out->gradient_digest);
  cst_digest_bytes(w->stats, cst_model_stats(model)->floats * sizeof(float), out->stats_digest);
}

#endif
