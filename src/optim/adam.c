/*
 * Adam, algorithm 1 of Kingma and Ba (ICLR 2015), in the order of operations of torch.optim.Adam:
 *
 *   m = beta1 m + (1 - beta1) g          v = beta2 v + (1 - beta2) g^2
 *   x = (1 - rate decay) x - rate / (1 - beta1^t)  m / (sqrt(v) / sqrt(1 - beta2^t) + eps)
 *
 * Each element is computed in double from float32 state and rounded once.
 */
#include "cassette/adam.h"

#include "cassette/elementary.h"
#include "cassette/status.h"

#include <math.h>

cst_adam cst_adam_defaults(void)
{
  return (cst_adam){.learning_rate = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8};
}

void cst_adam_step(const cst_adam *self, uint64_t step, size_t n, const float *gradient,
                   float *values, float *m, float *v)
{
  CST_ASSERT(step >= 1);
  const double rate = self->learning_rate / (1.0 - cst_pow(self->beta1, (double)step));
  const double keep = 1.0 - self->learning_rate * self->weight_decay; /* exactly 1 without decay */
  const double root = sqrt(1.0 - cst_pow(self->beta2, (double)step));

  for (size_t i = 0; i < n; i++) {
    const double g = (double)gradient[i];
    const double first = self->beta1 * (double)m[i] + (1.0 - self->beta1) * g;
    const double second = self->beta2 * (double)v[i] + (1.0 - self->beta2) * g * g;
    m[i] = (float)first;
    v[i] = (float)second;
    values[i] =
        (float)(keep * (double)values[i] - rate * first / (sqrt(second) / root + self->eps));
  }
}
