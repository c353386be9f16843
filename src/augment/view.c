/* Weak and strong views.  Contract in cassette/augment.h. */
#include "draw.h"
#include "style.h"

#include "cassette/augment.h"
#include "cassette/status.h"

#include <string.h>

/* Whole frames or bands in a share of n; .29 of 100 is 29 although .29 is a little less. */
static size_t share_of(double share, size_t n)
{
  CST_ASSERT(share >= 0.0 && share <= 1.0);
  return (size_t)(share * (double)n + 1e-6);
}

/* Frames that the clip moves to the right: -limit to limit, where that leaves shifts to choose. */
static size_t draw_shift(const cst_augment_spec *spec, const cst_random_key *key, size_t T)
{
  draws d = draws_at(key, DRAW_ROLL);
  const size_t limit = share_of(spec->roll, T);
  if (2 * limit >= T) return draw_up_to(&d, T - 1);
  return (draw_up_to(&d, 2 * limit) + T - limit) % T;
}

void cst_augment_weak(const cst_augment_spec *spec, const cst_random_key *key, size_t T, size_t M,
                      const float *in, float *out)
{
  if (T == 0) return;
  const size_t shift = draw_shift(spec, key, T);
  memcpy(out + shift * M, in, (T - shift) * M * sizeof *in);
  memcpy(out, in + (T - shift) * M, shift * M * sizeof *in);
  if (spec->gain_db == 0.0) return;
  draws d = draws_at(key, DRAW_GAIN);
  const double gain_db = spec->gain_db * (2.0 * draw_uniform(&d) - 1.0);
  for (size_t i = 0; i < T * M; i++) out[i] = (float)((double)out[i] + gain_db);
}

static float mean_of(size_t n, const float *x)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i];
  return (float)(sum / (double)n);
}

typedef struct {
  size_t first, width;
} band;

/* SpecAugment: the width uniform in 0..widest, then the place among those that hold it. */
static band draw_band(draws *d, double share, size_t n)
{
  band b = {.width = draw_up_to(d, share_of(share, n))};
  b.first = draw_up_to(d, n - b.width);
  return b;
}

static void hide(const cst_augment_spec *spec, const cst_random_key *key, size_t T, size_t M,
                 float *x)
{
  if (spec->time_masks <= 0 && spec->freq_masks <= 0) return;
  const float fill = mean_of(T * M, x); /* before any mask */
  draws d = draws_at(key, DRAW_TIME_MASKS);
  for (int k = 0; k < spec->time_masks; k++) {
    const band b = draw_band(&d, spec->time_mask, T);
    for (size_t i = 0; i < b.width * M; i++) x[b.first * M + i] = fill;
  }
  d = draws_at(key, DRAW_FREQ_MASKS);
  for (int k = 0; k < spec->freq_masks; k++) {
    const band b = draw_band(&d, spec->freq_mask, M);
    for (size_t t = 0; t < T; t++)
      for (size_t i = 0; i < b.width; i++) x[t * M + b.first + i] = fill;
  }
}

void cst_augment_strong(const cst_augment_spec *spec, const cst_random_key *key, size_t T, size_t M,
                        const float *in, const double *partner_mean, const double *partner_std,
                        float *out)
{
  CST_ASSERT(!partner_mean == !partner_std);
  cst_augment_weak(spec, key, T, M, in, out);
  if (partner_mean && spec->mixstyle_alpha > 0.0) {
    draws d = draws_at(key, DRAW_STYLE);
    const double own = draw_beta(&d, spec->mixstyle_alpha);
    style_mix(own, T, M, partner_mean, partner_std, out);
  }
  hide(spec, key, T, M, out);
}
