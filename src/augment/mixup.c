/* Contract in cassette/augment.h. */
#include "draw.h"

#include "cassette/augment.h"

double cst_mixup_lambda(const cst_random_key *key, double alpha, bool keep_larger)
{
  if (alpha == 0.0) return 1.0;
  draws d = draws_at(key, DRAW_MIXUP);
  const double lambda = draw_beta(&d, alpha);
  return keep_larger && lambda < 0.5 ? 1.0 - lambda : lambda;
}

void cst_mixup(double lambda, size_t n, const float *a, const float *b, float *out)
{
  for (size_t i = 0; i < n; i++)
    out[i] = (float)(lambda * (double)a[i] + (1.0 - lambda) * (double)b[i]);
}
