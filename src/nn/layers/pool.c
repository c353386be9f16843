/* Contracts and formulas in pool.h. */
#include "pool.h"

#include <string.h>

static size_t bin_first(const cst_pool *s, size_t p) { return p * s->H / s->P; }
static size_t bin_end(const cst_pool *s, size_t p) { return ((p + 1) * s->H + s->P - 1) / s->P; }

static size_t bin_pixels(const cst_pool *s, size_t p)
{
  return (bin_end(s, p) - bin_first(s, p)) * s->W;
}

void cst_pool_forward(const cst_pool *self, const float *x, float *y)
{
  const size_t C = self->C;
  for (size_t p = 0; p < self->P; p++, y += C) {
    const size_t n = bin_pixels(self, p);
    const float *pixel = x + bin_first(self, p) * self->W * C;
    memset(y, 0, C * sizeof *y);
    for (size_t i = 0; i < n; i++, pixel += C)
      for (size_t c = 0; c < C; c++) y[c] += pixel[c];
    for (size_t c = 0; c < C; c++) y[c] /= (float)n;
  }
}

/* Every pixel of a row has the same gradient: the first is made, the others are copies. */
void cst_pool_backward(const cst_pool *self, const float *dy, float *dx)
{
  const size_t C = self->C, row = self->W * C;
  for (size_t i = 0; i < self->H; i++) memset(dx + i * row, 0, C * sizeof *dx);
  for (size_t p = 0; p < self->P; p++)
    for (size_t i = bin_first(self, p); i < bin_end(self, p); i++)
      for (size_t c = 0; c < C; c++) dx[i * row + c] += dy[p * C + c] / (float)bin_pixels(self, p);
  for (size_t i = 0; i < self->H; i++)
    for (size_t j = 1; j < self->W; j++) memcpy(dx + i * row + j * C, dx + i * row, C * sizeof *dx);
}
