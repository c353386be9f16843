/*
 * From digits to one double or float per sum.
 *
 * distil() turns the parts of a block (lead and live digit planes) into as few as possible: a pass
 * of two_sum from the smallest part to the largest leaves the rounded sum in the first and the
 * errors in the others, without changing the total (VecSum of Ogita, Rump and Oishi, SIAM J. Sci.
 * Comput. 26, 2005).  Passes over the errors follow until they are all zero.  Any outcome is
 * exact; good ones are short.
 *
 * One part is the value.  Two parts are a two_sum away from it: fl(a + b) is the exact sum rounded
 * to nearest even by IEEE 754.  Three or more are rare and take the long way: all digits of a sum
 * are carried into one integer, whose leading bits are rounded.
 *
 * What is not finite stays so in the first part; its column of the others means nothing.
 */
#include "exact_private.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* One pass over parts [first, count); nonzero if an error is. */
CST_CLONES static uint64_t pass(double (*part)[BLOCK], size_t first, size_t count)
{
  uint64_t any = 0;
  for (size_t k = count - 1; k > first; k--) {
    double *restrict a = part[k - 1], *restrict b = part[k];
    for (size_t i = 0; i < BLOCK; i++) {
      double e;
      uint64_t bits;
      a[i] = two_sum(a[i], b[i], &e);
      b[i] = e;
      memcpy(&bits, &e, sizeof bits);
      any |= bits;
    }
  }
  return any << 1;
}

void cst_exact_distil(const cst_exact *self, size_t block, cst_parts *out)
{
  const double *lead = self->lead + block * BLOCK;
  const double *digits = self->digits + block * PLANES * BLOCK;
  size_t parts = 0;

  out->parts = 0;
  if (!self->live[block]) return; /* never added to */
  memcpy(out->part[parts++], lead, sizeof out->part[0]);
  for (int p = PLANES - 1; p >= 0; p--)
    if (self->live[block] & 1 << p)
      memcpy(out->part[parts++], digits + (size_t)p * BLOCK, sizeof out->part[0]);

  for (size_t first = 0; first + 1 < parts; first++)
    if (!pass(out->part, first, parts)) parts = first + 1;
  out->parts = parts;
}

/* ---- rounding ---- */

/* out = a + b to nearest, or moved to the neighbour with an odd last bit on the side of the error
 * when there is one.  Doubles of one sign are in the order of their bits. */
CST_CLONES static void round_two(size_t n, const double *restrict a, const double *restrict b,
                                 int64_t odd, double *restrict out)
{
  for (size_t i = 0; i < n; i++) {
    double error;
    const double s = two_sum(a[i], b[i], &error);
    int64_t bits;
    memcpy(&bits, &s, sizeof bits);
    const int64_t towards = (error > 0.0) == (s > 0.0) ? 1 : -1;
    const int64_t inexact = fabs(error) > 0.0 ? odd : 0;
    bits += towards * (inexact & ~bits & 1);
    memcpy(&out[i], &bits, sizeof bits);
  }
}

/* The same NaN for whatever is not finite.  There is no -0: sums start from +0. */
CST_CLONES static void tidy(size_t n, const double *x, double *out)
{
  for (size_t i = 0; i < n; i++) out[i] = fabs(x[i]) <= DBL_MAX ? x[i] : (double)NAN;
}

/* A number as sign and magnitude: sum of word[p] 2^(LOWEST_EXPONENT + 32 p). */
typedef struct {
  bool negative;
  uint32_t word[PLANES];
} integer;

/* Carry the digits of column i; two's complement first, whose sign is the carry out of the top. */
static integer carry(const double *planes, uint16_t live, size_t i)
{
  integer x = {0};
  int64_t carried = 0;
  for (int p = 0; p < PLANES; p++) {
    const double digit = live & 1 << p ? planes[(size_t)p * BLOCK + i] : 0.0;
    carried += (int64_t)ldexp(digit, -LOWEST_EXPONENT - DIGIT_BITS * p);
    x.word[p] = (uint32_t)carried;
    carried = (carried - (int64_t)x.word[p]) / ((int64_t)1 << DIGIT_BITS); /* exact: rounds down */
  }
  x.negative = carried < 0;
  uint32_t one = x.negative;
  for (int p = 0; p < PLANES && x.negative; p++) {
    x.word[p] = ~x.word[p] + one;
    one = one && x.word[p] == 0;
  }
  return x;
}

/* The leading 64 bits at and below word `top`, whose last bit stands for all that follow. */
static uint64_t leading_bits(const integer *x, int top, int shift)
{
  const uint64_t high = (uint64_t)x->word[top] << 32 | (top > 0 ? x->word[top - 1] : 0);
  const uint32_t next = top > 1 ? x->word[top - 2] : 0;
  uint64_t m = high << shift, rest = (uint32_t)(next << shift);
  if (shift > 0) m |= next >> (32 - shift);
  for (int p = top - 3; p >= 0; p--) rest |= x->word[p];
  return m | (rest != 0);
}

static double round_integer(const integer *x, bool odd)
{
  int top = PLANES - 1;
  while (top > 0 && x->word[top] == 0) top--;
  if (x->word[top] == 0) return 0.0;

  const int shift = __builtin_clz(x->word[top]);
  uint64_t m = leading_bits(x, top, shift);
  if (odd) m = (m & ~(uint64_t)0x7ff) | (uint64_t)((m & 0x7ff) != 0) << 11; /* 53 bits remain */
  /* The conversion rounds to nearest even; the last of 64 bits is too low to mislead it. */
  const double magnitude = ldexp((double)m, LOWEST_EXPONENT + DIGIT_BITS * (top - 1) - shift);
  return x->negative ? -magnitude : magnitude;
}

static void round_long(cst_parts *p, size_t n, bool odd, double *out)
{
  double planes[PLANES * BLOCK];
  uint16_t live = 0;

  for (size_t i = 0; i < n; i++) out[i] = p->part[0][i]; /* for what is not finite */
  for (size_t k = 0; k < p->parts; k++) cst_exact_deposit(planes, &live, 0, n, p->part[k]);
  for (size_t i = 0; i < n; i++)
    if (isfinite(out[i])) {
      const integer x = carry(planes, live, i);
      out[i] = round_integer(&x, odd);
    }
}

void cst_exact_round(cst_parts *p, size_t n, bool odd, double *out)
{
  if (p->parts == 0)
    memset(out, 0, n * sizeof *out);
  else if (p->parts == 2)
    round_two(n, p->part[0], p->part[1], odd, out);
  else if (p->parts > 2)
    round_long(p, n, odd, out);
  if (p->parts > 0) tidy(n, p->parts == 1 ? p->part[0] : out, out);
}
