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
enum { SMALL_AUX = 4 }; /* classes of a second head, in tests that have one */

static inline cst_model_spec small_spec(void)
{
  cst_model_spec spec;
  cst_model_defaults(&spec);
  spec.frames = SMALL_FRAMES;
  spec.bins = SMALL_BINS;
  spec.channels[0] = 8;
  spec.channels[1] = 16;
  spec.reduction = 4;
  spec.pooled_frames = 5;
  spec.heads = 4;
  spec.feedforward = 8;
  spec.classes = SMALL_CLASSES;
  return spec;
}

/* Members of the family: the paper's; residual blocks with and without a projection, uneven means; a
 * stem, no gates, no encoder, a mean over frames; two encoder layers; one that is told city and hour;
 * products in parts of bfloat16. */
enum { SMALL_IN_FLOATS = 5, SMALL_IN_PARTS = SMALL_IN_FLOATS, SMALL_MEMBERS, SMALL_CITIES = 3 };
static inline cst_model_spec small_member(size_t i)
{
  cst_model_spec spec = small_spec();
  if (i == 1) {
    spec.residual = true;
    spec.blocks = 4;
    memcpy(spec.channels, (size_t[]){8, 8, 16, 24}, 4 * sizeof *spec.channels);
    memcpy(spec.pool, (cst_area[]){{2, 2}, {2, 2}, {1, 2}, {3, 1}}, 4 * sizeof *spec.pool);
    spec.pooled_frames = 4;
    spec.head_dropout = 0.3;
    spec.aux_classes = SMALL_AUX;
  } else if (i == 2) {
    spec.residual = true;
    spec.stem = (cst_area){3, 2};
    spec.squeeze_excite = false;
    spec.encoder_layers = 0;
    spec.aggregate = CST_AGGREGATE_MEAN;
    spec.dropout = 0.0;
    spec.head_dropout = 0.2;
    spec.pooled_frames = 4;
  } else if (i == 3) {
    spec.blocks = 3;
    spec.channels[2] = 12;
    memcpy(spec.pool, (cst_area[]){{4, 2}, {1, 1}, {2, 3}}, 3 * sizeof *spec.pool);
    spec.encoder_layers = 2;
  } else if (i == 4) {
    spec.cities = SMALL_CITIES;
    spec.time = true;
  } else if (i == SMALL_IN_PARTS) {
    spec.channels[0] = spec.channels[1] = 32;
    spec.products = CST_PRODUCTS_BF16X3;
  }
  return spec;
}

/* As they are at the start in all tests; the last city is one that training does not know. */
static inline void small_init(const cst_model *model, cst_weights *w)
{
  static const bool known[SMALL_CITIES] = {true, true, false};
  cst_model_init(model, 1, 0, w);
  cst_model_know_cities(model, known, w);
}

/* A model on the ranks of @p on, with the same weights in all tests; room for training batches of
 * @p most clips.  Collective. */
static inline cst_model *small_made(const cst_model_spec *spec, const cst_comm *on, size_t most,
                                    int threads, cst_weights *w)
{
  cst_model *model = NULL;
  assert_ok(cst_model_create(spec, on, most, threads, &model));
  assert_ok(cst_weights_create(model, w));
  small_init(model, w);
  return model;
}

/* The same of the paper's member. */
static inline cst_model *small_model(const cst_comm *on, size_t most, int threads, cst_weights *w)
{
  const cst_model_spec spec = small_spec();
  return small_made(&spec, on, most, threads, w);
}

/* Clips as a log-mel spectrogram has them: tens of decibels below zero. */
typedef struct {
  const float *features[SMALL_CLIPS];
  cst_random_key dropout[SMALL_CLIPS];
  size_t label[SMALL_CLIPS];
  cst_told told[SMALL_CLIPS];
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
    d.told[i] = (cst_told){(int)i - 1, i == 4 ? (double)NAN : 3.3 * (double)i};
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

/* The second head's task: of every other clip, its number. */
static inline double small_aux_loss(size_t clip, const float *aux, double weight, float *daux)
{
  if (daux) memset(daux, 0, SMALL_AUX * sizeof *daux);
  return clip % 2 ? cst_cross_entropy_hard(SMALL_AUX, aux, clip % SMALL_AUX, weight, daux) : 0.0;
}

/* One forward and backward of this rank's slice of the first `clips` clips.  Collective. */
static inline void small_train(cst_model *model, const cst_comm *comm, cst_weights *w,
                               const small_data *data, size_t clips, bool dropout, small_step *out)
{
  const size_t n = cst_model_params(model)->floats;
  const cst_slice mine = cst_slice_of(clips, cst_comm_rank(comm), cst_comm_size(comm));
  float dlogits[SMALL_CLIPS * SMALL_CLASSES], aux[SMALL_CLIPS * SMALL_AUX];
  float daux[SMALL_CLIPS * SMALL_AUX];
  const bool two_heads = cst_model_get_spec(model)->aux_classes > 0;
  const cst_model_batch batch = {.clips = mine.count,
                                 .global_clips = clips,
                                 .features = data->features + mine.first,
                                 .told = data->told + mine.first,
                                 .dropout = dropout ? data->dropout + mine.first : NULL,
                                 .aux = two_heads ? aux : NULL,
                                 .daux = two_heads ? daux : NULL};
  cst_exact *sum = NULL;

  *out = (small_step){.gradient = test_zeros_f64(n)};
  assert_ok(cst_exact_create(n, &sum));
  cst_model_forward(model, w, &batch, out->logits);
  for (size_t i = 0; i < mine.count; i++)
    out->loss += cst_cross_entropy_hard(SMALL_CLASSES, out->logits + i * SMALL_CLASSES,
                                        data->label[mine.first + i], 1.0 / (double)clips,
                                        dlogits + i * SMALL_CLASSES);
  for (size_t i = 0; two_heads && i < mine.count; i++)
    out->loss += small_aux_loss(mine.first + i, aux + i * SMALL_AUX, 1.0 / (double)clips,
                                daux + i * SMALL_AUX);
  cst_model_backward(model, w, &batch, dlogits, sum);
  cst_exact_total(sum, comm, out->gradient, NULL);
  cst_exact_destroy(&sum);
  cst_digest_bytes(out->gradient, n * sizeof(double), out->gradient_digest);
  cst_digest_bytes(w->stats, cst_model_stats(model)->floats * sizeof(float), out->stats_digest);
}

#endif
