/*
 * Inference: a clip at a time per thread, with running statistics.  A unit reads the output of the
 * one before out of one buffer and writes to the other.
 */
#include "model_parts.h"

#include <omp.h>

static void prepare(cst_model *self, const cst_weights *w)
{
  const double eps = self->spec.bn_eps;
  cst_batchnorm_running(self->spec.bins, w->stats + self->input_mean, w->stats + self->input_var,
                        eps, &self->infer.input);
  for (size_t i = 0; i < UNITS; i++) {
    const cst_unit *u = &self->unit[i];
    cst_unit_pass *pass = &self->infer.unit[i];
    cst_conv_prepare(u->plan, w->params + u->conv, pass->prepared);
    cst_batchnorm_running(u->shape.C, w->stats + u->mean, w->stats + u->var, eps, &pass->bn);
  }
}

/* y of unit `i` in the buffer that its input is not in.  The gate waits for the clip's mean of y,
 * so that z is made by whoever reads it. */
static void convolve(const cst_model *self, const cst_weights *w, size_t i, thread_state *thread)
{
  const cst_unit *u = &self->unit[i];
  const cst_unit_pass *pass = &self->infer.unit[i];
  cst_unit_clip *clip = thread->clip.unit;
  const cst_unit_reading before =
      i > 0 ? (cst_unit_reading){u - 1, &clip[i - 1]} : (cst_unit_reading){0};
  const cst_conv_source x =
      i > 0 ? cst_unit_read_output(&before) : (cst_conv_source){.image = thread->a};
  cst_unit_summing sums = {u, thread->sums};

  clip[i].y = i % 2 ? thread->a : thread->b;
  const cst_conv_target y = cst_unit_sum_output(&sums, clip[i].y);
  cst_conv_forward_rows(u->plan, pass->prepared, cst_conv_band_of(u->plan, 0, 1), &x, &y,
                        thread->work);
  cst_unit_gate(u, pass, w->params, thread->sums, &clip[i]);
}

static void predict_clip(cst_model *self, const cst_weights *w, const float *features,
                         thread_state *thread, float *logits)
{
  float *z = UNITS % 2 ? thread->a : thread->b; /* the last y is in the other one */

  cst_batchnorm_apply(self->spec.frames, self->spec.bins, &self->infer.input,
                      w->params + self->input_weight, w->params + self->input_bias, features,
                      thread->a);
  for (size_t i = 0; i < UNITS; i++) convolve(self, w, i, thread);
  cst_unit_output(&self->unit[UNITS - 1], &thread->clip.unit[UNITS - 1], z);
  cst_head_forward(&self->head, w->params, NULL, z, &thread->clip.head, logits, thread->work);
}

void cst_model_predict(cst_model *self, const cst_weights *w, size_t n,
                       const float *const *features, float *logits)
{
  prepare(self, w);
#pragma omp parallel for num_threads(self->threads) schedule(dynamic, 1)
  for (size_t i = 0; i < n; i++)
    predict_clip(self, w, features[i], &self->thread[omp_get_thread_num()],
                 logits + i * self->spec.classes);
}
