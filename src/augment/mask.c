/*
 * Parts of the spectrogram hidden: by silence (cut-out: DeVries and Taylor, arXiv 1708.04552), or
 * by its mean (SpecAugment: Park et al., arXiv 1904.08779).
 */
#include "transforms.h"

#include <math.h>

/* Bands m.first.. of frames t.first.. */
static void fill(size_t M, band t, band m, float value, float *x)
{
  for (size_t i = t.first; i < t.first + t.width; i++)
    for (size_t k = m.first; k < m.first + m.width; k++) x[i * M + k] = value;
}

void cut_out(transform_call *call, float *x)
{
  const band t = draw_band(call, call->context->T), m = draw_band(call, call->context->M);
  fill(call->context->M, t, m, (float)call->context->silence_db, x);
}

static float mean_of(size_t n, const float *x)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i];
  return (float)(sum / (double)n);
}

/* Of the view before its first mask, whichever kind that is. */
static float masked_by(transform_call *call, const float *x)
{
  if (isnan(*call->mask_db)) *call->mask_db = mean_of(call->context->T * call->context->M, x);
  return *call->mask_db;
}

void mask_time(transform_call *call, float *x)
{
  const size_t T = call->context->T, M = call->context->M;
  const float mean = masked_by(call, x);
  for (int k = 0; k < call->how->count; k++) fill(M, draw_band(call, T), (band){0, M}, mean, x);
}

void mask_frequency(transform_call *call, float *x)
{
  const size_t T = call->context->T, M = call->context->M;
  const float mean = masked_by(call, x);
  for (int k = 0; k < call->how->count; k++) fill(M, (band){0, T}, draw_band(call, M), mean, x);
}
