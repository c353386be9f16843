/*
 * Transforms of the time axis: frames are moved, silenced or made of their neighbours.
 *
 * Stretch: a clip of T frames becomes one of L = max(1, round(r T)), frame j of which lies at
 * (j + 1/2) T / L - 1/2 of the old one, linear between frames and constant beyond the first and the
 * last (torch.nn.functional.interpolate, linear, align_corners false).  T of its frames are kept,
 * from a place drawn evenly; a shorter one begins at such a place, between silence.
 */
#include "transforms.h"

#include <math.h>
#include <string.h>

static void silence(const cst_view_context *context, size_t n, float *x)
{
  for (size_t i = 0; i < n; i++) x[i] = (float)context->silence_db;
}

void occlude(transform_call *call, float *x)
{
  const size_t M = call->context->M;
  const band b = draw_band(call, call->context->T);
  silence(call->context, b.width * M, x + b.first * M);
}

/* Frame @p j of the clip [T][M] stretched to @p length frames. */
static void resampled_frame(size_t T, size_t M, const float *from, size_t length, size_t j,
                            float *to)
{
  const double at = fmax(0.0, ((double)j + 0.5) * (double)T / (double)length - 0.5);
  size_t left = (size_t)at;
  if (left > T - 1) left = T - 1;
  const size_t right = left + 1 < T ? left + 1 : left;
  const double share = at - (double)left;
  for (size_t m = 0; m < M; m++) {
    const double a = (double)from[left * M + m], b = (double)from[right * M + m];
    to[m] = (float)(a + share * (b - a));
  }
}

void stretch(transform_call *call, float *x)
{
  const cst_view_context *context = call->context;
  const size_t T = context->T, M = context->M;
  const double rate = draw_between(&call->draw, call->how->low, call->how->high);
  const size_t length = (size_t)fmax(1.0, floor(rate * (double)T + 0.5));
  const size_t kept = length < T ? length : T;
  const size_t place = draw_up_to(&call->draw, length < T ? T - length : length - T);
  const size_t first_kept = length < T ? 0 : place, at = length < T ? place : 0;
  memcpy(context->scratch, x, T * M * sizeof *x);
  silence(context, at * M, x);
  for (size_t t = 0; t < kept; t++)
    resampled_frame(T, M, context->scratch, length, first_kept + t, x + (at + t) * M);
  silence(context, (T - at - kept) * M, x + (at + kept) * M);
}

void crop(transform_call *call, float *x)
{
  const size_t T = call->context->T, M = call->context->M;
  const band kept = draw_band(call, T);
  const size_t width = kept.width ? kept.width : 1, first = kept.first < T ? kept.first : T - 1;
  memcpy(call->context->scratch, x + first * M, width * M * sizeof *x);
  for (size_t t = 0; t < T; t++)
    memcpy(x + t * M, call->context->scratch + t % width * M, M * sizeof *x);
}

/* Any shift, where the range leaves none out. */
static size_t draw_shift(transform_call *call, size_t T)
{
  const long low = share_of(call->how->low, T), high = share_of(call->how->high, T);
  if (high - low >= (long)T) return draw_up_to(&call->draw, T - 1);
  const long shift = low + (long)draw_up_to(&call->draw, (size_t)(high - low));
  return (size_t)(shift < 0 ? shift + (long)T : shift) % T;
}

void roll(transform_call *call, float *x)
{
  const cst_view_context *context = call->context;
  const size_t T = context->T, M = context->M, shift = draw_shift(call, T);
  memcpy(context->scratch, x, T * M * sizeof *x);
  memcpy(x + shift * M, context->scratch, (T - shift) * M * sizeof *x);
  memcpy(x, context->scratch + (T - shift) * M, shift * M * sizeof *x);
}
