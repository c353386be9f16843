/* Contracts and formulas in attention.h. */
#include "attention.h"

#include "cassette/elementary.h"
#include "cassette/gemm.h"
#include "linear.h"

#include <math.h>

/* dcontext [P][E], dqkv [P][3E], and two [P][P]. */
size_t cst_attention_work_floats(const cst_attention *self)
{
  return 4 * self->P * self->E + 2 * self->P * self->P;
}

static float scale_of(const cst_attention *s)
{
  return (float)(1.0 / sqrt((double)(s->E / s->heads)));
}

static void softmax_row(size_t n, float *x)
{
  float top = x[0];
  double sum = 0.0;
  for (size_t i = 1; i < n; i++) top = x[i] > top ? x[i] : top;
  for (size_t i = 0; i < n; i++) sum += (double)(x[i] = (float)cst_exp((double)x[i] - (double)top));
  for (size_t i = 0; i < n; i++) x[i] = (float)((double)x[i] / sum);
}

/* dropped = weights after dropout, of one head. */
static void drop(size_t n, const float *weights, const float *mask, float *dropped)
{
  for (size_t i = 0; i < n; i++) dropped[i] = weights[i] * mask[i];
}

static void head_forward(const cst_attention *s, const cst_attention_saved *saved, size_t h,
                         float *dropped)
{
  const size_t P = s->P, E = s->E, D = E / s->heads, row = 3 * E;
  const float *q = saved->qkv + h * D, *k = q + E, *v = k + E, scale = scale_of(s);
  float *weights = saved->weights + h * P * P;

  cst_gemm_ld(CST_NT, P, P, D, q, row, k, row, false, weights, P);
  for (size_t i = 0; i < P * P; i++) weights[i] *= scale;
  for (size_t i = 0; i < P; i++) softmax_row(P, weights + i * P);
  drop(P * P, weights, saved->mask + h * P * P, dropped);
  cst_gemm_ld(CST_NN, P, D, P, dropped, P, v, row, false, saved->context + h * D, E);
}

void cst_attention_forward(const cst_attention *self, const float *params,
                           const cst_random_key *key, const float *x,
                           const cst_attention_saved *saved, float *y, float *work)
{
  const size_t P = self->P, E = self->E;

  cst_linear_forward(P, E, 3 * E, params + self->in_weight, params + self->in_bias, x, saved->qkv);
  cst_dropout_mask(key, self->sites + CST_DROP_ATTENTION, self->dropout, self->heads * P * P,
                   saved->mask);
  for (size_t h = 0; h < self->heads; h++) head_forward(self, saved, h, work);
  cst_linear_forward(P, E, E, params + self->out_weight, params + self->out_bias, saved->context,
                     y);
}

/* d: gradient of the dropped weights in, of the scores out; the scores' scale is included. */
static void softmax_backward(size_t P, const float *weights, const float *mask, float scale,
                             float *d)
{
  for (size_t i = 0; i < P; i++, weights += P, mask += P, d += P) {
    double sum = 0.0;
    for (size_t j = 0; j < P; j++) {
      d[j] *= mask[j];
      sum += (double)d[j] * (double)weights[j];
    }
    for (size_t j = 0; j < P; j++)
      d[j] = (float)((double)scale * (double)weights[j] * ((double)d[j] - sum));
  }
}

static void head_backward(const cst_attention *s, const cst_attention_saved *saved, size_t h,
                          const float *dcontext, float *dqkv, float *dropped, float *dscores)
{
  const size_t P = s->P, E = s->E, D = E / s->heads, row = 3 * E;
  const float *q = saved->qkv + h * D, *k = q + E, *v = k + E, *dc = dcontext + h * D;
  const float *weights = saved->weights + h * P * P, *mask = saved->mask + h * P * P;
  float *dq = dqkv + h * D, *dk = dq + E, *dv = dk + E;

  drop(P * P, weights, mask, dropped);
  cst_gemm_ld(CST_TN, P, D, P, dropped, P, dc, E, false, dv, row);
  cst_gemm_ld(CST_NT, P, P, D, dc, E, v, row, false, dscores, P);
  softmax_backward(P, weights, mask, scale_of(s), dscores);
  cst_gemm_ld(CST_NN, P, D, P, dscores, P, k, row, false, dq, row);
  cst_gemm_ld(CST_TN, P, D, P, dscores, P, q, row, false, dk, row);
}

void cst_attention_backward(const cst_attention *self, const float *params, const float *x,
                            const cst_attention_saved *saved, const float *dy, float *gradient,
                            float *dx, float *work)
{
  const size_t P = self->P, E = self->E;
  float *dcontext = work, *dqkv = dcontext + P * E, *dropped = dqkv + 3 * P * E;

  cst_linear_backward(P, E, E, params + self->out_weight, saved->context, dy,
                      gradient + self->out_weight, gradient + self->out_bias, false, dcontext);
  for (size_t h = 0; h < self->heads; h++)
    head_backward(self, saved, h, dcontext, dqkv, dropped, dropped + P * P);
  cst_linear_backward(P, E, 3 * E, params + self->in_weight, x, dqkv, gradient + self->in_weight,
                      gradient + self->in_bias, true, dx);
}
