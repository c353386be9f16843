/*
 * Freq-MixStyle (Schmid et al., arXiv 2206.12513): per band, x' = (x - m) / s  s' + m', where m',
 * s' lie between the clip's statistics over time and its partner's.
 */
#include "transforms.h"

#include <math.h>

/* Bands are taken a cache line at a time: no workspace, and rows are read in order. */
enum { BANDS = 16 };
static const double variance_floor = 1e-6;

static size_t bands_at(size_t first, size_t M) { return M - first < BANDS ? M - first : BANDS; }

/* Of n <= BANDS bands from x on, in rows of M. */
static void band_statistics(size_t T, size_t M, size_t n, const float *x, double *mean, double *std)
{
  double sum[BANDS] = {0.0}, square[BANDS] = {0.0};
  for (size_t t = 0; t < T; t++)
    for (size_t k = 0; k < n; k++) sum[k] += (double)x[t * M + k];
  for (size_t k = 0; k < n; k++) mean[k] = sum[k] / (double)T;
  for (size_t t = 0; t < T; t++)
    for (size_t k = 0; k < n; k++) {
      const double d = (double)x[t * M + k] - mean[k];
      square[k] += d * d;
    }
  for (size_t k = 0; k < n; k++) std[k] = sqrt(square[k] / (double)T + variance_floor);
}

void cst_augment_statistics(size_t T, size_t M, const float *x, double *mean, double *std)
{
  for (size_t m = 0; m < M; m += BANDS)
    band_statistics(T, M, bands_at(m, M), x + m, mean + m, std + m);
}

void mix_style(transform_call *call, float *x)
{
  const cst_view_context *context = call->context;
  const size_t T = context->T, M = context->M;
  if (!context->style_mean || call->how->high <= 0.0) return;
  const double lambda = draw_beta(&call->draw, call->how->high); /* share of own statistics */
  for (size_t m = 0; m < M; m += BANDS) {
    const size_t n = bands_at(m, M);
    double mean[BANDS], std[BANDS], mixed_mean[BANDS], scale[BANDS];
    band_statistics(T, M, n, x + m, mean, std);
    for (size_t k = 0; k < n; k++) {
      mixed_mean[k] = lambda * mean[k] + (1.0 - lambda) * context->style_mean[m + k];
      scale[k] = (lambda * std[k] + (1.0 - lambda) * context->style_std[m + k]) / std[k];
    }
    for (size_t t = 0; t < T; t++)
      for (size_t k = 0; k < n; k++) {
        float *at = &x[t * M + m + k];
        *at = (float)(((double)*at - mean[k]) * scale[k] + mixed_mean[k]);
      }
  }
}

bool cst_view_style_coin(const cst_view_spec *spec, const cst_random_key *key)
{
  const cst_transform *how = &spec->transform[CST_TRANSFORM_MIXSTYLE];
  draws coin = draws_at(key, DRAW_STYLE_COIN);
  return how->high > 0.0 && draw_uniform(&coin) < how->p;
}
