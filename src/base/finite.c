/* Contract in cassette/finite.h. */
#include "cassette/finite.h"

#include <stdint.h>
#include <string.h>

size_t cst_first_not_finite(size_t n, const float *x)
{
  const uint32_t exponent = 0x7F800000u;
  uint32_t seen = 0;

  for (size_t i = 0; i < n; i++) { /* without a branch: the compiler makes vectors of it */
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    seen |= (bits & exponent) == exponent;
  }
  for (size_t i = 0; seen && i < n; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    if ((bits & exponent) == exponent) return i;
  }
  return n;
}
