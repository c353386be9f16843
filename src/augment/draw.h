/*
 * Where each piece finds its numbers.  A draw takes one Philox block (four 32-bit numbers) of the
 * key's sequence; the pieces start so far apart that they never meet.
 */
#ifndef CST_AUGMENT_DRAW_H
#define CST_AUGMENT_DRAW_H

#include "cassette/random.h"

/* Append, never renumber: a view is the same in every version. */
typedef enum {
  DRAW_ROLL,
  DRAW_GAIN,
  DRAW_TIME_MASKS,
  DRAW_FREQ_MASKS,
  DRAW_STYLE_COIN, /* of a batch */
  DRAW_STYLE,
  DRAW_MIXUP,
  DRAW_COIN, /* of a view, one for each transform: at the number of its own place */
  DRAW_OCCLUSION,
  DRAW_STRETCH,
  DRAW_CUTOUT,
  DRAW_CROP,
  DRAW_BACKGROUND,
  DRAW_BACKGROUND_CLIP,
  DRAW_FILTER_LINEAR,
  DRAW_FILTER_STEP,
  DRAW_NOISE,
  DRAW_RESPONSES,
  DRAW_FLIP,
  DRAW_SHIFT,
  DRAW_PLACES
} draw_place;

typedef struct {
  const cst_random_key *key; /* borrowed */
  uint64_t block;
} draws;

draws draws_at(const cst_random_key *key, draw_place place);
/** Uniform in [0, 1). */
double draw_uniform(draws *self);
/** Uniform in [low, high); low if they are equal. */
double draw_between(draws *self, double low, double high);
/** Integer in [0, n], n < 2^32 - 1. */
size_t draw_up_to(draws *self, size_t n);
/** @p n uniform floats in [0, 1) of 24 bits. */
void draw_floats(draws *self, size_t n, float *out);
/** Beta(alpha, alpha), alpha > 0; takes as many draws as it needs. */
double draw_beta(draws *self, double alpha);

#endif
