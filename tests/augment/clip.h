/* Clips and keys of the tests. */
#ifndef CST_TEST_AUGMENT_CLIP_H
#define CST_TEST_AUGMENT_CLIP_H

#include "support/test_support.h"

#include "cassette/augment.h"
#include "cassette/memory.h"
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

/* A view of a clip [T][M] whose silence is -100 dB, with what the partners of it lend (or NULL). */
static inline void view_with(const cst_view_spec *spec, const cst_random_key *key, size_t T,
                             size_t M, const float *x, const double *style_mean,
                             const double *style_std, const float *background, float *out)
{
  float *scratch = cst_alloc(T * M, sizeof *scratch);
  const cst_view_context context = {.T = T,
                                    .M = M,
                                    .silence_db = -100.0,
                                    .top_db = 80.0,
                                    .scratch = scratch,
                                    .style_mean = style_mean,
                                    .style_std = style_std,
                                    .background = background};
  assert_non_null(scratch);
  cst_view_make(spec, key, &context, x, out);
  cst_free(scratch);
}

static inline void made_view(const cst_view_spec *spec, const cst_random_key *key, size_t T,
                             size_t M, const float *x, const double *style_mean,
                             const double *style_std, float *out)
{
  view_with(spec, key, T, M, x, style_mean, style_std, NULL, out);
}

/* A view with one transform, always. */
static inline cst_view_spec view_of(cst_transform_kind kind, double low, double high, int count)
{
  cst_view_spec spec = {0};
  spec.transform[kind] = (cst_transform){.p = 1.0, .low = low, .high = high, .count = count};
  return spec;
}

#endif
