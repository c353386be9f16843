/* Contract in cassette/ema.h.  Each element is computed in double and rounded once. */
#include "cassette/ema.h"

void cst_ema_step(double decay, uint64_t step, size_t n, const float *x, float *average)
{
  const double early = (1.0 + (double)step) / (10.0 + (double)step);
  const double a = early < decay ? early : decay;
  for (size_t i = 0; i < n; i++)
    average[i] = (float)(a * (double)average[i] + (1.0 - a) * (double)x[i]);
}
