/* Contracts in teacher.h. */
#include "teacher.h"

#include "cassette/loss.h"

size_t cst_teacher_class(const cst_teacher_view *view, size_t i)
{
  return cst_argmax_f32(view->K, view->p + i * view->K);
}

void cst_teacher_one_hot(size_t K, size_t class, float *target)
{
  for (size_t c = 0; c < K; c++) target[c] = c == class ? 1.0f : 0.0f;
}
