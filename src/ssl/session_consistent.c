/*
 * Session-consistent pseudo-labels: clips recorded together are one place and one scene, so the
 * teacher judges the session, and a label in it decides.
 *
 *   y^_i = y_S if session S of clip i holds a label, else argmax_c mean_{j in S} p_j(c)
 *
 * Needs to know which clips were recorded together: results are reported apart (tier session).
 */
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "strategies.h"
#include "teacher.h"

static cst_status label(const cst_strategy *self, const cst_teacher_view *view, float *target,
                        int32_t *copies)
{
  cst_status st = CST_OK;
  const size_t K = view->K;
  double *sum = NULL;
  (void)self;
  CST_ALLOC(sum, (view->sessions + 1) * K);
  for (size_t i = 0; i < view->n; i++)
    for (size_t c = 0; view->session[i] >= 0 && c < K; c++)
      sum[(size_t)view->session[i] * K + c] += (double)view->p[i * K + c];
  for (size_t i = 0; i < view->n; i++, target += K) {
    const int session = view->session[i];
    size_t class;
    if (session < 0)
      class = cst_teacher_class(view, i);
    else if (view->session_label[session] >= 0)
      class = (size_t)view->session_label[session];
    else
      class = cst_argmax(K, sum + (size_t)session * K);
    cst_teacher_one_hot(K, class, target);
    copies[i] = 1;
  }
done:
  cst_free(sum);
  return st;
}

const cst_strategy_ops cst_session_consistent = {
    .name = "session-consistent",
    .tier = CST_TIER_SESSION,
    .views = {.teacher = true},
    .label = label,
};
