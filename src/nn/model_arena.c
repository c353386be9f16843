/*
 * A model's memory: one block, laid out by walking the same list twice, first to measure, then to
 * hand out.  A clip keeps its convolution outputs and little else; whatever backward needs besides
 * is made again from them, a row at a time.  A thread has images for inference and the head, and
 * small work space.
 */
#include "cassette/memory.h"
#include "model_parts.h"

typedef struct {
  char *base; /* NULL while measuring */
  size_t used;
} arena;

static void *take(arena *a, size_t n, size_t size)
{
  void *at = a->base ? a->base + a->used : NULL;
  a->used += (n * size + 63) / 64 * 64;
  return at;
}

static float *floats(arena *a, size_t n) { return take(a, n, sizeof(float)); }
static double *doubles(arena *a, size_t n) { return take(a, n, sizeof(double)); }

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

size_t cst_model_channels(const cst_model *self)
{
  size_t max = self->spec.bins;
  for (size_t b = 0; b < self->spec.blocks; b++) max = larger(max, self->spec.channels[b]);
  return max;
}

/* Largest activation: the network's input, or input or output of a convolution. */
static size_t activation_floats(const cst_model *self)
{
  size_t max = self->spec.frames * self->spec.bins;
  for (size_t i = 0; i < self->units; i++) {
    const cst_unit *u = &self->unit[i];
    max = larger(max, cst_unit_pixels(u) * larger(u->from, u->shape.C));
  }
  return max;
}

/* Rows of cst_shortcut_join(). */
static size_t joined_floats(const cst_model *self)
{
  size_t max = 0;
  for (size_t b = 0; self->spec.residual && b < self->spec.blocks; b++) {
    const cst_rectify *last = &self->unit[2 * b + 1].shape;
    max = larger(max, cst_shortcut_rows(&self->shortcut[b], last->down) * last->W * last->C);
  }
  return max;
}

static size_t work_floats(const cst_model *self)
{
  size_t max = cst_head_work_floats(&self->head);
  for (size_t i = 0; i < self->units; i++) {
    max = larger(max, cst_conv_rows_work_floats(self->unit[i].plan));
    max = larger(max, cst_conv_work_floats(self->unit[i].definition));
  }
  return max;
}

static size_t lines_floats(const cst_model *self)
{
  size_t max = 0;
  for (size_t i = 0; i < self->units; i++) max = larger(max, cst_unit_lines_floats(&self->unit[i]));
  return max;
}

static size_t unit_work_doubles(const cst_model *self)
{
  size_t max = 0;
  for (size_t i = 0; i < self->units; i++) max = larger(max, cst_unit_work_doubles(&self->unit[i]));
  return max;
}

static void place_pass(const cst_model *self, arena *a, model_pass *pass)
{
  pass->input.mean = doubles(a, self->spec.bins);
  pass->input.inv_std = doubles(a, self->spec.bins);
  for (size_t i = 0; i < self->units; i++) {
    const cst_unit *u = &self->unit[i];
    const size_t C = u->shape.C;
    pass->unit[i].prepared = floats(
        a, larger(cst_conv_prepared_floats(u->plan), cst_conv_prepared_floats(u->definition)));
    pass->unit[i].bn.mean = doubles(a, C);
    pass->unit[i].bn.inv_std = doubles(a, C);
  }
}

static void place_unit(const cst_unit *unit, arena *a, cst_unit_clip *clip)
{
  const size_t C = unit->shape.C;
  clip->mean = doubles(a, C);
  clip->squeezed = doubles(a, C);
  clip->dsqueezed = doubles(a, C);
  clip->hidden = doubles(a, unit->R);
  clip->gate = doubles(a, C);
  clip->a = floats(a, C);
  clip->b = floats(a, C);
}

static void place_head(const cst_head *head, arena *a, cst_head_clip *clip)
{
  const size_t frames = head->pool.P * head->pool.C;
  for (size_t l = 0; l <= head->layers; l++) clip->frames[l] = floats(a, frames);
  clip->maxed = floats(a, head->pool.C);
  clip->mask = floats(a, head->pool.C);
  clip->dpooled = floats(a, frames);
  clip->metadata.bias = floats(a, head->K);
  for (size_t l = 0; l < head->layers; l++) {
    const size_t saved = cst_encoder_place(&head->encoder[l], NULL, &clip->encoder[l]);
    cst_encoder_place(&head->encoder[l], floats(a, saved), &clip->encoder[l]);
  }
}

/* All but the convolution outputs and the input: what inference needs, too. */
static void place_small(const cst_model *self, arena *a, clip_state *clip)
{
  for (size_t i = 0; i < self->units; i++) place_unit(&self->unit[i], a, &clip->unit[i]);
  place_head(&self->head, a, &clip->head);
}

static void place_clip(const cst_model *self, arena *a, clip_state *clip)
{
  float *images = floats(a, self->image_floats);
  if (images) cst_model_place_images(self, images, clip);
  place_small(self, a, clip);
}

static void place_thread(const cst_model *self, arena *a, thread_state *thread)
{
  for (size_t i = 0; i < (self->spec.residual ? 3 : 2); i++)
    thread->image[i] = floats(a, activation_floats(self));
  thread->joined = floats(a, joined_floats(self));
  thread->work = floats(a, work_floats(self));
  thread->lines = floats(a, lines_floats(self));
  thread->gradient = floats(a, self->params.floats);
  thread->sums = doubles(a, 2 * cst_model_channels(self));
  thread->unit_work = doubles(a, unit_work_doubles(self));
  place_small(self, a, &thread->clip);
}

static void place(cst_model *self, arena *a)
{
  const size_t channels = cst_model_channels(self);
  place_pass(self, a, &self->train);
  place_pass(self, a, &self->infer);
  self->strips = doubles(a, self->max_clips * STRIPS * 2 * channels);
  self->rows = doubles(a, self->max_clips * 2 * channels);
  self->totals = doubles(a, 2 * channels);
  self->var = doubles(a, channels);
  for (size_t i = 0; i < self->max_clips; i++) place_clip(self, a, &self->clips[i]);
  for (int t = 0; t < self->threads; t++) place_thread(self, a, &self->thread[t]);
}

cst_status cst_model_allocate(cst_model *self)
{
  cst_status st = CST_OK;
  arena measure = {0}, hand_out = {0};

  for (size_t i = 0; i < self->units; i++) {
    const cst_unit *u = &self->unit[i];
    CST_TRY(cst_conv_create(u->shape.H, u->shape.W, u->from, u->shape.C, self->spec.convolution,
                            &self->unit[i].plan));
    cst_conv_set_products(self->unit[i].plan, self->spec.products);
    CST_TRY(cst_conv_create(u->shape.H, u->shape.W, u->from, u->shape.C, CST_CONV_BY_LOOPS,
                            &self->unit[i].definition));
  }
  CST_ALLOC(self->clips, self->max_clips);
  CST_ALLOC(self->thread, (size_t)self->threads);
  CST_TRY(cst_exact_create(2 * cst_model_channels(self), &self->exact));
  CST_TRY(cst_stripes_make(self->params.floats, &self->stripes));
  self->image_floats = cst_model_plan_images(self);
  place(self, &measure);
  CST_ALLOC(self->arena, measure.used);
  hand_out.base = self->arena;
  place(self, &hand_out);
  self->arena_bytes = measure.used;
done:
  return st;
}

size_t cst_model_bytes(const cst_model *self) { return self->arena_bytes; }
