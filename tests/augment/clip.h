/* Clips and keys of the tests. */
#ifndef CST_TEST_AUGMENT_CLIP_H
#define CST_TEST_AUGMENT_CLIP_H

#include "support/test_support.h"

#include "cassette/random.h"

/* Levels between -80 and 0 dB, no two the same in a small clip. */
static inline float *made_clip(uint64_t seed, size_t n)
{
  float *x = test_random(seed, n);
  for (size_t i = 0; i < n; i++) x[i] = 40.0f * (x[i] - 1.0f);
  return x;
}

static inline cst_random_key view_key(uint64_t step, uint64_t clip)
{
  return cst_random_key_make(1, CST_RANDOM_AUGMENT, 2, step, clip);
}

#endif
