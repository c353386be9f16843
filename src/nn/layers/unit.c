/* Contracts in unit.h. */
#include "unit.h"

#include "squeeze_excite.h"

#include <string.h>

size_t cst_unit_pixels(const cst_unit *self) { return self->shape.H * self->shape.W; }

size_t cst_unit_input_floats(const cst_unit *self) { return cst_unit_pixels(self) * self->from; }

size_t cst_unit_output_floats(const cst_unit *self)
{
  return cst_rectify_rows(&self->shape) * cst_rectify_row_floats(&self->shape);
}

size_t cst_unit_work_doubles(const cst_unit *self) { return 2 * self->shape.C + self->R; }
size_t cst_unit_lines_floats(const cst_unit *self) { return 3 * self->shape.C; }

static void squeeze(const cst_unit *self, const float *params, const cst_unit_clip *clip)
{
  if (self->R > 0)
    cst_squeeze_excite_forward(self->shape.C, self->R, params + self->down, params + self->up,
                               clip->squeezed, clip->hidden, clip->gate);
  else
    for (size_t c = 0; c < self->shape.C; c++) clip->gate[c] = 1.0;
}

/* The mean of u over the clip needs no pass over u: u is a line in y, whose mean is known. */
void cst_unit_gate(const cst_unit *self, const cst_unit_pass *pass, const float *params,
                   const double *sums, const cst_unit_clip *clip)
{
  const size_t C = self->shape.C;
  const float *weight = params + self->bn_weight, *bias = params + self->bn_bias;
  const double *mean = pass->bn.mean, *inv_std = pass->bn.inv_std;

  for (size_t c = 0; c < C; c++) {
    clip->mean[c] = sums[c] / (double)cst_unit_pixels(self);
    clip->squeezed[c] =
        (double)weight[c] * (clip->mean[c] - mean[c]) * inv_std[c] + (double)bias[c];
  }
  squeeze(self, params, clip);
  for (size_t c = 0; c < C; c++) {
    const double slope = (double)weight[c] * inv_std[c];
    clip->a[c] = (float)(clip->gate[c] * slope);
    clip->b[c] = (float)(clip->gate[c] * ((double)bias[c] - mean[c] * slope));
  }
}

void cst_unit_output(const cst_unit *self, const cst_unit_clip *clip, float *z)
{
  cst_rectify_forward(&self->shape, clip->y, clip->a, clip->b, z);
}

/*
 * With g the gate, n the clip's pixels, s the mean of u, and sums over the clip's pixels:
 *
 *   du = g dv + ds / n                  dgate = sum dv u = weight sum(dv xhat) + bias sum(dv)
 *   sum du      = g sum(dv) + ds
 *   sum du xhat = g sum(dv xhat) + ds mean(xhat)
 */
void cst_unit_backward_sums(const cst_unit *self, const cst_unit_pass *pass, const float *params,
                            const cst_unit_clip *clip, float *gradient, double *sums, double *work)
{
  const size_t C = self->shape.C;
  const float *weight = params + self->bn_weight, *bias = params + self->bn_bias;
  const double *mean = pass->bn.mean, *inv_std = pass->bn.inv_std;
  double *dgate = work;

  for (size_t c = 0; c < C; c++) {
    sums[C + c] = (sums[C + c] - mean[c] * sums[c]) * inv_std[c]; /* with y, to with xhat */
    dgate[c] = (double)weight[c] * sums[C + c] + (double)bias[c] * sums[c];
  }
  if (self->R > 0)
    cst_squeeze_excite_backward(C, self->R, params + self->down, params + self->up, clip->squeezed,
                                clip->hidden, clip->gate, dgate, gradient + self->down,
                                gradient + self->up, clip->dsqueezed, work + C);
  else
    memset(clip->dsqueezed, 0, C * sizeof *clip->dsqueezed);
  for (size_t c = 0; c < C; c++) {
    const double ds = clip->dsqueezed[c], xhat = (clip->mean[c] - mean[c]) * inv_std[c];
    sums[c] = clip->gate[c] * sums[c] + ds;
    sums[C + c] = clip->gate[c] * sums[C + c] + ds * xhat;
  }
}

/*
 *   dy = weight inv_std (du - mean(du) - xhat mean(du xhat))   means over all pixels of all clips
 *      = p dv + q y + r
 */
void cst_unit_backward_lines(const cst_unit *self, const cst_unit_pass *pass, const float *params,
                             const cst_unit_clip *clip, const double *totals, double count,
                             float *lines)
{
  const size_t C = self->shape.C;
  const float *weight = params + self->bn_weight;
  float *p = lines, *q = p + C, *r = q + C;

  for (size_t c = 0; c < C; c++) {
    const double inv_std = pass->bn.inv_std[c], slope = (double)weight[c] * inv_std;
    const double with_xhat = totals[C + c] / count * inv_std;
    const double ds = clip->dsqueezed[c] / (double)cst_unit_pixels(self);
    p[c] = (float)(slope * clip->gate[c]);
    q[c] = (float)(-slope * with_xhat);
    r[c] = (float)(slope * (ds - totals[c] / count + pass->bn.mean[c] * with_xhat));
  }
}
