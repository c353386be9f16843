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

/* Fetch what is `ahead` floats behind these n, in the place of them in a later row: much else happens
 * between rows, and the hardware does not see that they follow each other.  May be outside any object. */
static inline void fetch(const float *p, size_t ahead, size_t n)
{
  enum { LINE = 64, FOR_READING = 0, SECOND_CACHE = 2 };
  const uintptr_t from = (uintptr_t)p + ahead * sizeof *p;
  for (size_t i = 0; i < n * sizeof *p; i += LINE)
    __builtin_prefetch((const void *)(from + i), FOR_READING, SECOND_CACHE);
}

/* In place is allowed: an element is read before it is written. */
CST_VECTOR static void rectify(size_t pixels, size_t C, const float *y, const float *restrict a,
                               const float *restrict b, float *z)
{
  for (size_t i = 0; i < pixels; i++, y += C, z += C) {
    fetch(y, pixels * C, C);
#pragma omp simd
    for (size_t c = 0; c < C; c++) z[c] = relu(a[c] * y[c] + b[c]);
  }
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

size_t cst_rectify_rows(const cst_rectify *self) { return self->H / self->down; }

size_t cst_rectify_row_floats(const cst_rectify *self) { return self->W / self->across * self->C; }

bool cst_rectify_pools(const cst_rectify *self) { return self->down > 1 || self->across > 1; }

static float share_of(const cst_rectify *self) { return 1.0f / (float)(self->down * self->across); }

/* One row of z from `down` rows of y, for means of any size. */
CST_VECTOR static void rectify_mean(const cst_rectify *s, const float *restrict y,
                                    const float *restrict a, const float *restrict b, float share,
                                    float *restrict z)
{
  const size_t C = s->C, row = s->W * C, n = s->W / s->across;
  memset(z, 0, n * C * sizeof *z);
  for (size_t r = 0; r < s->down; r++)
    for (size_t j = 0; j < n; j++)
      for (size_t q = 0; q < s->across; q++) {
        const float *restrict from = y + r * row + (j * s->across + q) * C;
        for (size_t c = 0; c < C; c++) z[j * C + c] += relu(a[c] * from[c] + b[c]);
      }
  for (size_t i = 0; i < n * C; i++) z[i] *= share;
}

void cst_rectify_row(const cst_rectify *self, const float *y, const float *a, const float *b,
                     size_t i, float *z)
{
  const size_t row = self->W * self->C;
  const float *first = y + i * self->down * row;
  if (!cst_rectify_pools(self))
    rectify(self->W, self->C, first, a, b, z);
  else if (self->down == 2 && self->across == 2)
    rectify_pool(self->W / 2, self->C, first, first + row, a, b, z);
  else
    rectify_mean(self, first, a, b, share_of(self), z);
}

void cst_rectify_forward(const cst_rectify *self, const float *y, const float *a, const float *b,
                         float *z)
{
  const size_t rows = cst_rectify_rows(self), row = cst_rectify_row_floats(self);
  for (size_t i = 0; i < rows; i++) cst_rectify_row(self, y, a, b, i, z + i * row);
}

/* dz of pixel (i, j) is at (i / down, j / across).  The share of a pixel in its mean is the same
 * for all: it can wait until the sums are made. */
CST_VECTOR static void row_sums(size_t n, size_t across, size_t C, const float *restrict y,
                                const float *restrict a, const float *restrict b,
                                const float *restrict dz, double *restrict sums)
{
  double *restrict with_y = sums + C;
  for (size_t j = 0; j < n; j++, dz += C)
    for (size_t q = 0; q < across; q++, y += C) {
      fetch(y, n * across * C, C);
      for (size_t c = 0; c < C; c++) {
        const float dv = passed(a[c] * y[c] + b[c], dz[c]);
        sums[c] += (double)dv;
        with_y[c] += (double)dv * (double)y[c];
      }
    }
}

void cst_rectify_add_row(const cst_rectify *self, const float *y, const float *a, const float *b,
                         size_t i, const float *dz_row, double *sums)
{
  const size_t n = self->W / self->across, first = i * self->down;
  for (size_t k = first; k < first + self->down; k++)
    row_sums(n, self->across, self->C, y + k * self->W * self->C, a, b, dz_row, sums);
}

void cst_rectify_finish_sums(const cst_rectify *self, double *sums)
{
  const double share = 1.0 / (double)(self->down * self->across);
  for (size_t c = 0; cst_rectify_pools(self) && c < 2 * self->C; c++) sums[c] *= share;
}

void cst_rectify_backward_sums(const cst_rectify *self, const float *y, const float *a,
                               const float *b, const float *dz, double *sums)
{
  const size_t rows = cst_rectify_rows(self), row = cst_rectify_row_floats(self);

  for (size_t c = 0; c < 2 * self->C; c++) sums[c] = 0.0;
  for (size_t i = 0; i < rows; i++) cst_rectify_add_row(self, y, a, b, i, dz + i * row, sums);
  cst_rectify_finish_sums(self, sums);
}

CST_VECTOR static void row_backward(size_t n, size_t across, float share, size_t C,
                                    const float *restrict y, const float *restrict a,
                                    const float *restrict b, const float *restrict dz,
                                    const float *restrict p, const float *restrict q,
                                    const float *restrict r, float *restrict dy)
{
  for (size_t j = 0; j < n; j++, dz += C) {
    fetch(dz, n * C, C);
    for (size_t i = 0; i < across; i++, y += C, dy += C) {
      fetch(y, n * across * C, C);
      for (size_t c = 0; c < C; c++) {
        const float dv = passed(a[c] * y[c] + b[c], share * dz[c]);
        dy[c] = p[c] * dv + (q[c] * y[c] + r[c]);
      }
    }
  }
}

/* Pixels that the mean leaves out: dv = 0. */
static void left_out(size_t n, size_t C, const float *y, const float *q, const float *r, float *dy)
{
  for (size_t j = 0; j < n; j++, y += C, dy += C)
    for (size_t c = 0; c < C; c++) dy[c] = q[c] * y[c] + r[c];
}

void cst_rectify_backward_row(const cst_rectify *self, const float *y, const float *a,
                              const float *b, const float *dz, const float *p, const float *q,
                              const float *r, size_t i, float *dy)
{
  const size_t C = self->C, up = i / self->down;
  const size_t n = up < cst_rectify_rows(self) ? self->W / self->across : 0;
  const size_t covered = n * self->across;

  y += i * self->W * C;
  dz += up * cst_rectify_row_floats(self);
  if (n) row_backward(n, self->across, share_of(self), C, y, a, b, dz, p, q, r, dy);
  left_out(self->W - covered, C, y + covered * C, q, r, dy + covered * C);
}

void cst_rectify_backward(const cst_rectify *self, const float *y, const float *a, const float *b,
                          const float *dz, const float *p, const float *q, const float *r,
                          float *dy)
{
  for (size_t i = 0; i < self->H; i++)
    cst_rectify_backward_row(self, y, a, b, dz, p, q, r, i, dy + i * self->W * self->C);
}

/* ---- with s ---- */

CST_VECTOR static void join(size_t n, size_t C, const float *restrict y, const float *restrict a,
                            const float *restrict b, const float *s, float *v)
{
  for (size_t j = 0; j < n; j++, y += C, s += C, v += C)
#pragma omp simd
    for (size_t c = 0; c < C; c++) v[c] = a[c] * y[c] + b[c] + s[c];
}

/* Mean of the relu of one row of v, added to z. */
CST_VECTOR static void add_mean(size_t n, size_t across, float share, size_t C,
                                const float *restrict v, float *restrict z)
{
  for (size_t j = 0; j < n; j++, z += C)
    for (size_t q = 0; q < across; q++, v += C)
      for (size_t c = 0; c < C; c++) z[c] += share * relu(v[c]);
}

void cst_rectify_join_row(const cst_rectify *self, const float *y, const float *a, const float *b,
                          const float *s, size_t i, float *v, float *z)
{
  const size_t C = self->C, row = self->W * C, n = self->W / self->across;
  const size_t covered = n * self->across;

  y += i * self->down * row;
  memset(z, 0, n * C * sizeof *z);
  for (size_t r = 0; r < self->down; r++, y += row, s += row, v += row) {
    join(covered, C, y, a, b, s, v);
    memset(v + covered * C, 0, (row - covered * C) * sizeof *v);
    add_mean(n, self->across, share_of(self), C, v, z);
  }
}

CST_VECTOR static void part(size_t n, size_t across, float share, size_t C, const float *restrict y,
                            const float *restrict dz, float *restrict v, double *restrict sums)
{
  double *restrict with_y = sums + C;
  for (size_t j = 0; j < n; j++, dz += C)
    for (size_t q = 0; q < across; q++, y += C, v += C)
      for (size_t c = 0; c < C; c++) {
        const float dv = passed(v[c], share * dz[c]);
        v[c] = dv;
        sums[c] += (double)dv;
        with_y[c] += (double)dv * (double)y[c];
      }
}

void cst_rectify_part_row(const cst_rectify *self, const float *y, size_t i, const float *dz_row,
                          float *v, double *sums)
{
  const size_t row = self->W * self->C, first = i * self->down;
  for (size_t k = first; k < first + self->down; k++)
    part(self->W / self->across, self->across, share_of(self), self->C, y + k * row, dz_row,
         v + k * row, sums);
}

CST_VECTOR static void parted(size_t n, size_t C, const float *restrict y, const float *restrict dv,
                              const float *restrict p, const float *restrict q,
                              const float *restrict r, float *restrict dy)
{
  for (size_t j = 0; j < n; j++, y += C, dv += C, dy += C)
    for (size_t c = 0; c < C; c++) dy[c] = p[c] * dv[c] + (q[c] * y[c] + r[c]);
}

void cst_rectify_parted_row(const cst_rectify *self, const float *y, const float *dv,
                            const float *p, const float *q, const float *r, size_t i, float *dy)
{
  const size_t row = self->W * self->C;
  parted(self->W, self->C, y + i * row, dv + i * row, p, q, r, dy);
}
