/*
 * Noisy Student: rounds in which an undisturbed teacher gives soft labels and a student learns
 * them from strong views, then becomes the teacher.
 *
 *   y^_i = p_i for clips with max p_i >= tau, of each class the N most confident ones; a class with
 *   fewer is filled up with copies
 *
 * tau = 0.3, N = unlabelled / classes, 3 rounds.  Dropout is the model's; stochastic depth has no
 * counterpart in a network of two blocks.
 *
 * Source: Xie et al., CVPR 2020, arXiv 1911.04252, section 2 and its published code.
 */
#include "cassette/memory.h"
#include "strategies.h"
#include "teacher.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
  float confidence;
  size_t class, clip;
} candidate;

/* By class, the most confident first, the lower index where equals. */
static int compare(const void *first, const void *second)
{
  const candidate *a = first, *b = second;
  if (a->class != b->class) return a->class < b->class ? -1 : 1;
  if (a->confidence != b->confidence) return a->confidence > b->confidence ? -1 : 1;
  return a->clip < b->clip ? -1 : a->clip > b->clip;
}

static size_t list_confident(const cst_strategy *self, const cst_teacher_view *view,
                             candidate *list)
{
  size_t n = 0;
  for (size_t i = 0; i < view->n; i++) {
    const size_t class = cst_teacher_class(view, i);
    const float confidence = view->p[i * view->K + class];
    if ((double)confidence >= self->params.threshold) list[n++] = (candidate){confidence, class, i};
  }
  qsort(list, n, sizeof *list, compare);
  return n;
}

static cst_status label(const cst_strategy *self, const cst_teacher_view *view, float *target,
                        int32_t *copies)
{
  cst_status st = CST_OK;
  const size_t K = view->K;
  const size_t wanted =
      (size_t)fmax(1.0, round(self->params.per_class * (double)view->n / (double)K));
  candidate *list = NULL;
  CST_ALLOC(list, view->n ? view->n : 1);
  for (size_t i = 0; i < view->n * K; i++) target[i] = view->p[i];
  for (size_t i = 0; i < view->n; i++) copies[i] = 0;
  const size_t n = list_confident(self, view, list);
  for (size_t first = 0, end; first < n; first = end) {
    for (end = first; end < n && list[end].class == list[first].class;) end++;
    const size_t found = end - first, kept = found < wanted ? found : wanted;
    for (size_t i = 0; i < kept; i++)
      copies[list[first + i].clip] = (int32_t)(wanted / kept + (i < wanted % kept));
  }
done:
  cst_free(list);
  return st;
}

const cst_strategy_ops cst_noisy_student = {
    .name = "noisy-student",
    .views = {.teacher = true, .labelled = CST_LABELLED_STRONG},
    .defaults = {{"threshold", 0.3}, {"per_class", 1.0}, {"rounds", 3.0}},
    .label = label,
};
