/*
 * Transforms of the level, and other sounds behind a clip.
 *
 * Sounds that know nothing of each other add up in power: x' = 5 log10(10^(x/5) + s 10^(y/5)), where
 * s sets the ratio of the mean powers to the number of dB that was drawn.
 */
#include "power.h"
#include "transforms.h"

#include "cassette/elementary.h"

void change_level(transform_call *call, float *x)
{
  const size_t n = call->context->T * call->context->M;
  const double gain_db = draw_between(&call->draw, call->how->low, call->how->high);
  for (size_t i = 0; i < n; i++) x[i] = (float)((double)x[i] + gain_db);
}

/* In lanes, since a single sum waits for itself. */
static double mean_power(size_t n, const float *x)
{
  enum { LANES = 16 };
  double lane[LANES] = {0.0}, sum = 0.0;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t k = 0; k < LANES; k++) lane[k] += (double)power_of(x[i + k]);
  for (; i < n; i++) lane[0] += (double)power_of(x[i]);
  for (size_t k = 0; k < LANES; k++) sum += lane[k];
  return sum / (double)n;
}

/* Mean power of what lies a drawn number of dB below the clip. */
static double draw_power_behind(transform_call *call, const float *x)
{
  static const double LN10_BY_10 = 0.230258509299404568402;
  const size_t n = call->context->T * call->context->M;
  const double below_db = draw_between(&call->draw, call->how->low, call->how->high);
  return mean_power(n, x) * cst_exp(-LN10_BY_10 * below_db);
}

/* A background without a sound adds none: scaled up it would be noise. */
void add_background(transform_call *call, float *x)
{
  const cst_view_context *context = call->context;
  const size_t n = context->T * context->M;
  const float *behind = context->background;
  if (!behind) return;
  const double own = mean_power(n, behind);
  if (own <= (double)power_of((float)context->silence_db + 0.01f)) return;
  const float scale = (float)(draw_power_behind(call, x) / own);
  for (size_t i = 0; i < n; i++) x[i] = level_of(power_of(x[i]) + scale * power_of(behind[i]));
}

/* White noise has the same power in all bands, which are normalised by their areas; that of one
 * value is exponentially distributed, as that of a frequency of Gaussian noise is. */
void add_noise(transform_call *call, float *x)
{
  static const float LN2 = 0.69314718f;
  const size_t n = call->context->T * call->context->M;
  float *uniform = call->context->scratch;
  const float scale = (float)draw_power_behind(call, x);
  draw_floats(&call->draw, n, uniform);
  for (size_t i = 0; i < n; i++)
    x[i] = level_of(power_of(x[i]) - scale * LN2 * log_two(1.0f - uniform[i]));
}
