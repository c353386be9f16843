/*
 * Inference: a clip at a time per thread, with running statistics, nothing kept between units.
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

/* z of unit `i` from x, in whichever of the two buffers the thread has to offer. */
static float *unit_output(const cst_model *self, const cst_weights *w, size_t i,
                          thread_state *thread, float *x)
{
  const cst_unit *u = &self->unit[i];
  const cst_unit_pass *pass = &self->infer.unit[i];
  const cst_unit_clip *clip = &thread->clip.unit[i];
  float *y = x == thread->a ? thread->b : thread->a;
  float *z = u->shape.pooled ? x : y;

  cst_conv_forward(u->plan, pass->prepared, x, y, thread->work);
  cst_batchnorm_sums(cst_unit_pixels(u), u->shape.C, y, thread->sums);
  cst_unit_gate(u, pass, w->params, thread->sums, clip);
  cst_unit_output(u, clip, y, z);
  return z;
}

static void predict_clip(cst_model *self, const cst_weights *w, const float *features,
                         thread_state *thread, float *logits)
{
  float *x = thread->a;
  cst_batchnorm_apply(self->spec.frames, self->spec.bins, &self->infer.input,
                      w->params + self->input_weight, w->params + self->input_bias, features, x);
  for (size_t i = 0; i < UNITS; i++) x = unit_output(self, w, i, thread, x);
  cst_head_forward(&self->head, w->params, NULL, x, &thread->clip.head, logits, thread->work);
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
