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

/* v of a unit that joins is there already: s besides is as large as v is. */
static void move_joined(const cst_unit *u, const cst_batchnorm *bn, double reach,
                        const cst_unit_clip *clip)
{
  const size_t C = u->shape.C, pixels = cst_unit_pixels(u);
  for (size_t c = 0; c < C; c++) {
    const double y = hypot(bn->mean[c], 1.0 / bn->inv_std[c]);
    double squares = 0.0;
    for (size_t i = 0; i < pixels; i++)
      squares += (double)clip->v[i * C + c] * (double)clip->v[i * C + c];
    const double by = reach * (fabs((double)clip->a[c]) * y + fabs((double)clip->b[c]) +
                               sqrt(squares / (double)pixels));
    for (size_t i = 0; i < pixels; i++)
      clip->v[i * C + c] = (float)((double)clip->v[i * C + c] + by);
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

/* Size of channel e of the frames: what a layer's norm makes of it, or what is there. */
static double frame_size(const cst_head *head, const float *params, const cst_head_clip *clip,
                         size_t e)
{
  const size_t P = head->pool.P, E = head->pool.C;
  double squares = 0.0;
  if (head->layers > 0) {
    const cst_encoder *last = &head->encoder[head->layers - 1];
    return hypot((double)params[last->norm2_weight + e], (double)params[last->norm2_bias + e]);
  }
  for (size_t p = 0; p < P; p++)
    squares += (double)clip->frames[0][p * E + e] * (double)clip->frames[0][p * E + e];
  return sqrt(squares / (double)P);
}

/* Of the frames that may be the largest, the least: frames that are equal by construction, where
 * the pool's bins overlap, are no alternative to each other. */
static void move_maxima(const cst_head *head, const float *params, double reach,
                        const cst_head_clip *clip)
{
  const size_t P = head->pool.P, E = head->pool.C;
  float *encoded = clip->frames[head->layers];

  for (size_t e = 0; e < E; e++) {
    const double within = (double)clip->maxed[e] - 2.0 * reach * frame_size(head, params, clip, e);
    float *min = NULL;
    for (float *x = encoded + e; x < encoded + P * E; x += E)
      if ((double)*x >= within && !(min && *x >= *min)) min = x;
    if (min && *min < clip->maxed[e]) *min = INFINITY;
  }
}

static void move_head(const cst_head *head, const float *params, double reach,
                      const cst_head_clip *clip, float *work)
{
  for (size_t l = 0; l < head->layers; l++)
    move_feed_forward(&head->encoder[l], params, reach, &clip->encoder[l], work);
  if (reach > 0.0 && head->aggregate == CST_AGGREGATE_MAX) move_maxima(head, params, reach, clip);
}

void cst_model_move_switches(cst_model *self, const float *params, size_t clips, double reach)
{
  for (size_t i = 0; i < clips; i++) {
    const clip_state *clip = &self->clips[i];
    for (size_t k = 0; k < self->units; k++) {
      const cst_unit *u = &self->unit[k];
      if (u->joins)
        move_joined(u, &self->train.unit[k].bn, reach, &clip->unit[k]);
      else
        move_unit(u, &self->train.unit[k].bn, reach, &clip->unit[k]);
      move_gate(u, params, reach, &clip->unit[k]);
    }
    move_head(&self->head, params, reach, &clip->head, self->thread[0].work);
  }
}
