/* Contracts in teacher.h. */
#include "teacher.h"

size_t cst_teacher_class(const cst_teacher_view *view, size_t i)
{
  const float *p = view->p + i * view->K;
  size_t best = 0;
  for (size_t c = 1; c < view->K; c++)
    if (p[c] > p[best]) best = c;
  return best;
}

void cst_teacher_one_hot(size_t K, size_t class, float *target)
{
  for (size_t c = 0; c < K; c++) target[c] = c == class ? 1.0f : 0.0f;
}
