/* Contract in cassette/weights_mean.h. */
#include "cassette/weights_mean.h"

void cst_weights_mean_add(uint64_t terms, size_t n, const float *x, double *mean)
{
  for (size_t i = 0; i < n; i++) {
    const double before = terms ? mean[i] : 0.0;
    mean[i] = before + ((double)x[i] - before) / (double)(terms + 1);
  }
}
