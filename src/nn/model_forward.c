/*
 * The training pass forward.
 *
 * A unit's convolution reads what the unit before makes of its own, a row at a time; at each
 * BatchNorm all clips meet.
 */
#include "model_pass.h"

void cst_model_forward_by_definition(cst_model *self, bool on) { self->forward_by_definition = on; }

static const cst_conv *forward_plan(const cst_model *self, const cst_unit *u)
{
  return self->forward_by_definition ? u->definition : u->plan;
}

static void sum_input(cst_model *self, const model_step *s, size_t i, thread_state *thread)
{
  (void)thread;
  cst_batchnorm_sums(self->spec.frames, self->spec.bins, s->batch->features[i],
                     cst_model_row(self, i, self->spec.bins));
}

static void normalise_input(cst_model *self, const model_step *s, size_t i, thread_state *thread)
{
  cst_model_stem(self, &self->train.input, s->params, s->batch->features[i], thread->image[0],
                 self->clips[i].normalised);
}

/* Statistics of a BatchNorm from the rows of all clips of all ranks; the running ones follow. */
static void meet(cst_model *self, cst_weights *w, const cst_model_batch *batch, size_t C,
                 size_t pixels, const cst_batchnorm *bn, const size_t at[3])
{
  const double count = (double)batch->global_clips * (double)pixels;
  const double momentum = batch->momentum ? *batch->momentum : self->spec.bn_momentum;
  cst_model_sum_rows(self, batch, C);
  cst_batchnorm_statistics(C, count, self->totals, self->spec.bn_eps, bn, self->var);
  if (momentum > 0.0)
    cst_batchnorm_track(C, count, bn, self->var, momentum, w->stats + at[0], w->stats + at[1],
                        w->stats + at[2]);
}

static size_t forward_strips(const cst_model *self, const model_step *s)
{
  return self->forward_by_definition ? 1 : cst_model_strips(self, s, s->unit);
}

/* The definition wants its input whole. */
static void convolve_by_definition(cst_model *self, const model_step *s, const clip_state *clip,
                                   thread_state *thread, const cst_conv_target *y)
{
  const cst_unit *u = &self->unit[s->unit];
  const float *x = s->unit % 2 == 0 ? cst_model_block_input(self, clip, s->unit / 2) : NULL;

  if (!x) {
    cst_unit_output(u - 1, &clip->unit[s->unit - 1], thread->image[0]);
    x = thread->image[0];
  }
  cst_conv_forward(u->definition, self->train.unit[s->unit].prepared, x, y->image, thread->work);
  for (size_t i = 0; i < u->shape.H; i++)
    y->seen(y->context, i, y->image + i * u->shape.W * u->shape.C);
}

static void convolve(cst_model *self, const model_step *s, const model_task *t,
                     thread_state *thread)
{
  const cst_unit *u = &self->unit[s->unit];
  const clip_state *clip = &self->clips[t->i];
  const cst_unit_reading before = cst_model_unit_before(self, clip, s->unit);
  const cst_conv_source x = cst_model_unit_input(self, clip, s->unit, &before);
  cst_unit_summing sums = {u, cst_model_strip_row(self, t, u->shape.C)};
  const cst_conv_target y = cst_unit_sum_output(&sums, clip->unit[s->unit].y);

  if (self->forward_by_definition)
    convolve_by_definition(self, s, clip, thread, &y);
  else
    cst_conv_forward_rows(u->plan, self->train.unit[s->unit].prepared,
                          cst_conv_strip_of(u->plan, t->b, t->strips), &x, &y, thread->work);
}

static void open_gate(cst_model *self, const model_step *s, size_t i, thread_state *thread)
{
  const cst_unit *u = &self->unit[s->unit];
  (void)thread;
  cst_unit_gate(u, &self->train.unit[s->unit], s->params, cst_model_row(self, i, u->shape.C),
                &self->clips[i].unit[s->unit]);
}

/* A residual block's output: a strip of its rows. */
static void join(cst_model *self, const model_step *s, const model_task *t, thread_state *thread)
{
  const size_t block = s->unit / 2;
  const cst_unit *u = &self->unit[s->unit];
  const clip_state *clip = &self->clips[t->i];
  const size_t rows = cst_rectify_rows(&u->shape);
  const cst_conv_strip strip = {t->b * rows / t->strips, (t->b + 1) * rows / t->strips};

  (void)thread;
  cst_shortcut_join(&self->shortcut[block], s->params, u, &clip->unit[s->unit],
                    cst_model_block_input(self, clip, block), strip, NULL, clip->z[block]);
}

static void classify(cst_model *self, const model_step *s, size_t i, thread_state *thread)
{
  clip_state *clip = &self->clips[i];
  const float *z = clip->z[self->spec.blocks - 1];

  if (!z) {
    const size_t last = self->units - 1;
    cst_unit_output(&self->unit[last], &clip->unit[last], thread->image[0]);
    z = thread->image[0];
  }
  cst_metadata_forward(&self->head.metadata, s->params, s->stats, cst_model_told(s->batch, i),
                       s->params + self->head.fc_bias, &clip->head.metadata);
  cst_head_forward(&self->head, s->params, s->batch->dropout ? &s->batch->dropout[i] : NULL, z,
                   &clip->head, s->logits + i * self->spec.classes,
                   s->batch->aux ? s->batch->aux + i * self->head.A : NULL, thread->work);
}

/* All units at once, the large ones first. */
static void prepare_weights(cst_model *self, const float *params)
{
#pragma omp parallel for num_threads(self->threads) schedule(dynamic, 1)
  for (size_t i = 0; i < self->units; i++) {
    const size_t k = self->units - 1 - i;
    const cst_unit *u = &self->unit[k];
    cst_conv_prepare(forward_plan(self, u), params + u->conv, self->train.unit[k].prepared);
  }
}

void cst_model_forward(cst_model *self, cst_weights *w, const cst_model_batch *batch, float *logits)
{
  model_step s = {.params = w->params, .stats = w->stats, .batch = batch, .logits = logits};
  const size_t input_at[] = {self->input_mean, self->input_var, self->input_batches};

  CST_ASSERT(batch->clips <= self->max_clips && batch->clips <= batch->global_clips);
  CST_ASSERT(batch->global_clips > 0);
  cst_model_each_clip(self, &s, sum_input);
  meet(self, w, batch, self->spec.bins, self->spec.frames, &self->train.input, input_at);
  cst_model_each_clip(self, &s, normalise_input);
  prepare_weights(self, w->params);

  for (s.unit = 0; s.unit < self->units; s.unit++) {
    const cst_unit *u = &self->unit[s.unit];
    cst_unit_pass *pass = &self->train.unit[s.unit];
    cst_model_each_strip(self, &s, forward_strips(self, &s), convolve);
    for (size_t i = 0; i < batch->clips; i++)
      cst_model_join_strips(self, i, forward_strips(self, &s), u->shape.C);
    meet(self, w, batch, u->shape.C, cst_unit_pixels(u), &pass->bn,
         (size_t[]){u->mean, u->var, u->batches});
    cst_model_each_clip(self, &s, open_gate);
    if (u->joins) cst_model_each_strip(self, &s, cst_model_strips(self, &s, s.unit), join);
  }
  cst_model_each_clip(self, &s, classify);
}
