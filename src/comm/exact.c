/*
 * Exact sums: how they are stored and added to.
 *
 * 1. Most sums never round.  A double holds 53 bits.  Gradients of one weight over a batch are
 *    floats of 24 bits within a few powers of two of each other, so their sum usually *is* a double.
 *    Knuth's two_sum(a, b) gives s = fl(a + b) and the error e = a + b - s, itself a double, for any
 *    a, b in round-to-nearest.  So a sum lives in one double, `lead`, and each addition also yields e;
 *    as long as all e of a block are zero nothing else exists.
 *
 * 2. The rest goes to digits.  Where e != 0 it is added to fixed-point digits, which are exact by
 *    construction.  Digit plane p holds multiples of the unit u_p = 2^(-190 + 32 p).  With
 *    M_p = 1.5 * 2^52 u_p, doubles near M_p are spaced by u_p, hence for |r| <= 2^31 u_p
 *        q = fl(fl(r + M_p) - M_p)    is r rounded to a multiple of u_p, and |q| <= 2^31 u_p,
 *        r - q                        is exact, and |r - q| <= u_p / 2 = 2^31 u_(p-1):
 *    ready for the plane below.  After plane 0 nothing is left, because every e is a multiple of
 *    2^-190: contributions are (floats of 2^-149, doubles are rounded to it one by one), and
 *    doubles add up to multiples of what they are multiples of.
 *    A digit after k deposits is a multiple of u_p and at most k 2^31 u_p: exact, as every
 *    multiple up to 2^53 u_p is, for k <= 2^22.  CST_EXACT_MAX_TERMS = 2^20 leaves room.
 *
 * 3. Value = lead + sum of digits, an exact real number that has no history: any order, grouping,
 *    thread or rank count gives the same one, although the parts may differ.  exact_round.c
 *    rounds it once.
 *
 * Cost of one clip's n floats: 4 n bytes read, 8 n read and written, 8 flops each.  Digits alone
 * (each float cut into 2 or 3 planes of 32 bits) take 2 to 3 times the memory traffic, and so do
 * 64-bit integer digits, which hold 43 bits with the same headroom but cannot carry NaN and need
 * two planes for most blocks all the same.
 *
 * A sum that meets a NaN, an infinity or |x| >= 2^128 has a lead that is not finite, and no finite
 * number ever brings it back; its digits are ignored.
 *
 * No product occurs, so there is nothing to contract into a fused operation; -ffast-math,
 * flush-to-zero and other rounding modes are excluded below.
 */
#include "exact_private.h"

#include "cassette/memory.h"

#include <assert.h>
#include <fenv.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>

#ifdef __FAST_MATH__
#  error "exact sums need IEEE arithmetic"
#endif
static_assert(FLT_EVAL_METHOD == 0, "doubles must not be kept in wider registers");
static_assert(PLANES < 16, "live bits are 16");
static_assert(LOWEST_EXPONENT + PLANES * DIGIT_BITS - 1 > 149, "the largest sums need a plane");

enum {
  LEAD = 1 << PLANES,  /* live bit of lead */
  MAX_SPILLS = 1 << 22 /* point 2 above */
};

/* ---- loops ---- */

