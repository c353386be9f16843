/*
 * Inference: a clip at a time per thread, with running statistics.  A unit reads the output of the
 * one before out of one image and writes to another; a residual block keeps its input in a third.
 *
 * Taking the running statistics from given clips goes the same way: with those of the BatchNorms
 * before it in force, the sums of a BatchNorm's input are the exact sums over clips, each in double
 * over its pixels.
 */
#include "model_parts.h"

#include "cassette/memory.h"

#include <omp.h>
#include <string.h>

static void prepare(cst_model *self, const cst_weights *w)
{
  const double eps = self->spec.bn_eps;
  cst_batchnorm_running(self->spec.bins, w->stats + self->input_mean, w->stats + self->input_var,
                        eps, &self->infer.input);
  for (size_t i = 0; i < self->units; i++) {
    const cst_unit *u = &self->unit[i];
    cst_unit_pass *pass = &self->infer.unit[i];
    cst_conv_prepare(u->plan, w->params + u->conv, pass->prepared);
    cst_batchnorm_running(u->shape.C, w->stats + u->mean, w->stats + u->var, eps, &pass->bn);
  }
}

/* An image of the thread's that holds neither of the two. */
static float *free_image(const thread_state *thread, const float *p, const float *q)
{
  float *const *image = thread->image;
  while (*image == p || *image == q) image++;
  return *image;
}

/* y of unit `i`.  The gate waits for the clip's mean of y, so that z is made by whoever reads it.
 * @p input: of the block, NULL where it is z of the unit before. */
static void convolve(const cst_model *self, const cst_weights *w, size_t i, thread_state *thread,
                     const float *input)
{
  const cst_unit *u = &self->unit[i];
  const cst_unit_pass *pass = &self->infer.unit[i];
  cst_unit_clip *clip = &thread->clip.unit[i];
  const bool image = i % 2 == 0 && input;
  const cst_unit_reading before =
      image ? (cst_unit_reading){0} : (cst_unit_reading){u - 1, clip - 1};
  const cst_conv_source x =
      image ? (cst_conv_source){.image = input} : cst_unit_read_output(&before);
  cst_unit_summing sums = {u, thread->sums};

  clip->y = free_image(thread, input, image ? NULL : clip[-1].y);
  const cst_conv_target y = cst_unit_sum_output(&sums, clip->y);
  cst_conv_forward_rows(u->plan, pass->prepared, cst_conv_strip_of(u->plan, 0, 1), &x, &y,
                        thread->work);
  cst_unit_gate(u, pass, w->params, thread->sums, clip);
}

/* z of a block's last unit, where it is an image. */
static const float *close_block(const cst_model *self, const cst_weights *w, size_t block,
                                thread_state *thread, const float *input)
{
  const size_t k = 2 * block + 1;
  const cst_unit *u = &self->unit[k];
  const cst_unit_clip *clip = &thread->clip.unit[k];
  float *z = free_image(thread, clip->y, u->joins ? input : NULL);

  if (u->joins)
    cst_shortcut_join(&self->shortcut[block], w->params, u, clip, input,
                      (cst_conv_strip){0, cst_rectify_rows(&u->shape)}, thread->joined, z);
  else
    cst_unit_output(u, clip, z);
  return z;
}

/* Units 0 to `end`; the last block's input.  Leaves the last one's sums in thread->sums. */
static const float *convolve_to(const cst_model *self, const cst_weights *w, const float *features,
                                size_t end, thread_state *thread)
{
  const float *input = thread->image[0];

  cst_model_stem(self, &self->infer.input, w->params, features, thread->image[1], thread->image[0]);
  for (size_t i = 0; i < end; i++) {
    convolve(self, w, i, thread, input);
    if (i % 2 == 0 && !self->spec.residual) input = NULL; /* nobody reads it again */
    if (i % 2 == 1 && self->spec.residual && i + 1 < end)
      input = close_block(self, w, i / 2, thread, input);
  }
  return input;
}

static void predict_clip(cst_model *self, const cst_weights *w, const float *features,
                         const cst_told *told, thread_state *thread, float *logits)
{
  const float *input = convolve_to(self, w, features, self->units, thread);
  const float *z = close_block(self, w, self->spec.blocks - 1, thread, input);
  cst_metadata_forward(&self->head.metadata, w->params, w->stats, told,
                       w->params + self->head.fc_bias, &thread->clip.head.metadata);
  cst_head_forward(&self->head, w->params, NULL, z, &thread->clip.head, logits, NULL, thread->work);
}

