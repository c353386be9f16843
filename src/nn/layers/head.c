/* Contracts and shapes in head.h. */
#include "head.h"

#include "linear.h"

#include <string.h>

/* Gradients of maxed and encoded, and what the encoder needs. */
size_t cst_head_work_floats(const cst_head *self)
{
  return (1 + self->pool.P) * self->pool.C + cst_encoder_work_floats(&self->encoder);
}

/* Frame of the first maximum of column e; the first NaN counts as one, as in torch.max. */
static size_t first_maximum(size_t P, size_t E, const float *x, size_t e)
{
  size_t best = 0;
  for (size_t p = 0; p < P; p++) {
    const float v = x[p * E + e];
    if (v != v) return p;
    if (v > x[best * E + e]) best = p;
  }
  return best;
}

void cst_head_forward(const cst_head *self, const float *params, const cst_random_key *key,
                      const float *x, const cst_head_clip *clip, float *logits, float *aux,
                      float *work)
{
  const size_t P = self->pool.P, E = self->pool.C;

  cst_pool_forward(&self->pool, x, clip->pooled);
  cst_encoder_forward(&self->encoder, params, key, clip->pooled, &clip->encoder, clip->encoded,
                      work);
  for (size_t e = 0; e < E; e++)
    clip->maxed[e] = clip->encoded[first_maximum(P, E, clip->encoded, e) * E + e];
  cst_linear_forward(1, E, self->K, params + self->fc_weight, params + self->fc_bias, clip->maxed,
                     logits);
  if (aux)
    cst_linear_forward(1, E, self->A, params + self->aux_weight, params + self->aux_bias,
                       clip->maxed, aux);
}

void cst_head_backward(const cst_head *self, const float *params, const float *dlogits,
                       const float *daux, const cst_head_clip *clip, float *gradient, float *work)
{
  const size_t P = self->pool.P, E = self->pool.C;
  float *dmaxed = work, *dencoded = dmaxed + E, *rest = dencoded + P * E;

  cst_linear_backward(1, E, self->K, params + self->fc_weight, clip->maxed, dlogits,
                      gradient + self->fc_weight, gradient + self->fc_bias, false, dmaxed);
  if (daux)
    cst_linear_backward(1, E, self->A, params + self->aux_weight, clip->maxed, daux,
                        gradient + self->aux_weight, gradient + self->aux_bias, true, dmaxed);
  memset(dencoded, 0, P * E * sizeof *dencoded);
  for (size_t e = 0; e < E; e++)
    dencoded[first_maximum(P, E, clip->encoded, e) * E + e] = dmaxed[e];
  cst_encoder_backward(&self->encoder, params, clip->pooled, &clip->encoder, dencoded, gradient,
                       clip->dpooled, rest);
}