static inline uint64_t bits_of(double x)
{
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

/* lead += x; error[] is what that lost.  Nonzero if anything was lost. */
CST_CLONES static uint64_t add_f32(size_t n, const float *restrict x, double *restrict lead,
                                   double *restrict error)
{
  uint64_t any = 0;
  for (size_t i = 0; i < n; i++) {
    double e;
    lead[i] = two_sum(lead[i], (double)x[i], &e);
    error[i] = e;
    any |= bits_of(e);
  }
  return any << 1; /* -0 is nothing */
}

CST_CLONES static uint64_t add_f64(size_t n, const double *restrict x, double *restrict lead,
                                   double *restrict error)
{
  uint64_t any = 0;
  for (size_t i = 0; i < n; i++) {
    double e;
    lead[i] = two_sum(lead[i], x[i], &e);
    error[i] = e;
    any |= bits_of(e);
  }
  return any << 1;
}

/* Multiples of 2^-190 below 2^128, everything else NaN.  From 2^-138 on a double has no bits
 * below 2^-190. */
CST_CLONES static void admit(size_t n, const double *restrict x, double *restrict out)
{
  const double magic = 0x1.8p-138, limit = 0x1p128;
  for (size_t i = 0; i < n; i++) {
    const double a = fabs(x[i]), coarse = (x[i] + magic) - magic;
    const double y = a < 0x1p-138 ? coarse : x[i];
    out[i] = a < limit ? y : (double)NAN;
  }
}

/* Move the multiples of a plane's unit from x to the digits; nonzero if something is left. */
CST_CLONES static uint64_t extract(size_t n, double magic, double *restrict x,
                                   double *restrict digit)
{
  uint64_t any = 0;
  for (size_t i = 0; i < n; i++) {
    const double q = (x[i] + magic) - magic, r = x[i] - q;
    digit[i] += q;
    x[i] = r;
    any |= bits_of(r);
  }
  return any << 1;
}

CST_CLONES static double largest(size_t n, const double *x)
{
  int64_t max = 0; /* the bits of absolute values are in their order */
  for (size_t i = 0; i < n; i++) {
    const int64_t a = (int64_t)(bits_of(x[i]) & INT64_MAX);
    max = a > max ? a : max;
  }
  double value;
  memcpy(&value, &max, sizeof value);
  return value;
}

/* ---- digits ---- */

/* Lowest plane with |x| <= 2^31 u_p; the top one for what is not finite, whose digits are void. */
static int plane_of(double x)
{
  int e;
  if (!isfinite(x)) return PLANES - 1;
  frexp(x, &e); /* |x| < 2^e */
  const int above = e - LOWEST_EXPONENT - (DIGIT_BITS - 1);
  return above <= 0 ? 0 : (above + DIGIT_BITS - 1) / DIGIT_BITS;
}

void cst_exact_deposit(double *planes, uint16_t *live, size_t at, size_t n, double *x)
{
  int p = plane_of(largest(n, x));
  CST_ASSERT(p < PLANES); /* more than CST_EXACT_MAX_TERMS */
  for (uint64_t left = 1; left && p >= 0; p--) {
    double *digit = planes + (size_t)p * BLOCK;
    if (!(*live & 1 << p)) memset(digit, 0, BLOCK * sizeof *digit);
    *live |= (uint16_t)(1 << p);
    left = extract(n, ldexp(1.5, 52 + LOWEST_EXPONENT + DIGIT_BITS * p), x, digit + at);
  }
}

static void spill(cst_exact *self, size_t block, size_t at, size_t n, double *error)
{
  self->spills[block]++;
  CST_ASSERT(self->spills[block] < MAX_SPILLS);
  cst_exact_deposit(self->digits + block * PLANES * BLOCK, &self->live[block], at, n, error);
}

static double *open_lead(cst_exact *self, size_t block)
{
  double *lead = self->lead + block * BLOCK;
  if (!(self->live[block] & LEAD)) memset(lead, 0, BLOCK * sizeof *lead);
  self->live[block] |= LEAD;
  return lead;
}

void cst_exact_add_part(cst_exact *self, size_t block, size_t n, const double *x)
{
  double error[BLOCK];
  if (add_f64(n, x, open_lead(self, block), error)) spill(self, block, 0, n, error);
}

/* ---- the accumulator ---- */

/* Columns [at, at + n) of one block. */
typedef struct {
  size_t block, at, n;
} span;

static span next_span(const cst_exact *self, size_t first, size_t n)
{
  CST_ASSERT(first <= self->n && n <= self->n - first);
  const size_t at = first % BLOCK, capacity = BLOCK - at;
  return (span){first / BLOCK, at, n < capacity ? n : capacity};
}

void cst_exact_add_f32(cst_exact *self, size_t first, size_t n, const float *x)
{
  double error[BLOCK];
  while (n > 0) {
    const span s = next_span(self, first, n);
    if (add_f32(s.n, x, open_lead(self, s.block) + s.at, error))
      spill(self, s.block, s.at, s.n, error);
    first += s.n, x += s.n, n -= s.n;
  }
}

void cst_exact_add_f64(cst_exact *self, size_t first, size_t n, const double *x)
{
  double error[BLOCK], admitted[BLOCK];
  while (n > 0) {
    const span s = next_span(self, first, n);
    admit(s.n, x, admitted);
    if (add_f64(s.n, admitted, open_lead(self, s.block) + s.at, error))
      spill(self, s.block, s.at, s.n, error);
    first += s.n, x += s.n, n -= s.n;
  }
}

void cst_exact_clear_block(cst_exact *self, size_t block)
{
  self->live[block] = 0; /* zeroed when next used */
  self->spills[block] = 0;
}

void cst_exact_clear(cst_exact *self)
{
  for (size_t b = 0; b < self->blocks; b++) cst_exact_clear_block(self, b);
}

/* Somebody may have changed the mode of the arithmetic, e.g. a library built with -ffast-math. */
static bool arithmetic_is_ieee(void)
{
  volatile double small = DBL_MIN, half = 0.5;
  volatile float tiny = FLT_TRUE_MIN;
  return fegetround() == FE_TONEAREST && small * half > 0.0 && (double)tiny == 0x1p-149;
}

static size_t digit_bytes(const cst_exact *self)
{
  return self->blocks * PLANES * BLOCK * sizeof *self->digits;
}

static cst_status map_digits(cst_exact *self)
{
  if (self->blocks == 0) return CST_OK;
  void *p = mmap(NULL, digit_bytes(self), PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return cst_no_memory("digits of exact sums", digit_bytes(self), 1);
  self->digits = p;
  return CST_OK;
}

/* Few sums must fit one message; of many, what goes to one of two ranks usually does. */
static size_t message_bytes(size_t blocks)
{
  const size_t usual = (blocks + 1) / 2 * (2 + BLOCK * sizeof(double)) + MAX_CODE_BYTES;
  const size_t few = (size_t)FEW_BLOCKS * MAX_CODE_BYTES;
  if (blocks <= FEW_BLOCKS) return blocks * MAX_CODE_BYTES;
  return usual > few ? usual : few;
}

cst_status cst_exact_create(size_t n, cst_exact **out)
{
  cst_status st = CST_OK;
  cst_exact *self = NULL;

  *out = NULL;
  CST_ASSERT(n <= INT_MAX - BLOCK && arithmetic_is_ieee());
  CST_ALLOC(self, 1);
  self->n = n;
  self->blocks = (n + BLOCK - 1) / BLOCK;
  self->buffer_bytes = message_bytes(self->blocks);
  CST_ALLOC(self->lead, self->blocks * BLOCK);
  CST_ALLOC(self->live, self->blocks);
  CST_ALLOC(self->spills, self->blocks);
  CST_ALLOC(self->send, self->buffer_bytes);
  CST_ALLOC(self->receive, self->buffer_bytes);
  CST_TRY(map_digits(self));
  *out = self;
  self = NULL;

done:
  cst_exact_destroy(&self);
  return st;
}

void cst_exact_destroy(cst_exact **self)
{
  cst_exact *x = *self;
  if (!x) return;
  if (x->digits) munmap(x->digits, digit_bytes(x));
  cst_free(x->receive);
  cst_free(x->send);
  cst_free(x->spills);
  cst_free(x->live);
  cst_free(x->lead);
  cst_free(x);
  *self = NULL;
}

size_t cst_exact_last_bytes(const cst_exact *self) { return self->last_bytes; }
double cst_exact_last_s(const cst_exact *self) { return self->last_s; }