void cst_model_predict(cst_model *self, const cst_weights *w, size_t n,
                       const float *const *features, const cst_told *told, float *logits)
{
  prepare(self, w);
#pragma omp parallel for num_threads(self->threads) schedule(dynamic, 1)
  for (size_t i = 0; i < n; i++)
    predict_clip(self, w, features[i], told ? &told[i] : NULL, &self->thread[omp_get_thread_num()],
                 logits + i * self->spec.classes);
}

/* ---- statistics ---- */

enum { CLIPS_AT_A_TIME = 16 };

/* A BatchNorm: the input's, or of unit norm - 1. */
typedef struct {
  size_t C, pixels;
  const cst_batchnorm *bn;
  size_t mean, var; /* offsets */
} norm_place;

static norm_place place_of(const cst_model *self, size_t norm)
{
  if (norm == 0)
    return (norm_place){self->spec.bins, self->spec.frames, &self->infer.input, self->input_mean,
                        self->input_var};
  const cst_unit *u = &self->unit[norm - 1];
  return (norm_place){u->shape.C, cst_unit_pixels(u), &self->infer.unit[norm - 1].bn, u->mean,
                      u->var};
}

/* Sums [2][C] of the BatchNorm's input in a clip. */
static void sum_clip(cst_model *self, const cst_weights *w, size_t norm, const float *features,
                     thread_state *thread, double *sums)
{
  if (norm == 0) {
    cst_batchnorm_sums(self->spec.frames, self->spec.bins, features, sums);
    return;
  }
  convolve_to(self, w, features, norm, thread);
  memcpy(sums, thread->sums, 2 * self->unit[norm - 1].shape.C * sizeof *sums);
}

/* This rank's clips into the exact sums; @p rows, @p sums: room for @p capacity clips. */
static cst_status sum_clips(cst_model *self, const cst_weights *w, size_t norm,
                            const cst_model_clips *clips, size_t capacity, const float **rows,
                            double *sums)
{
  cst_status st = CST_OK;
  const size_t n = 2 * place_of(self, norm).C;
  for (size_t first = 0; first < clips->clips; first += capacity) {
    const size_t left = clips->clips - first, count = left < capacity ? left : capacity;
    CST_TRY(clips->read(clips->context, first, count, rows));
#pragma omp parallel for num_threads(self->threads) schedule(dynamic, 1)
    for (size_t i = 0; i < count; i++)
      sum_clip(self, w, norm, rows[i], &self->thread[omp_get_thread_num()], sums + i * n);
    for (size_t i = 0; i < count; i++) cst_exact_add_f64(self->exact, 0, n, sums + i * n);
  }
done:
  return st;
}

/* The running statistics := those of the totals. */
static cst_status settle(cst_model *self, size_t norm, size_t global_clips, cst_weights *w)
{
  const norm_place at = place_of(self, norm);
  const double count = (double)global_clips * (double)at.pixels;
  size_t bad;
  cst_exact_total(self->exact, self->comm, self->totals, &bad);
  if (bad < 2 * at.C)
    return cst_raise(CST_ERR_NUMBERS,
                     "statistics of %zu clips are not finite; check their "
                     "features, and the learning rate",
                     global_clips);
  cst_batchnorm_statistics(at.C, count, self->totals, self->spec.bn_eps, at.bn, self->var);
  for (size_t c = 0; c < at.C; c++) {
    w->stats[at.mean + c] = (float)at.bn->mean[c];
    w->stats[at.var + c] = (float)self->var[c];
  }
  return CST_OK;
}

cst_status cst_model_take_statistics(cst_model *self, cst_weights *w, const cst_model_clips *clips)
{
  cst_status st = CST_OK;
  const size_t capacity = CLIPS_AT_A_TIME * (size_t)self->threads;
  const float **rows = NULL;
  double *sums = NULL;
  CST_ASSERT(clips->global_clips > 0 && clips->global_clips <= CST_EXACT_MAX_TERMS);
  CST_ALLOC(rows, capacity);
  CST_ALLOC(sums, capacity * 2 * cst_model_channels(self));
done:
  st = cst_comm_agree(self->comm, st);
  for (size_t norm = 0; norm <= self->units && st == CST_OK; norm++) {
    prepare(self, w);
    st = cst_comm_agree(self->comm, sum_clips(self, w, norm, clips, capacity, rows, sums));
    if (st == CST_OK) st = settle(self, norm, clips->global_clips, w);
  }
  cst_exact_clear(self->exact);
  cst_free(rows);
  cst_free(sums);
  return st;
}
