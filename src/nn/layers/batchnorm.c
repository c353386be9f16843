/* Contracts and formulas in batchnorm.h. */
#include "batchnorm.h"

#include "vector.h"

#include <math.h>

/* Four pixels at a time, one after another in each sum: the sums stay in registers meanwhile. */
CST_VECTOR static void add(size_t pixels, size_t C, const float *restrict x, double *restrict sums)
{
  double *restrict square = sums + C;
  size_t i = 0;
  for (; i + 4 <= pixels; i += 4, x += 4 * C)
    for (size_t c = 0; c < C; c++) {
      const double u = (double)x[c], v = (double)x[C + c];
      const double w = (double)x[2 * C + c], z = (double)x[3 * C + c];
      sums[c] = (((sums[c] + u) + v) + w) + z;
      square[c] = (((square[c] + u * u) + v * v) + w * w) + z * z;
    }
  for (; i < pixels; i++, x += C)
    for (size_t c = 0; c < C; c++) {
      const double v = (double)x[c];
      sums[c] += v;
      square[c] += v * v;
    }
}

void cst_batchnorm_add(size_t pixels, size_t C, const float *x, double *sums)
{
  add(pixels, C, x, sums);
}

void cst_batchnorm_sums(size_t pixels, size_t C, const float *x, double *sums)
{
  for (size_t c = 0; c < 2 * C; c++) sums[c] = 0.0;
  cst_batchnorm_add(pixels, C, x, sums);
}

void cst_batchnorm_statistics(size_t C, double count, const double *sums, double eps,
                              const cst_batchnorm *out, double *var)
{
  for (size_t c = 0; c < C; c++) {
    const double mean = sums[c] / count, v = sums[C + c] / count - mean * mean;
    var[c] = v < 0.0 ? 0.0 : v; /* of a constant channel, by rounding; NaN stays */
    out->mean[c] = mean;
    out->inv_std[c] = 1.0 / sqrt(var[c] + eps);
  }
}

void cst_batchnorm_track(size_t C, double count, const cst_batchnorm *batch, const double *var,
                         double momentum, float *mean, float *running_var, float *batches)
{
  const double unbiased = count > 1.0 ? count / (count - 1.0) : 1.0;
  for (size_t c = 0; c < C; c++) {
    mean[c] = (float)((1.0 - momentum) * (double)mean[c] + momentum * batch->mean[c]);
    running_var[c] =
        (float)((1.0 - momentum) * (double)running_var[c] + momentum * unbiased * var[c]);
  }
  *batches += 1.0f;
}

void cst_batchnorm_running(size_t C, const float *mean, const float *var, double eps,
                           const cst_batchnorm *out)
{
  for (size_t c = 0; c < C; c++) {
    out->mean[c] = (double)mean[c];
    out->inv_std[c] = 1.0 / sqrt((double)var[c] + eps);
  }
}

/* In double: the input's mean is several of its standard deviations. */
void cst_batchnorm_apply(size_t pixels, size_t C, const cst_batchnorm *bn, const float *weight,
                         const float *bias, const float *x, float *y)
{
  for (size_t i = 0; i < pixels; i++)
    for (size_t c = 0; c < C; c++) {
      const double xhat = ((double)*x++ - bn->mean[c]) * bn->inv_std[c];
      *y++ = (float)(xhat * (double)weight[c] + (double)bias[c]);
    }
}

void cst_batchnorm_backward_sums(size_t pixels, size_t C, const cst_batchnorm *bn, const float *x,
                                 const float *dy, double *sums)
{
  for (size_t c = 0; c < 2 * C; c++) sums[c] = 0.0;
  for (size_t i = 0; i < pixels; i++)
    for (size_t c = 0; c < C; c++) {
      const double d = (double)*dy++, xhat = ((double)*x++ - bn->mean[c]) * bn->inv_std[c];
      sums[c] += d;
      sums[C + c] += d * xhat;
    }
}
