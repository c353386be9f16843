/* Contracts in shortcut.h. */
#include "shortcut.h"

#include "cassette/gemm.h"

#include <string.h>

enum { PIXELS = 256 }; /* in a product: enough for its blocking, few enough for the caches */

size_t cst_shortcut_rows(const cst_shortcut *self, size_t step)
{
  const size_t row = step * self->W;
  return row >= PIXELS ? step : (PIXELS / row) * step;
}

const float *cst_shortcut_forward(const cst_shortcut *self, const float *params, size_t pixels,
                                  const float *x, float *workspace)
{
  if (!self->projects) return x;
  cst_gemm(CST_NT, pixels, self->C, self->from, x, params + self->weight, false, workspace);
  return workspace;
}

void cst_shortcut_backward(const cst_shortcut *self, const float *params, size_t pixels,
                           const float *x, const float *ds, float *dw, float *dx)
{
  if (!self->projects) {
    for (size_t i = 0; i < pixels * self->C; i++) dx[i] += ds[i];
    return;
  }
  cst_gemm(CST_TN, self->C, self->from, pixels, ds, x, true, dw);
  cst_gemm(CST_NN, pixels, self->from, self->C, ds, params + self->weight, true, dx);
}

/* Rows that the mean leaves out have no gradient. */
static void clear_left_out(const cst_unit *unit, const cst_unit_clip *clip)
{
  const cst_rectify *s = &unit->shape;
  const size_t row = s->W * s->C, covered = cst_rectify_rows(s) * s->down;
  memset(clip->v + covered * row, 0, (s->H - covered) * row * sizeof *clip->v);
}

void cst_shortcut_join(const cst_shortcut *self, const float *params, const cst_unit *unit,
                       const cst_unit_clip *clip, const float *x, cst_conv_strip rows,
                       float *workspace, float *z)
{
  const cst_rectify *s = &unit->shape;
  const size_t step = cst_shortcut_rows(self, s->down) / s->down, row = s->W * s->C;

  for (size_t first = rows.first; first < rows.end; first += step) {
    const size_t end = first + step < rows.end ? first + step : rows.end, at = first * s->down;
    float *v = clip->v ? clip->v + at * row : workspace;
    const float *from = cst_shortcut_forward(self, params, (end - first) * s->down * s->W,
                                             x + at * s->W * self->from, v);
    for (size_t i = first; i < end; i++) {
      const size_t skip = (i - first) * s->down * row;
      cst_rectify_join_row(s, clip->y, clip->a, clip->b, from + skip, i, v + skip,
                           z + i * cst_rectify_row_floats(s));
    }
  }
  if (clip->v && rows.end == cst_rectify_rows(s)) clear_left_out(unit, clip);
}

static void add_gradient(void *context, size_t row, const float *values)
{
  cst_shortcut_adding *self = context;
  const cst_shortcut *s = self->shortcut;
  const size_t n = ++self->waiting, first = row + 1 - n, W = s->W;
  float *dx = self->next.image + first * W * s->from;

  (void)values;
  if (n < cst_shortcut_rows(s, 1) && row + 1 < self->end) return;
  self->waiting = 0;
  cst_shortcut_backward(s, self->params, n * W, self->x + first * W * s->from,
                        self->ds + first * W * s->C, self->dw, dx);
  for (size_t i = 0; self->next.seen && i < n; i++)
    self->next.seen(self->next.context, first + i, dx + i * W * s->from);
}

cst_conv_target cst_shortcut_add_gradient(cst_shortcut_adding *self)
{
  const cst_shortcut *s = self->shortcut;
  if (s->projects) memset(self->dw, 0, s->C * s->from * sizeof *self->dw);
  self->waiting = 0;
  return (cst_conv_target){.image = self->next.image, .seen = add_gradient, .context = self};
}
