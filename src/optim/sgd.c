/*
 *   d = g + decay w          v = momentum v + d          w = w - rate (d + momentum v)
 *
 * Each element is computed in double from float32 state and rounded once.
 */
#include "cassette/sgd.h"

void cst_sgd_step(const cst_sgd *self, size_t n, const float *gradient, float *values,
                  float *velocity)
{
  for (size_t i = 0; i < n; i++) {
    const double d = (double)gradient[i] + self->weight_decay * (double)values[i];
    const double v = self->momentum * (double)velocity[i] + d;
    velocity[i] = (float)v;
    values[i] = (float)((double)values[i] - self->learning_rate * (d + self->momentum * v));
  }
}
