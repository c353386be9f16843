/*
 * Soft pseudo-labels: the student learns the teacher's sharpened probabilities.
 *
 *   y^_i = Norm(p_i^(1/T)),  T = 0.5
 *
 * Source: sharpening as in MixMatch, arXiv 1905.02249, equation 7; distillation by a teacher's
 * probabilities, Hinton et al., arXiv 1503.02531.
 */
#include "strategies.h"

static cst_status label(const cst_strategy *self, const cst_teacher_view *view, float *target,
                        int32_t *copies)
{
  const size_t K = view->K;
  double *p = self->scratch;
  for (size_t i = 0; i < view->n; i++) {
    for (size_t c = 0; c < K; c++) p[c] = (double)view->p[i * K + c];
    cst_ssl_sharpen(K, self->params.temperature, p);
    for (size_t c = 0; c < K; c++) target[i * K + c] = (float)p[c];
    copies[i] = 1;
  }
  return CST_OK;
}

const cst_strategy_ops cst_soft = {
    .name = "soft",
    .views = {.teacher = true},
    .defaults = {{"temperature", 0.5}},
    .label = label,
};
