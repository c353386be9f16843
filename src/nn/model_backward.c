/*
 * The training pass backward.
 *
 * A gradient is added to the exact sum of its tensor as soon as it is made; the sums that a
 * BatchNorm waits for are made while the gradient that they are over is written.
 */
#include "model_pass.h"

/* Tensors between two offsets, of one clip or strip. */
static void add_tensors(const cst_model *self, const model_step *s, const thread_state *thread,
                        size_t first, size_t end)
{
  cst_stripes_add_f32(&self->stripes, s->gradient, first, end - first, thread->gradient + first);
}

/* A BatchNorm's gradient in a clip is what its sums [2][C] of dy and dy xhat say. */
static void add_norm(const cst_model *self, const model_step *s, size_t bias, size_t weight,
                     size_t C, const double *sums)
{
  cst_stripes_add_f64(&self->stripes, s->gradient, bias, C, sums);
  cst_stripes_add_f64(&self->stripes, s->gradient, weight, C, sums + C);
}

/* From the sums over dz of unit `k`, in the clip's row, to those of its BatchNorm. */
static void finish_sums(cst_model *self, const model_step *s, size_t k, size_t i,
                        thread_state *thread)
{
  const cst_unit *u = &self->unit[k];
  const size_t C = u->shape.C;
  double *sums = cst_model_row(self, i, C);

  cst_unit_backward_sums(u, &self->train.unit[k], s->params, &self->clips[i].unit[k],
                         thread->gradient, sums, thread->unit_work);
  add_norm(self, s, u->bn_bias, u->bn_weight, C, sums);
  if (u->R > 0) add_tensors(self, s, thread, u->down, u->up + C * u->R);
}

/* Sums over dz of a unit, of a whole image. */
static void sum_gradient(const cst_unit *u, const cst_unit_clip *clip, float *dz, double *sums)
{
  cst_unit_gathering gathering = {u, clip, sums};
  const cst_conv_target target = cst_unit_sum_gradient(&gathering, dz);
  const size_t row = cst_rectify_row_floats(&u->shape);

  for (size_t i = 0; i < cst_rectify_rows(&u->shape); i++)
    target.seen(target.context, i, dz + i * row);
  cst_unit_finish_sums(u, sums);
}

static void classify_back(cst_model *self, const model_step *s, size_t i, thread_state *thread)
{
  const cst_head *head = &self->head;
  const size_t last = self->units - 1;
  const cst_unit *u = &self->unit[last];
  const clip_state *clip = &self->clips[i];
  const float *daux = s->batch->daux ? s->batch->daux + i * head->A : NULL;

  cst_head_backward(head, s->params, s->dlogits + i * head->K, daux, &clip->head, thread->gradient,
                    thread->work);
  cst_metadata_backward(&head->metadata, s->params, s->stats, cst_model_told(s->batch, i),
                        &clip->head.metadata, s->dlogits + i * head->K, thread->gradient);
  add_tensors(self, s, thread, head->begin, head->end);
  if (daux) add_tensors(self, s, thread, head->aux_weight, head->aux_bias + head->A);
  cst_pool_backward(&head->pool, clip->head.dpooled, clip->dx[last + 1]);
  sum_gradient(u, &clip->unit[last], clip->dx[last + 1], cst_model_row(self, i, u->shape.C));
  finish_sums(self, s, last, i, thread);
}

/* Who is told of dx of unit `k`: the unit before, whose sums it is for, and at the start of a
 * residual block first the shortcut. */
typedef struct {
  cst_unit_gathering gathering;
  cst_shortcut_adding adding;
} dx_listeners;

