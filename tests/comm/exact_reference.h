/* Sums by another road: one 640-bit integer per sum, added bit by bit in integers, rounded by
 * halves.  Shares no idea with the code under test but the meaning of a double. */
#ifndef CST_EXACT_REFERENCE_H
#define CST_EXACT_REFERENCE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { WIDE_WORDS = 20, WIDE_LOWEST = -256 }; /* two's complement, unit 2^-256 */

typedef struct {
  uint32_t word[WIDE_WORDS];
  bool bad;
} wide;

static inline void wide_negate(wide *a)
{
  uint32_t carry = 1;
  for (int i = 0; i < WIDE_WORDS; i++) {
    a->word[i] = ~a->word[i] + carry;
    carry = carry && a->word[i] == 0;
  }
}

static inline void wide_add(wide *a, const wide *b)
{
  uint32_t carry = 0;
  for (int i = 0; i < WIDE_WORDS; i++) {
    const uint64_t s = (uint64_t)a->word[i] + b->word[i] + carry;
    a->word[i] = (uint32_t)s;
    carry = (uint32_t)(s >> 32);
  }
  a->bad |= b->bad;
}

/* x, rounded by itself to a multiple of 2^-190, ties to even. */
static inline wide wide_from(double x)
{
  wide out = {{0}, !(fabs(x) < 0x1p128)};
  if (out.bad || x == 0.0) return out;
  int e;
  uint64_t m = (uint64_t)ldexp(frexp(fabs(x), &e), 53); /* |x| = m 2^(e-53) */
  int place = e - 53;
  if (place < -190) {
    const int drop = -190 - place;
    const uint64_t all = m;
    m = drop > 63 ? 0 : all >> drop;
    if (drop <= 63) {
      const uint64_t rest = all & (((uint64_t)1 << drop) - 1), half = (uint64_t)1 << (drop - 1);
      if (rest > half || (rest == half && (m & 1))) m++;
    }
    place = -190;
  }
  const int shift = place - WIDE_LOWEST, at = shift / 32, by = shift % 32;
  const uint64_t low = (m & UINT32_MAX) << by, high = ((m >> 32) << by) + (low >> 32);
  out.word[at] = (uint32_t)low;
  out.word[at + 1] = (uint32_t)high;
  out.word[at + 2] = (uint32_t)(high >> 32);
  if (x < 0) wide_negate(&out);
  return out;
}

static inline bool wide_bit(const wide *a, int i)
{
  return i >= 0 && (a->word[i / 32] >> (i % 32) & 1);
}

/* To nearest even with @p digits significant bits, not below 2^@p lowest. */
static inline double wide_round(wide a, int digits, int lowest)
{
  if (a.bad) return NAN;
  const bool negative = a.word[WIDE_WORDS - 1] >> 31;
  if (negative) wide_negate(&a);
  int top = WIDE_WORDS * 32 - 1;
  while (top >= 0 && !wide_bit(&a, top)) top--;
  if (top < 0) return 0.0;

  int last = top - digits + 1; /* the lowest bit that stays */
  if (last < lowest - WIDE_LOWEST) last = lowest - WIDE_LOWEST;
  double x = 0.0;
  for (int i = top; i >= last && i >= 0; i--) x = 2.0 * x + wide_bit(&a, i);
  for (int i = -1; i >= last; i--) x *= 2.0;
  bool below = false;
  for (int i = last - 2; i >= 0; i--) below |= wide_bit(&a, i);
  if (wide_bit(&a, last - 1) && (below || wide_bit(&a, last))) x += 1.0;
  x = ldexp(x, last + WIDE_LOWEST);
  return negative ? -x : x;
}

static inline double wide_f64(const wide *a) { return wide_round(*a, 53, -1074); }
static inline float wide_f32(const wide *a) { return (float)wide_round(*a, 24, -149); }

static inline bool same_f64(double a, double b)
{
  return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static inline bool same_f32(float a, float b)
{
  return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

#endif
