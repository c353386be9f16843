/* Contracts and formulas in encoder.h. */
#include "encoder.h"

#include "layernorm.h"
#include "linear.h"

#include <string.h>

size_t cst_encoder_place(const cst_encoder *self, float *base, cst_encoder_saved *out)
{
  const cst_attention *a = &self->attention;
  const size_t P = a->P, frames = P * a->E, hidden = P * self->F, scores = a->heads * P * P;
  const struct {
    float **place;
    size_t floats;
  } parts[] = {
      {&out->attention.qkv, 3 * frames},
      {&out->attention.weights, scores},
      {&out->attention.mask, scores},
      {&out->attention.context, frames},
      {&out->projected_mask, frames},
      {&out->xhat1, frames},
      {&out->inv_std1, P},
      {&out->x1, frames},
      {&out->hidden, hidden},
      {&out->hidden_mask, hidden},
      {&out->fed_mask, frames},
      {&out->xhat2, frames},
      {&out->inv_std2, P},
  };
  size_t used = 0;

  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    *parts[i].place = base ? base + used : NULL;
    used += parts[i].floats;
  }
  return used;
}

/* One [P][E] and one [P][F] of this layer, and what attention needs. */
size_t cst_encoder_work_floats(const cst_encoder *self)
{
  const cst_attention *a = &self->attention;
  return a->P * (a->E + self->F) + cst_attention_work_floats(a);
}

/* y = norm(x + drop(y)). */
static void add_and_norm(size_t P, size_t E, const float *params, size_t weight, size_t bias,
                         const float *x, const float *mask, float *xhat, float *inv_std, float *y)
{
  cst_dropout_apply(P * E, mask, y);
  for (size_t i = 0; i < P * E; i++) y[i] += x[i];
  cst_layernorm_forward(P, E, params + weight, params + bias, y, xhat, inv_std, y);
}

void cst_encoder_forward(const cst_encoder *self, const float *params, const cst_random_key *key,
                         const float *x, const cst_encoder_saved *saved, float *y, float *work)
{
  const size_t P = self->attention.P, E = self->attention.E, F = self->F;
  const double p = self->attention.dropout;
  const unsigned sites = self->attention.sites;
  float *x1 = saved->x1, *hidden = saved->hidden;

  cst_dropout_mask(key, sites + CST_DROP_PROJECTED, p, P * E, saved->projected_mask);
  cst_dropout_mask(key, sites + CST_DROP_HIDDEN, p, P * F, saved->hidden_mask);
  cst_dropout_mask(key, sites + CST_DROP_FED, p, P * E, saved->fed_mask);

  cst_attention_forward(&self->attention, params, key, x, &saved->attention, x1, work);
  add_and_norm(P, E, params, self->norm1_weight, self->norm1_bias, x, saved->projected_mask,
               saved->xhat1, saved->inv_std1, x1);

  cst_linear_forward(P, E, F, params + self->weight1, params + self->bias1, x1, hidden);
  for (size_t i = 0; i < P * F; i++)
    hidden[i] = hidden[i] < 0.0f ? 0.0f : hidden[i] * saved->hidden_mask[i];
  cst_linear_forward(P, F, E, params + self->weight2, params + self->bias2, hidden, y);
  add_and_norm(P, E, params, self->norm2_weight, self->norm2_bias, x1, saved->fed_mask,
               saved->xhat2, saved->inv_std2, y);
}

/* dx: gradient of x1 in, of x1 through the feed-forward part too out.  dsum is scratch that holds
 * the gradient of what norm2 saw. */
static void feed_forward_backward(const cst_encoder *self, const float *params,
                                  const cst_encoder_saved *saved, float *gradient, float *dx,
                                  float *dfed, float *dhidden)
{
  const size_t P = self->attention.P, E = self->attention.E, F = self->F;

  memcpy(dfed, dx, P * E * sizeof *dx);
  cst_dropout_apply(P * E, saved->fed_mask, dfed);
  cst_linear_backward(P, F, E, params + self->weight2, saved->hidden, dfed,
                      gradient + self->weight2, gradient + self->bias2, false, dhidden);
  for (size_t i = 0; i < P * F; i++) /* hidden > 0: rectified and not dropped */
    dhidden[i] = saved->hidden[i] > 0.0f ? dhidden[i] * saved->hidden_mask[i] : 0.0f;
  cst_linear_backward(P, E, F, params + self->weight1, saved->x1, dhidden, gradient + self->weight1,
                      gradient + self->bias1, true, dx);
}

void cst_encoder_backward(const cst_encoder *self, const float *params, const float *x,
                          const cst_encoder_saved *saved, const float *dy, float *gradient,
                          float *dx, float *work)
{
  const size_t P = self->attention.P, E = self->attention.E;
  float *branch = work, *dhidden = branch + P * E, *rest = dhidden + P * self->F;

  cst_layernorm_backward(P, E, params + self->norm2_weight, saved->xhat2, saved->inv_std2, dy,
                         gradient + self->norm2_weight, gradient + self->norm2_bias, dx);
  feed_forward_backward(self, params, saved, gradient, dx, branch, dhidden);
  cst_layernorm_backward(P, E, params + self->norm1_weight, saved->xhat1, saved->inv_std1, dx,
                         gradient + self->norm1_weight, gradient + self->norm1_bias, dx);
  memcpy(branch, dx, P * E * sizeof *dx);
  cst_dropout_apply(P * E, saved->projected_mask, branch);
  cst_attention_backward(&self->attention, params, x, &saved->attention, branch, gradient, dx,
                         rest);
}
