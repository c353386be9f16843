/*
 * Session-consistent pseudo-labels: clips recorded together are one place and one scene, so the
 * teacher judges the session, and a label in it decides.
 *
 *   y^_i = y_S if session S of clip i holds a label, else argmax_c p_S(c), p_S = mean_{j in S} p_j,
 *   of sessions with max p_S >= tau
 *
 * tau = 0.95, FixMatch's.
 *
 * Needs to know which clips were recorded together: results are reported apart (tier session).
 */
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "strategies.h"
#include "teacher.h"

typedef struct {
  size_t class;
  double confidence;
} judgement;

static cst_status judge_sessions(const cst_teacher_view *view, judgement **out)
{
  cst_status st = CST_OK;
  const size_t K = view->K;
  double *sum = NULL;
  size_t *clips = NULL;
  CST_ALLOC(*out, view->sessions + 1);
  CST_ALLOC(sum, (view->sessions + 1) * K);
  CST_ALLOC(clips, view->sessions + 1);
  for (size_t i = 0; i < view->n; i++) {
    if (view->session[i] < 0) continue;
    clips[view->session[i]]++;
    for (size_t c = 0; c < K; c++)
      sum[(size_t)view->session[i] * K + c] += (double)view->p[i * K + c];
  }
  for (size_t s = 0; s < view->sessions; s++) {
    const size_t class = cst_argmax(K, sum + s * K);
    (*out)[s] = view->session_label[s] >= 0
                    ? (judgement){(size_t)view->session_label[s], 1.0}
                    : (judgement){class, sum[s * K + class] / (double)(clips[s] ? clips[s] : 1)};
  }
done:
  cst_free(sum);
  cst_free(clips);
  return st;
}

static cst_status label(const cst_strategy *self, const cst_teacher_view *view, float *target,
                        int32_t *copies)
{
  cst_status st = CST_OK;
  const size_t K = view->K;
  judgement *session = NULL;
  CST_TRY(judge_sessions(view, &session));
  for (size_t i = 0; i < view->n; i++, target += K) {
    const judgement clip = {cst_teacher_class(view, i),
                            (double)view->p[i * K + cst_teacher_class(view, i)]};
    const judgement *j = view->session[i] < 0 ? &clip : &session[view->session[i]];
    cst_teacher_one_hot(K, j->class, target);
    copies[i] = j->confidence >= self->params.threshold;
  }
done:
  cst_free(session);
  return st;
}

const cst_strategy_ops cst_session_consistent = {
    .name = "session-consistent",
    .tier = CST_TIER_SESSION,
    .views = {.teacher = true},
    .defaults = {{"threshold", 0.95}},
    .label = label,
};
