/* Transforms of the level. */
#include "transforms.h"

void change_level(transform_call *call, float *x)
{
  const size_t n = call->context->T * call->context->M;
  const double gain_db = draw_between(&call->draw, call->how->low, call->how->high);
  for (size_t i = 0; i < n; i++) x[i] = (float)((double)x[i] + gain_db);
}
