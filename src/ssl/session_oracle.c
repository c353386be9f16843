/*
 * Session oracle: every unlabelled clip has the label of its session; clips of sessions without one
 * are left out.  An upper bound for strategies that infer labels, not a method.
 *
 *   y^_i = y_S
 *
 * Reported apart (tier oracle).
 */
#include "strategies.h"
#include "teacher.h"

static cst_status label(const cst_strategy *self, const cst_teacher_view *view, float *target,
                        int32_t *copies)
{
  (void)self;
  for (size_t i = 0; i < view->n; i++, target += view->K) {
    const int session = view->session[i];
    const int known = session < 0 ? -1 : view->session_label[session];
    cst_teacher_one_hot(view->K, known < 0 ? cst_teacher_class(view, i) : (size_t)known, target);
    copies[i] = known >= 0;
  }
  return CST_OK;
}

const cst_strategy_ops cst_session_oracle = {
    .name = "session-oracle",
    .tier = CST_TIER_ORACLE,
    .views = {.teacher = true},
    .label = label,
};
