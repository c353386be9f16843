/*
 * Contracts in fft.h.
 *
 * A real signal of n samples is a complex one z of N = n / 2, of even and odd samples.  Radix 4,
 * decimation in time, depth first, so that small transforms stay in the first-level cache:
 *
 *   Z[k + r N/4] = sum over j < 4 of (-i)^(j r) w^(j k) Z_j[k],     w = e^(-2 pi i / N)
 *
 * with Z_j the transform of z[j], z[j + 4], ...; a factor of 2 that is left over is the smallest.
 * Then, with conjugates marked by ',
 *
 *   X[k], X[N - k]' = e +- t,    e = (Z[k] + Z[N - k]') / 2,    t = -i v^k (Z[k] - Z[N - k]') / 2,
 *                                v = e^(-2 pi i / n)
 *
 * Every operation works on FFT_LANES signals, each by itself: the instruction set decides how many
 * go into a register, not what is computed.  FFTW, which chooses among algorithms by the CPU,
 * serves other sizes; it is a few per cent slower at 2048 samples.
 */
#include "fft.h"

#include "cassette/elementary.h"
#include "cassette/memory.h"

#include <fftw3.h>
#include <math.h>
#include <pthread.h>

typedef double lanes __attribute__((vector_size(8 * FFT_LANES)));
typedef struct {
  lanes re, im;
} complexes;
typedef struct {
  double re, im;
} factor;

struct fft {
  size_t n, half;      /* N; 0: by FFTW */
  complexes *z;        /* [half] */
  factor *turns;       /* [half] of transforms of s points from s / 4 on: [k][3] w^k, w^2k, w^3k */
  factor *half_turns;  /* [half / 2 + 1] v^k */
  fftw_plan plan;      /* of all lanes */
  fftw_complex *other; /* [n / 2 + 1][FFT_LANES] */
};

/* FFTW's planner is one per process; running plans needs no lock. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

#define INLINE inline __attribute__((always_inline))

/* ---- plans ---- */

static factor turn(size_t k, size_t n)
{
  const double angle = 6.283185307179586 * (double)k / (double)n;
  return (factor){cst_cos(angle), -cst_sin(angle)};
}

static factor *turns_of(const fft *self, size_t size) { return self->turns + size / 4; }

static cst_status plan_own(fft *self)
{
  cst_status st = CST_OK;
  const size_t N = self->n / 2;
  self->half = N;
  CST_ALLOC(self->z, N);
  CST_ALLOC(self->turns, N);
  CST_ALLOC(self->half_turns, N / 2 + 1);
  for (size_t size = N; size > 4; size /= 4)
    for (size_t k = 0; k < size / 4; k++)
      for (size_t j = 1; j < 4; j++) turns_of(self, size)[3 * k + j - 1] = turn(j * k, size);
  for (size_t k = 0; k <= N / 2; k++) self->half_turns[k] = turn(k, self->n);
done:
  return st;
}

