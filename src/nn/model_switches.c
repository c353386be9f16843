/* Contract in model_parts.h. */
#include "linear.h"
#include "model_parts.h"

#include <float.h>
#include <math.h>

/* Whether v + by is on the other side of a rectifier's zero. */
static bool crosses(double v, double by) { return (v > 0.0) != (v + by > 0.0); }

/* v = a y + b is large where y is or b is, though their sum may be small. */
static void move_unit(const cst_unit *u, const cst_batchnorm *bn, double reach,
                      const cst_unit_clip *clip)
{
  for (size_t c = 0; c < u->shape.C; c++) {
    const double y = hypot(bn->mean[c], 1.0 / bn->inv_std[c]), a = clip->a[c], b = clip->b[c];
    clip->b[c] = (float)(b + reach * (fabs(a) * y + fabs(b)));
  }
}

/* The squeeze sees means of BatchNorm's output, whose size is that of weight and bias. */
static void move_gate(const cst_unit *u, const float *params, double reach,
                      const cst_unit_clip *clip)
{
  const size_t C = u->shape.C;
  const float *weight = params + u->bn_weight, *bias = params + u->bn_bias;

  for (size_t r = 0; r < u->R; r++) {
    const float *down = params + u->down + r * C;
    double v = 0.0, size = 0.0;
    for (size_t c = 0; c < C; c++) {
      v += (double)down[c] * clip->squeezed[c];
      size = hypot(size, (double)down[c] * hypot((double)weight[c], (double)bias[c]));
    }
    if (crosses(v, reach * size)) clip->hidden[r] = reach > 0.0 ? DBL_MIN : 0.0;
  }
}

/* The feed-forward part sees norm1's output.  v [P][F]: room. */
static void move_feed_forward(const cst_encoder *e, const float *params, double reach,
                              const cst_encoder_saved *saved, float *v)
{
  const size_t P = e->attention.P, E = e->attention.E, F = e->F;
  const float *bias = params + e->bias1;
  const float *norm_weight = params + e->norm1_weight, *norm_bias = params + e->norm1_bias;

  cst_linear_forward(P, E, F, params + e->weight1, bias, saved->x1, v);
  for (size_t f = 0; f < F; f++) {
    const float *w = params + e->weight1 + f * E;
    double size = fabs((double)bias[f]);
    for (size_t i = 0; i < E; i++)
      size = hypot(size, (double)w[i] * hypot((double)norm_weight[i], (double)norm_bias[i]));
    for (size_t i = f; i < P * F; i += F)
      if (crosses((double)v[i], reach * size)) saved->hidden[i] = reach > 0.0 ? FLT_MIN : 0.0f;
  }
}

/* Of the frames that may be the largest, the least: frames that are equal by construction, where
 * the pool's bins overlap, are no alternative to each other. */
static void move_maxima(const cst_head *head, const float *params, double reach,
                        const cst_head_clip *clip)
{
  const size_t P = head->pool.P, E = head->pool.C;
  const float *weight = params + head->encoder.norm2_weight;
  const float *bias = params + head->encoder.norm2_bias;

  for (size_t e = 0; e < E; e++) {
    const double size = hypot((double)weight[e], (double)bias[e]);
    const double within = (double)clip->maxed[e] - 2.0 * reach * size;
    float *min = NULL;
    for (float *x = clip->encoded + e; x < clip->encoded + P * E; x += E)
      if ((double)*x >= within && !(min && *x >= *min)) min = x;
    if (min && *min < clip->maxed[e]) *min = INFINITY;
  }
}

void cst_model_move_switches(cst_model *self, const float *params, size_t clips, double reach)
{
  for (size_t i = 0; i < clips; i++) {
    const clip_state *clip = &self->clips[i];
    for (size_t k = 0; k < UNITS; k++) {
      move_unit(&self->unit[k], &self->train.unit[k].bn, reach, &clip->unit[k]);
      move_gate(&self->unit[k], params, reach, &clip->unit[k]);
    }
    move_feed_forward(&self->head.encoder, params, reach, &clip->head.encoder,
                      self->thread[0].work);
    if (reach > 0.0) move_maxima(&self->head, params, reach, &clip->head);
  }
}
