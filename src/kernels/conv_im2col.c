/*
 * Convolution as a matrix product: each pixel's 3x3 neighbourhood is gathered into a row.
 *
 *   forward           y[n][K]     = col(x)[n][9C] w[9C][K]
 *   backward data     dx[n][C]    = col(dy)[n][9K] w'[9K][C]      w' rotated by 180 degrees
 *   backward weights  dw[9C][K]  += col(x)' dy[n][K]
 *
 * over blocks of n pixels, so that the columns stay in cache.  Serves any shape.
 */
#include "cassette/gemm.h"
#include "conv_plan.h"

#include <string.h>

/* Pixels in a block: columns of about 128 KiB, at least a few rows of the product's kernel. */
static size_t block_pixels(const cst_conv *s, size_t channels)
{
  const size_t fit = 32768 / (9 * channels), all = s->H * s->W;
  const size_t n = fit < 48 ? 48 : fit;
  return n < all ? n : all;
}

static size_t column_floats(const cst_conv *s, size_t channels)
{
  return block_pixels(s, channels) * 9 * channels;
}

static size_t weights(const cst_conv *s) { return 9 * s->C * s->K; }

/* w[9C][K], then w'[9K][C]. */
static size_t prepared_floats(const cst_conv *s) { return 2 * weights(s); }

/* Columns; backward weights also holds dw[9C][K], in front. */
static size_t work_floats(const cst_conv *s)
{
  const size_t columns = weights(s) + column_floats(s, s->C), back = column_floats(s, s->K);
  return columns > back ? columns : back;
}

static void prepare(const cst_conv *s, const float *w, float *prepared)
{
  float *forward = prepared, *back = prepared + weights(s);
  for (size_t k = 0; k < s->K; k++)
    for (size_t c = 0; c < s->C; c++)
      for (size_t tap = 0; tap < 9; tap++) {
        const float value = *w++;
        forward[(tap * s->C + c) * s->K + k] = value;
        back[((8 - tap) * s->K + k) * s->C + c] = value;
      }
}

/* Rows of columns for pixels first .. first + n of x[H][W][channels]. */
static void gather(const cst_conv *s, size_t channels, const float *x, size_t first, size_t n,
                   float *col)
{
  for (size_t at = first; at < first + n; at++) {
    const size_t i = at / s->W, j = at % s->W;
    for (size_t p = 0; p < 3; p++)
      for (size_t q = 0; q < 3; q++, col += channels) {
        const size_t u = i + p - 1, v = j + q - 1; /* -1 wraps: outside */
        if (u < s->H && v < s->W)
          memcpy(col, x + (u * s->W + v) * channels, channels * sizeof *x);
        else
          memset(col, 0, channels * sizeof *x);
      }
  }
}

static void correlate(const cst_conv *s, size_t from, size_t to, const float *w, const float *x,
                      float *y, float *col)
{
  const size_t all = s->H * s->W, block = block_pixels(s, from);
  for (size_t first = 0; first < all; first += block) {
    const size_t n = all - first < block ? all - first : block;
    gather(s, from, x, first, n, col);
    cst_gemm(CST_NN, n, to, 9 * from, col, w, false, y + first * to);
  }
}

static void forward(const cst_conv *s, const float *prepared, const float *x, float *y, float *work)
{
  correlate(s, s->C, s->K, prepared, x, y, work);
}

static void backward_data(const cst_conv *s, const float *prepared, const float *dy, float *dx,
                          float *work)
{
  correlate(s, s->K, s->C, prepared + weights(s), dy, dx, work);
}

static void backward_weights(const cst_conv *s, const float *x, const float *dy, float *dw,
                             float *work)
{
  const size_t all = s->H * s->W, block = block_pixels(s, s->C);
  float *sum = work, *col = work + weights(s);

  for (size_t first = 0; first < all; first += block) {
    const size_t n = all - first < block ? all - first : block;
    gather(s, s->C, x, first, n, col);
    cst_gemm(CST_TN, 9 * s->C, s->K, n, col, dy + first * s->K, first > 0, sum);
  }
  for (size_t k = 0; k < s->K; k++)
    for (size_t c = 0; c < s->C; c++)
      for (size_t tap = 0; tap < 9; tap++) *dw++ = sum[(tap * s->C + c) * s->K + k];
}

const conv_method cst_conv_im2col = {
    .name = "im2col",
    .prepared_floats = prepared_floats,
    .work_floats = work_floats,
    .prepare = prepare,
    .forward = forward,
    .backward_data = backward_data,
    .backward_weights = backward_weights,
};