/* FFTW_ESTIMATE: measured plans differ from run to run. */
static cst_status plan_other(fft *self)
{
  cst_status st = CST_OK;
  const int n = (int)self->n;
  double *x = NULL;
  CST_ALLOC(x, self->n * FFT_LANES);
  CST_ALLOC(self->other, (self->n / 2 + 1) * FFT_LANES);
  pthread_mutex_lock(&planner);
  self->plan = fftw_plan_many_dft_r2c(1, &n, FFT_LANES, x, NULL, FFT_LANES, 1, self->other, NULL,
                                      FFT_LANES, 1, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
  pthread_mutex_unlock(&planner);
  if (!self->plan) CST_FAIL(CST_ERR_INTERNAL, "FFTW has no plan for %zu samples", self->n);
done:
  cst_free(x);
  return st;
}

cst_status fft_create(size_t n, fft **out)
{
  cst_status st = CST_OK;
  fft *self = NULL;
  *out = NULL;
  CST_ASSERT(n >= 2);
  CST_ALLOC(self, 1);
  self->n = n;
  CST_TRY((n & (n - 1)) == 0 ? plan_own(self) : plan_other(self));
  *out = self;
  self = NULL;
done:
  fft_destroy(&self);
  return st;
}

void fft_destroy(fft **pointer)
{
  fft *self = *pointer;
  if (!self) return;
  pthread_mutex_lock(&planner);
  if (self->plan) fftw_destroy_plan(self->plan);
  pthread_mutex_unlock(&planner);
  cst_free(self->z);
  cst_free(self->turns);
  cst_free(self->half_turns);
  cst_free(self->other);
  cst_free(self);
  *pointer = NULL;
}

/* ---- transforms ---- */

static INLINE complexes plus(complexes a, complexes b)
{
  return (complexes){a.re + b.re, a.im + b.im};
}
static INLINE complexes minus(complexes a, complexes b)
{
  return (complexes){a.re - b.re, a.im - b.im};
}
/* -i a */
static INLINE complexes back(complexes a) { return (complexes){a.im, -a.re}; }

static INLINE complexes times(complexes a, factor w)
{
  return (complexes){a.re * w.re - a.im * w.im, a.re * w.im + a.im * w.re};
}

static INLINE void four(complexes a, complexes b, complexes c, complexes d, complexes *to,
                        size_t step)
{
  const complexes even = plus(a, c), odd = plus(b, d), across = minus(a, c);
  const complexes turned = back(minus(b, d));
  to[0] = plus(even, odd);
  to[step] = plus(across, turned);
  to[2 * step] = minus(even, odd);
  to[3 * step] = minus(across, turned);
}

/* The smallest: 1, 2 or 4 points of z, `step` apart. */
FFT_CLONES static void small(size_t n, const complexes *z, size_t step, complexes *to)
{
  if (n == 4) {
    four(z[0], z[step], z[2 * step], z[3 * step], to, 1);
  } else if (n == 2) {
    to[0] = plus(z[0], z[step]);
    to[1] = minus(z[0], z[step]);
  } else {
    to[0] = z[0];
  }
}

/* z[n] of its four transforms of n / 4 points, in place. */
FFT_CLONES static void combine(size_t n, const factor *turns, complexes *z)
{
  const size_t q = n / 4;
  for (size_t k = 0; k < q; k++, z++, turns += 3)
    four(z[0], times(z[q], turns[0]), times(z[2 * q], turns[1]), times(z[3 * q], turns[2]), z, q);
}

static void transform(const fft *self, size_t n, const complexes *z, size_t step, complexes *to)
{
  if (n <= 4) {
    small(n, z, step, to);
    return;
  }
  for (size_t j = 0; j < 4; j++) transform(self, n / 4, z + j * step, 4 * step, to + j * (n / 4));
  combine(n, turns_of(self, n), to);
}

/* clang has no vectors as results where instruction sets are mixed. */
static INLINE void set_square(lanes *to, complexes a) { *to = a.re * a.re + a.im * a.im; }

/* From the transform of pairs of samples to the squares of the magnitudes, [N + 1] */
FFT_CLONES static void separate(size_t N, const factor *turns, const complexes *z, lanes *square)
{
  for (size_t k = 0; k <= N / 2; k++) {
    const complexes a = z[k], b = z[k > 0 ? N - k : 0];
    const complexes e = {0.5 * (a.re + b.re), 0.5 * (a.im - b.im)};
    const complexes d = {0.5 * (a.re - b.re), 0.5 * (a.im + b.im)};
    const complexes t = times(back(d), turns[k]);
    set_square(&square[k], plus(e, t));
    set_square(&square[N - k], minus(e, t));
  }
}

FFT_CLONES static void take_roots(size_t n, double *x)
{
  for (size_t i = 0; i < n; i++) x[i] = sqrt(x[i]);
}

void fft_magnitudes(fft *self, const double *x, double *magnitude)
{
  const size_t bins = self->n / 2 + 1;
  if (self->half) {
    transform(self, self->half, (const complexes *)x, 1, self->z);
    separate(self->half, self->half_turns, self->z, (lanes *)magnitude);
  } else {
    fftw_execute_dft_r2c(self->plan, (double *)x, self->other);
    for (size_t i = 0; i < bins * FFT_LANES; i++)
      magnitude[i] = self->other[i][0] * self->other[i][0] + self->other[i][1] * self->other[i][1];
  }
  take_roots(bins * FFT_LANES, magnitude);
}
