/* Contract in cassette/schedule.h. */
#include "cassette/schedule.h"

#include "cassette/elementary.h"
#include "cassette/status.h"

#include <math.h>

double cst_step_decay(double base, double decay, uint64_t every, uint64_t epoch)
{
  CST_ASSERT(every >= 1);
  return base * cst_pow(decay, (double)(epoch / every));
}

double cst_cosine_decay(double base, uint64_t steps, uint64_t step)
{
  CST_ASSERT(steps >= 1);
  return base * cst_cos(7.0 / 16.0 * M_PI * ((double)step / (double)steps));
}

double cst_cosine_annealing(double base, double share, uint64_t steps, uint64_t step)
{
  CST_ASSERT(steps >= 1);
  const double done = (double)step / (double)steps;
  return base * (share + 0.5 * (1.0 - share) * (1.0 + cst_cos(M_PI * done)));
}

double cst_warmup(uint64_t warm, uint64_t step)
{
  return step < warm ? (double)(step + 1) / (double)(warm + 1) : 1.0;
}
