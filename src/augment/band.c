/* Whole frames or bands in a share.  Contracts in transforms.h. */
#include "transforms.h"

#include <math.h>

long share_of(double share, size_t n)
{
  const double exact = share * (double)n;
  return (long)(exact + copysign(1e-6, exact));
}

band draw_band(transform_call *call, size_t n)
{
  const size_t low = (size_t)share_of(call->how->low, n);
  const size_t high = (size_t)share_of(call->how->high, n);
  band b = {.width = low + draw_up_to(&call->draw, high - low)};
  b.first = draw_up_to(&call->draw, n - b.width);
  return b;
}
