/* Contract in cassette/gradient_norm.h. */
#include "cassette/gradient_norm.h"

#include <math.h>

/* In a fixed number of lanes: a single sum would wait for itself. */
double cst_gradient_norm(size_t n, const float *gradient)
{
  enum { LANES = 8 };
  double lane[LANES] = {0.0}, sum = 0.0;
  for (size_t i = 0; i < n; i++) lane[i % LANES] += (double)gradient[i] * (double)gradient[i];
  for (size_t k = 0; k < LANES; k++) sum += lane[k];
  return sqrt(sum);
}

double cst_gradient_clip(double limit, size_t n, float *gradient)
{
  const double norm = cst_gradient_norm(n, gradient), scale = limit / (norm + 1e-6);
  for (size_t i = 0; scale < 1.0 && i < n; i++) gradient[i] = (float)((double)gradient[i] * scale);
  return norm;
}
