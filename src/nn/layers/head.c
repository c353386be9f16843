/* Contracts and shapes in head.h. */
#include "head.h"

#include "linear.h"

#include <string.h>

/* Gradients of maxed and of two layers' frames, and what an encoder layer needs. */
size_t cst_head_work_floats(const cst_head *self)
{
  const size_t layer = self->layers ? cst_encoder_work_floats(&self->encoder[0]) : 0;
  return (1 + 2 * self->pool.P) * self->pool.C + layer;
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

/* [E] of encoded [P][E]. */
static void aggregate(const cst_head *self, const float *encoded, float *out)
{
  const size_t P = self->pool.P, E = self->pool.C;
  for (size_t e = 0; e < E; e++) {
    if (self->aggregate == CST_AGGREGATE_MAX) {
      out[e] = encoded[first_maximum(P, E, encoded, e) * E + e];
      continue;
    }
    double sum = 0.0;
    for (size_t p = 0; p < P; p++) sum += (double)encoded[p * E + e];
    out[e] = (float)(sum / (double)P);
  }
}

static void aggregate_backward(const cst_head *self, const float *encoded, const float *dout,
                               float *dencoded)
{
  const size_t P = self->pool.P, E = self->pool.C;
  if (self->aggregate == CST_AGGREGATE_MEAN) {
    for (size_t i = 0; i < P * E; i++) dencoded[i] = dout[i % E] / (float)P;
    return;
  }
  memset(dencoded, 0, P * E * sizeof *dencoded);
  for (size_t e = 0; e < E; e++) dencoded[first_maximum(P, E, encoded, e) * E + e] = dout[e];
}

void cst_head_forward(const cst_head *self, const float *params, const cst_random_key *key,
                      const float *x, const cst_head_clip *clip, float *logits, float *aux,
                      float *work)
{
  const size_t E = self->pool.C;
  const float *bias =
      cst_metadata_width(&self->metadata) > 0 ? clip->metadata.bias : params + self->fc_bias;

  cst_pool_forward(&self->pool, x, clip->frames[0]);
  for (size_t l = 0; l < self->layers; l++)
    cst_encoder_forward(&self->encoder[l], params, key, clip->frames[l], &clip->encoder[l],
                        clip->frames[l + 1], work);
  aggregate(self, clip->frames[self->layers], clip->maxed);
  cst_dropout_mask(key, CST_DROP_HEAD, self->dropout, E, clip->mask);
  cst_dropout_apply(E, clip->mask, clip->maxed);
  cst_linear_forward(1, E, self->K, params + self->fc_weight, bias, clip->maxed, logits);
  if (aux)
    cst_linear_forward(1, E, self->A, params + self->aux_weight, params + self->aux_bias,
                       clip->maxed, aux);
}

void cst_head_backward(const cst_head *self, const float *params, const float *dlogits,
                       const float *daux, const cst_head_clip *clip, float *gradient, float *work)
{
  const size_t E = self->pool.C, frames = self->pool.P * E;
  float *dmaxed = work, *dframes[] = {dmaxed + E, dmaxed + E + frames};
  float *rest = dmaxed + E + 2 * frames, *dy = self->layers ? dframes[0] : clip->dpooled;

  cst_linear_backward(1, E, self->K, params + self->fc_weight, clip->maxed, dlogits,
                      gradient + self->fc_weight, gradient + self->fc_bias, false, dmaxed);
  if (daux)
    cst_linear_backward(1, E, self->A, params + self->aux_weight, clip->maxed, daux,
                        gradient + self->aux_weight, gradient + self->aux_bias, true, dmaxed);
  cst_dropout_apply(E, clip->mask, dmaxed);
  aggregate_backward(self, clip->frames[self->layers], dmaxed, dy);
  for (size_t l = self->layers; l-- > 0;) {
    float *dx = l == 0 ? clip->dpooled : dframes[dy == dframes[0]];
    cst_encoder_backward(&self->encoder[l], params, clip->frames[l], &clip->encoder[l], dy,
                         gradient, dx, rest);
    dy = dx;
  }
}
