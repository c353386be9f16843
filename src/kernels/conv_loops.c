/*
 * The definition of cassette/conv.h, sums in double: slow, and the twin that every other method is
 * compared with.
 */
#include "conv_plan.h"

#include <string.h>

static size_t weights(const cst_conv *s) { return s->K * s->C * 9; }
static size_t no_work(const cst_conv *s) { return (void)s, 0; }

static void prepare(const cst_conv *s, const float *w, float *prepared)
{
  memcpy(prepared, w, weights(s) * sizeof *w);
}

/* Pixel i + p - 1 of n pixels, seen through tap p; false outside. */
static int inside(size_t i, size_t p, size_t n, size_t *at)
{
  *at = i + p - 1; /* wraps to a huge number at -1 */
  return *at < n;
}

/* One value of y. */
static float y_value(const cst_conv *s, const float *w, const float *x, size_t i, size_t j,
                     size_t k)
{
  double sum = 0.0;
  size_t u, v;
  for (size_t p = 0; p < 3; p++)
    for (size_t q = 0; q < 3; q++) {
      if (!inside(i, p, s->H, &u) || !inside(j, q, s->W, &v)) continue;
      for (size_t c = 0; c < s->C; c++)
        sum += (double)x[(u * s->W + v) * s->C + c] * (double)w[((k * s->C + c) * 3 + p) * 3 + q];
    }
  return (float)sum;
}

static void forward(const cst_conv *s, const float *w, const float *x, float *y, float *work)
{
  (void)work;
  for (size_t i = 0; i < s->H; i++)
    for (size_t j = 0; j < s->W; j++)
      for (size_t k = 0; k < s->K; k++) *y++ = y_value(s, w, x, i, j, k);
}

static float dx_value(const cst_conv *s, const float *w, const float *dy, size_t i, size_t j,
                      size_t c)
{
  double sum = 0.0;
  size_t u, v;
  for (size_t p = 0; p < 3; p++)
    for (size_t q = 0; q < 3; q++) {
      if (!inside(i, 2 - p, s->H, &u) || !inside(j, 2 - q, s->W, &v)) continue;
      for (size_t k = 0; k < s->K; k++)
        sum += (double)dy[(u * s->W + v) * s->K + k] * (double)w[((k * s->C + c) * 3 + p) * 3 + q];
    }
  return (float)sum;
}

static void backward_data(const cst_conv *s, const float *w, const float *dy, float *dx,
                          float *work)
{
  (void)work;
  for (size_t i = 0; i < s->H; i++)
    for (size_t j = 0; j < s->W; j++)
      for (size_t c = 0; c < s->C; c++) *dx++ = dx_value(s, w, dy, i, j, c);
}

static float dw_value(const cst_conv *s, const float *x, const float *dy, size_t k, size_t c,
                      size_t p, size_t q)
{
  double sum = 0.0;
  size_t u, v;
  for (size_t i = 0; i < s->H; i++)
    for (size_t j = 0; j < s->W; j++)
      if (inside(i, p, s->H, &u) && inside(j, q, s->W, &v))
        sum += (double)dy[(i * s->W + j) * s->K + k] * (double)x[(u * s->W + v) * s->C + c];
  return (float)sum;
}

static void backward_weights(const cst_conv *s, const float *x, const float *dy, float *dw,
                             float *work)
{
  (void)work;
  for (size_t k = 0; k < s->K; k++)
    for (size_t c = 0; c < s->C; c++)
      for (size_t p = 0; p < 3; p++)
        for (size_t q = 0; q < 3; q++) *dw++ = dw_value(s, x, dy, k, c, p, q);
}

const conv_method cst_conv_loops = {
    .name = "loops",
    .prepared_floats = weights,
    .work_floats = no_work,
    .prepare = prepare,
    .forward = forward,
    .backward_data = backward_data,
    .backward_weights = backward_weights,
};
