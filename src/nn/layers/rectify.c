/* Contracts and formulas in rectify.h.  The loops go row by row and pixel by pixel with the
 * channels inside. */
#include "rectify.h"

#include "vector.h"

#include <stdint.h>
#include <string.h>

static inline float relu(float v) { return v < 0.0f ? 0.0f : v; } /* NaN < 0 is false: NaN stays */

/* The rectifier's gradient: dz where v > 0, else 0.  Floats compare like their bits as signed
 * integers where one side is +0; a comparison of floats may trap, which keeps the compiler from
 * using vectors. */
static inline float passed(float v, float dz)
{
  int32_t sign, bits;
  memcpy(&sign, &v, sizeof sign);
  memcpy(&bits, &dz, sizeof bits);
  bits &= -(int32_t)(sign > 0);
  memcpy(&dz, &bits, sizeof dz);
  return dz;
}

/* In place is allowed: an element is read before it is written. */
CST_VECTOR static void rectify(size_t pixels, size_t C, const float *y, const float *restrict a,
                               const float *restrict b, float *z)
{
  for (size_t i = 0; i < pixels; i++, y += C, z += C)
#pragma omp simd
    for (size_t c = 0; c < C; c++) z[c] = relu(a[c] * y[c] + b[c]);
}

/* One row of z from rows y0 and y1. */
CST_VECTOR static void rectify_pool(size_t out_W, size_t C, const float *restrict y0,
                                    const float *restrict y1, const float *restrict a,
                                    const float *restrict b, float *restrict z)
{
  for (size_t j = 0; j < out_W; j++, y0 += 2 * C, y1 += 2 * C, z += C)
    for (size_t c = 0; c < C; c++) {
      const float above = relu(a[c] * y0[c] + b[c]) + relu(a[c] * y0[C + c] + b[c]);
      const float below = relu(a[c] * y1[c] + b[c]) + relu(a[c] * y1[C + c] + b[c]);
      z[c] = 0.25f * (above + below);
    }
}

void cst_rectify_row(const cst_rectify *self, const float *y, const float *a, const float *b,
                     size_t i, float *z)
{
  const size_t row = self->W * self->C;
  if (self->pooled)
    rectify_pool(self->W / 2, self->C, y + 2 * i * row, y + (2 * i + 1) * row, a, b, z);
  else
    rectify(self->W, self->C, y + i * row, a, b, z);
}

void cst_rectify_forward(const cst_rectify *self, const float *y, const float *a, const float *b,
                         float *z)
{
  const size_t rows = self->pooled ? self->H / 2 : self->H;
  const size_t row = (self->pooled ? self->W / 2 : self->W) * self->C;
  for (size_t i = 0; i < rows; i++) cst_rectify_row(self, y, a, b, i, z + i * row);
}

/* Where pixel (i, j) finds its dz, and how many pixels of each row have one.  The quarter of the
 * mean is a power of two: it can wait until the sums are made. */
typedef struct {
  size_t rows, columns, shift;
} coverage;

static coverage coverage_of(const cst_rectify *self)
{
  if (!self->pooled) return (coverage){self->H, self->W, 0};
  return (coverage){self->H / 2 * 2, self->W / 2 * 2, 1};
}

static size_t dz_row_floats(const cst_rectify *self, const coverage *cover)
{
  return (cover->columns >> cover->shift) * self->C;
}

CST_VECTOR static void row_sums(size_t n, size_t shift, size_t C, const float *restrict y,
                                const float *restrict a, const float *restrict b,
                                const float *restrict dz, double *restrict sums)
{
  double *restrict with_y = sums + C;
  for (size_t j = 0; j < n; j++, y += C) {
    const float *restrict d = dz + (j >> shift) * C;
    for (size_t c = 0; c < C; c++) {
      const float dv = passed(a[c] * y[c] + b[c], d[c]);
      sums[c] += (double)dv;
      with_y[c] += (double)dv * (double)y[c];
    }
  }
}

void cst_rectify_add_row(const cst_rectify *self, const float *y, const float *a, const float *b,
                         size_t i, const float *dz_row, double *sums)
{
  const coverage cover = coverage_of(self);
  const size_t first = i << cover.shift, end = (i + 1) << cover.shift;
  for (size_t k = first; k < end; k++)
    row_sums(cover.columns, cover.shift, self->C, y + k * self->W * self->C, a, b, dz_row, sums);
}

void cst_rectify_finish_sums(const cst_rectify *self, double *sums)
{
  for (size_t c = 0; self->pooled && c < 2 * self->C; c++) sums[c] *= 0.25;
}

void cst_rectify_backward_sums(const cst_rectify *self, const float *y, const float *a,
                               const float *b, const float *dz, double *sums)
{
  const coverage cover = coverage_of(self);
  const size_t row = dz_row_floats(self, &cover);

  for (size_t c = 0; c < 2 * self->C; c++) sums[c] = 0.0;
  for (size_t i = 0; i < cover.rows >> cover.shift; i++)
    cst_rectify_add_row(self, y, a, b, i, dz + i * row, sums);
  cst_rectify_finish_sums(self, sums);
}

CST_VECTOR static void row_backward(size_t n, size_t shift, float share, size_t C,
                                    const float *restrict y, const float *restrict a,
                                    const float *restrict b, const float *restrict dz,
                                    const float *restrict p, const float *restrict q,
                                    const float *restrict r, float *restrict dy)
{
  for (size_t j = 0; j < n; j++, y += C, dy += C) {
    const float *restrict d = dz + (j >> shift) * C;
    for (size_t c = 0; c < C; c++) {
      const float dv = passed(a[c] * y[c] + b[c], share * d[c]);
      dy[c] = p[c] * dv + (q[c] * y[c] + r[c]);
    }
  }
}

/* Pixels that pooling leaves out: dv = 0. */
static void left_out(size_t n, size_t C, const float *y, const float *q, const float *r, float *dy)
{
  for (size_t j = 0; j < n; j++, y += C, dy += C)
    for (size_t c = 0; c < C; c++) dy[c] = q[c] * y[c] + r[c];
}

void cst_rectify_backward_row(const cst_rectify *self, const float *y, const float *a,
                              const float *b, const float *dz, const float *p, const float *q,
                              const float *r, size_t i, float *dy)
{
  const size_t C = self->C;
  const coverage cover = coverage_of(self);
  const size_t n = i < cover.rows ? cover.columns : 0;

  y += i * self->W * C;
  dz += (i >> cover.shift) * dz_row_floats(self, &cover);
  if (n) row_backward(n, cover.shift, self->pooled ? 0.25f : 1.0f, C, y, a, b, dz, p, q, r, dy);
  left_out(self->W - n, C, y + n * C, q, r, dy + n * C);
}

void cst_rectify_backward(const cst_rectify *self, const float *y, const float *a, const float *b,
                          const float *dz, const float *p, const float *q, const float *r,
                          float *dy)
{
  for (size_t i = 0; i < self->H; i++)
    cst_rectify_backward_row(self, y, a, b, dz, p, q, r, i, dy + i * self->W * self->C);
}
