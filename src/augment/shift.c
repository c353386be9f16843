/*
 * The spectrogram moved along frequency by whole mel bands, as a change of pitch would where bands are
 * even in its logarithm; the outermost band fills what is left.
 */
#include "transforms.h"

void shift_bands(transform_call *call, float *x)
{
  const long M = (long)call->context->M;
  const long low = share_of(call->how->low, (size_t)M), high = share_of(call->how->high, (size_t)M);
  const long up = low + (long)draw_up_to(&call->draw, (size_t)(high - low));
  float *before = call->context->scratch;
  for (size_t t = 0; t < call->context->T; t++, x += M) {
    for (long m = 0; m < M; m++) before[m] = x[m];
    for (long m = 0; m < M; m++) {
      const long from = m - up;
      x[m] = before[from < 0 ? 0 : from < M ? from : M - 1];
    }
  }
}
