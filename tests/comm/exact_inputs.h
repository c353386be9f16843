/* Numbers made to hurt exact sums; the same for the same row and column. */
#ifndef CST_EXACT_INPUTS_H
#define CST_EXACT_INPUTS_H

#include "cassette/random.h"

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum { ROWS = 24 };

static inline cst_random_key key_of(uint64_t a, uint64_t b)
{
  return cst_random_key_make(99, CST_RANDOM_TEST, 0, a, b);
}

/* ---- inputs ---- */

typedef struct {
  const char *name;
  double (*draw)(const cst_random_key *key, uint64_t i);
} kind;

static inline double sign_of(const cst_random_key *k, uint64_t i)
{
  return cst_random_u32(k, 8 * i + 7) & 1 ? -1.0 : 1.0;
}

static inline double with_exponent(const cst_random_key *k, uint64_t i, int low, int high)
{
  const int e = low + (int)cst_random_below(k, 8 * i, (uint32_t)(high - low + 1));
  return sign_of(k, i) * ldexp(1.0 + cst_random_uniform(k, 8 * i + 1), e);
}

static inline double gradient(const cst_random_key *k, uint64_t i)
{
  return 1e-3 * cst_random_normal(k, i);
}
static inline double spread(const cst_random_key *k, uint64_t i)
{
  return with_exponent(k, i, -60, 20);
}
static inline double any_float(const cst_random_key *k, uint64_t i)
{
  return with_exponent(k, i, -149, 126);
}
static inline double any_double(const cst_random_key *k, uint64_t i)
{
  return with_exponent(k, i, -300, 126);
}
static inline double tiny(const cst_random_key *k, uint64_t i)
{
  return with_exponent(k, i, -149, -120);
}
static inline double subnormal(const cst_random_key *k, uint64_t i)
{
  return sign_of(k, i) * 0x1p-149 * cst_random_below(k, 8 * i, 1 << 23);
}
/* Where bits fall off the end. */
static inline double at_the_floor(const cst_random_key *k, uint64_t i)
{
  return with_exponent(k, i, -200, -175);
}
static inline double huge(const cst_random_key *k, uint64_t i)
{
  return with_exponent(k, i, 120, 126);
}
static inline double mostly_zero(const cst_random_key *k, uint64_t i)
{
  if (cst_random_below(k, 8 * i + 3, 10)) return sign_of(k, i) * 0.0;
  return with_exponent(k, i, -140, 100);
}
/* Sums that lie on or beside the middle of two doubles or floats. */
static inline double halfway(const cst_random_key *k, uint64_t i)
{
  static const double pick[] = {1.0,      0x1p-24, 0x1p-25, 0x1p-53, 0x1p-54, 0x1p-100,
                                0x1p-149, 0x1p-23, 0x1p-52, 2.0,     0x1p29,  0.0};
  return sign_of(k, i) * pick[cst_random_below(k, 8 * i, sizeof pick / sizeof *pick)];
}
static inline double with_bad(const cst_random_key *k, uint64_t i)
{
  static const double bad[] = {NAN, INFINITY, -INFINITY};
  const uint32_t j = cst_random_below(k, 8 * i + 5, 400);
  return j < 3 ? bad[j] : with_exponent(k, i, -100, 60);
}
/* Two rows of opposite signs nearly cancel, whatever their size: see fill(). */
static inline double cancelling(const cst_random_key *k, uint64_t i)
{
  return with_exponent(k, i, -20, 110);
}

static const kind kinds[] = {
    {"gradient", gradient},         {"spread", spread},     {"any float", any_float},
    {"any double", any_double},     {"tiny", tiny},         {"subnormal", subnormal},
    {"at the floor", at_the_floor}, {"huge", huge},         {"mostly zero", mostly_zero},
    {"halfway", halfway},           {"with bad", with_bad}, {"cancelling", cancelling},
};

static inline void fill(const kind *k, size_t rows, size_t n, double *x)
{
  for (size_t r = 0; r < rows; r++) {
    const cst_random_key key = key_of((uint64_t)(k - kinds), r);
    for (size_t i = 0; i < n; i++)
      x[r * n + i] =
          r % 2 == 0 || k->draw != cancelling
              ? k->draw(&key, i)
              : -x[(r - 1) * n + i] * (cst_random_u32(&key, i) & 1 ? 1.0 : 1.0 + FLT_EPSILON);
  }
}

enum { KINDS = sizeof kinds / sizeof *kinds };

#endif