static cst_conv_target gradient_target(const cst_model *self, const model_step *s,
                                       const model_task *t, thread_state *thread,
                                       dx_listeners *listeners)
{
  const size_t k = s->unit, block = k / 2;
  const clip_state *clip = &self->clips[t->i];
  const cst_shortcut *shortcut = &self->shortcut[block];
  cst_conv_target dx = {.image = clip->dx[k]};

  if (k > 0) {
    const cst_unit *before = &self->unit[k - 1];
    listeners->gathering = (cst_unit_gathering){before, &clip->unit[k - 1],
                                                cst_model_strip_row(self, t, before->shape.C)};
    dx = cst_unit_sum_gradient(&listeners->gathering, dx.image);
  }
  if (k % 2 == 1 || !self->spec.residual) return dx;
  listeners->adding =
      (cst_shortcut_adding){.shortcut = shortcut,
                            .params = s->params,
                            .x = cst_model_block_input(self, clip, block),
                            .ds = clip->unit[k + 1].v,
                            .dw = thread->gradient + shortcut->weight,
                            .next = dx,
                            .end = cst_conv_strip_of(self->unit[k].plan, t->b, t->strips).end};
  return cst_shortcut_add_gradient(&listeners->adding);
}

/* One pass over y and dz of the unit, and over y of the unit before: dw, dx, and the sums over dx
 * that the unit before waits for. */
static void convolve_back(cst_model *self, const model_step *s, const model_task *t,
                          thread_state *thread)
{
  const size_t k = s->unit;
  const cst_unit *u = &self->unit[k];
  const cst_unit_pass *pass = &self->train.unit[k];
  const clip_state *clip = &self->clips[t->i];
  const cst_unit_unwinding unwinding = {u, &clip->unit[k], clip->dx[k + 1], thread->lines};
  const cst_unit_reading before = cst_model_unit_before(self, clip, k);
  const cst_conv_source x = cst_model_unit_input(self, clip, k, &before);
  const cst_conv_source dy = cst_unit_read_gradient(&unwinding);
  dx_listeners listeners;
  const cst_conv_target dx = gradient_target(self, s, t, thread, &listeners);

  cst_unit_backward_lines(u, pass, s->params, &clip->unit[k], self->totals,
                          (double)s->batch->global_clips * (double)cst_unit_pixels(u),
                          thread->lines);
  cst_conv_backward_rows(u->plan, pass->prepared, cst_conv_strip_of(u->plan, t->b, t->strips), &x,
                         &dy, thread->gradient + u->conv, &dx, thread->work);
  add_tensors(self, s, thread, u->conv, u->conv + u->shape.C * u->from * 9);
  if (k % 2 == 0 && self->spec.residual && self->shortcut[k / 2].projects) {
    const cst_shortcut *h = &self->shortcut[k / 2];
    add_tensors(self, s, thread, h->weight, h->weight + h->C * h->from);
  }
}

/* The sums over dz of the unit before are whole once all strips are. */
static void finish_before(cst_model *self, const model_step *s, size_t i, thread_state *thread)
{
  const cst_unit *before = &self->unit[s->unit - 1];
  cst_model_join_strips(self, i, cst_model_strips(self, s, s->unit), before->shape.C);
  cst_unit_finish_sums(before, cst_model_row(self, i, before->shape.C));
  finish_sums(self, s, s->unit - 1, i, thread);
}

/* The input's gradient is needed for its BatchNorm's weight and bias alone. */
static void input_back(cst_model *self, const model_step *s, size_t i, thread_state *thread)
{
  const float *d = cst_model_stem_back(self, self->clips[i].dx[0], thread->image[0]);
  cst_batchnorm_backward_sums(self->spec.frames, self->spec.bins, &self->train.input,
                              s->batch->features[i], d, thread->sums);
  add_norm(self, s, self->input_bias, self->input_weight, self->spec.bins, thread->sums);
}

void cst_model_backward(cst_model *self, const cst_weights *w, const cst_model_batch *batch,
                        const float *dlogits, cst_exact *gradient)
{
  model_step s = {.params = w->params,
                  .stats = w->stats,
                  .batch = batch,
                  .dlogits = dlogits,
                  .gradient = gradient};

  cst_model_each_clip(self, &s, classify_back);
  for (size_t k = self->units; k-- > 0;) {
    const cst_unit *u = &self->unit[k];
    s.unit = k;
    if (self->forward_by_definition)
      cst_conv_prepare(u->plan, w->params + u->conv, self->train.unit[k].prepared);
    cst_model_sum_rows(self, batch, u->shape.C);
    cst_model_each_strip(self, &s, cst_model_strips(self, &s, k), convolve_back);
    if (k > 0) cst_model_each_clip(self, &s, finish_before);
  }
  cst_model_each_clip(self, &s, input_back);
}
