/*
 * One convolution plan against the definition, for the tests of the kernels.  The twin
 * (CST_CONV_BY_LOOPS) sums in double and rounds once.
 */
#ifndef CST_TEST_CONV_CHECK_H
#define CST_TEST_CONV_CHECK_H

#include "support/test_support.h"

#include "cassette/conv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  size_t H, W, C, K;
} shape;

/* Bound for the relative L2 error of one pass; required of the kernels: 1e-5. */
static const double TOLERANCE = 2e-6;
/* The same for products in parts of bfloat16, which keep 16 bits. */
static const double PARTS_TOLERANCE = 3e-5;

static inline size_t inputs(const shape *s) { return s->H * s->W * s->C; }
static inline size_t outputs(const shape *s) { return s->H * s->W * s->K; }
static inline size_t weights(const shape *s) { return s->K * s->C * 9; }

/* A buffer of NaN with a guard behind it: what is read before it is written, or written behind the
 * end, shows. */
enum { GUARD = 64 };

static inline float *poisoned(size_t n)
{
  float *p = test_zeros(n + GUARD);
  for (size_t i = 0; i < n + GUARD; i++) p[i] = i < n ? NAN : 12345.0f;
  return p;
}

static inline void assert_guard(const float *p, size_t n, const char *what)
{
  for (size_t i = n; i < n + GUARD; i++)
    if (p[i] != 12345.0f) fail_msg("%s: written %zu floats behind its end", what, i - n + 1);
}

/* L2 error relative to the result, or to what `terms` random products each would give: a single sum
 * may cancel.  Inputs are uniform in [-1, 1), products have variance 1/9. */
static inline void assert_close(const float *got, const float *want, size_t n, size_t terms,
                                const shape *s, double tolerance, const char *what)
{
  double error = 0.0, norm = 0.0;
  for (size_t i = 0; i < n; i++) {
    const double d = (double)got[i] - (double)want[i];
    error += d * d;
    norm += (double)want[i] * (double)want[i];
  }
  norm = fmax(norm, (double)n * (double)terms / 9.0);
  if (!(sqrt(error / norm) <= tolerance))
    fail_msg("%s of %zu x %zu, %zu to %zu channels: relative error %.3g, allowed %.3g", what, s->H,
             s->W, s->C, s->K, sqrt(error / norm), tolerance);
}

/* What a plan makes of the random case `seed`. */
typedef struct {
  const float *w, *x, *dy;
  float *y, *dx, *dw;
} passes;

static inline passes run_passes(const cst_conv *plan, const shape *s, uint64_t seed)
{
  passes r = {.w = test_random(seed, weights(s)),
              /* not aligned: x and dy may lie anywhere */
              .x = test_random(seed + 1, inputs(s) + 1) + 1,
              .dy = test_random(seed + 2, outputs(s) + 1) + 1,
              .y = poisoned(outputs(s)),
              .dx = poisoned(inputs(s)),
              .dw = poisoned(weights(s))};
  const size_t np = cst_conv_prepared_floats(plan), nw = cst_conv_work_floats(plan);
  float *prepared = poisoned(np), *work[3];

  for (int i = 0; i < 3; i++) work[i] = poisoned(nw);
  cst_conv_prepare(plan, r.w, prepared);
  cst_conv_forward(plan, prepared, r.x, r.y, work[0]);
  cst_conv_backward_data(plan, prepared, r.dy, r.dx, work[1]);
  cst_conv_backward_weights(plan, r.x, r.dy, r.dw, work[2]);

  assert_guard(prepared, np, "prepared");
  for (int i = 0; i < 3; i++) assert_guard(work[i], nw, "work");
  assert_guard(r.y, outputs(s), "y");
  assert_guard(r.dx, inputs(s), "dx");
  assert_guard(r.dw, weights(s), "dw");
  return r;
}

/* The definition's results; they live until test_release(). */
static inline passes defined_passes(const shape *s, uint64_t seed)
{
  cst_conv *twin = NULL;
  passes want;

  assert_ok(cst_conv_create(s->H, s->W, s->C, s->K, CST_CONV_BY_LOOPS, &twin));
  want = run_passes(twin, s, seed);
  cst_conv_destroy(&twin);
  return want;
}

/* All three passes of a plan against the definition's for the same seed. */
static inline void check_plan(const cst_conv *plan, const shape *s, uint64_t seed,
                              const passes *want, double tolerance)
{
  const passes got = run_passes(plan, s, seed);
  assert_close(got.y, want->y, outputs(s), 9 * s->C, s, tolerance, "forward");
  assert_close(got.dx, want->dx, inputs(s), 9 * s->K, s, tolerance, "backward data");
  assert_close(got.dw, want->dw, weights(s), s->H * s->W, s, tolerance, "backward weights");
}

#endif
