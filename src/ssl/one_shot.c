/*
 * One-shot hard pseudo-labels, the baseline: a teacher trained on the labelled clips labels every
 * unlabelled one by its most likely class, without a threshold; a student learns from all.
 *
 *   y^_i = argmax_c p_i(c)
 *
 * Source: arXiv 2402.02694, section 3.3.
 */
#include "strategies.h"
#include "teacher.h"

static cst_status label(const cst_strategy *self, const cst_teacher_view *view, float *target,
                        int32_t *copies)
{
  (void)self;
  for (size_t i = 0; i < view->n; i++, target += view->K) {
    cst_teacher_one_hot(view->K, cst_teacher_class(view, i), target);
    copies[i] = 1;
  }
  return CST_OK;
}

const cst_strategy_ops cst_one_shot = {
    .name = "one-shot",
    .views = {.teacher = true},
    .label = label,
};
