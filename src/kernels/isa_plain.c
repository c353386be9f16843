/*
 * Vectors of four floats in portable C, with the bits of a fused multiply-add: the compiler's where
 * it has one, else made of doubles.
 */
#include <stdint.h>
#include <string.h>

#define LANES 4
#define ROWS  6

typedef float four __attribute__((vector_size(4 * LANES)));
typedef double four_wide __attribute__((vector_size(8 * LANES)));
typedef int64_t four_bits __attribute__((vector_size(8 * LANES)));

/* a b + c, rounded once.  The product of two floats is exact in double.  Its sum with c is rounded
 * to odd: where something is lost (two_sum), to the neighbour whose last bit is 1.  What is rounded
 * to odd with two bits to spare may be rounded again (Boldo and Melquiond, IEEE Trans. Comput. 57,
 * 2008). */
static inline __attribute__((always_inline)) four fused(four a, four b, four c)
{
#ifdef __FP_FAST_FMAF
  four r;
  for (int i = 0; i < LANES; i++) r[i] = __builtin_fmaf(a[i], b[i], c[i]);
  return r;
#else
  const four_wide p = __builtin_convertvector(a, four_wide) * __builtin_convertvector(b, four_wide);
  const four_wide d = __builtin_convertvector(c, four_wide), s = p + d, t = s - p;
  const four_wide lost = (p - (s - t)) + (d - t); /* NaN where s is not finite: nothing is done */
  const four_bits above = lost > 0.0, below = lost < 0.0, inwards = above ^ (s > 0.0);
  four_bits bits;
  four_wide odd;
  memcpy(&bits, &s, sizeof bits);
  const four_bits step = (above | below) & ~bits & 1;
  bits += (step ^ inwards) - inwards; /* comparisons give -1 for true */
  memcpy(&odd, &bits, sizeof odd);
  return __builtin_convertvector(odd, four);
#endif
}

#define MULTIPLY_ADD(a, b, c) fused(a, b, c)
#define TABLE                 cst_isa_plain
#define TABLE_NAME            "plain"

#include "lanes.h"
