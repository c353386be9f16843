/* Contract and formula in layernorm.h. */
#include "layernorm.h"

#include <math.h>
#include <string.h>

static const double eps = 1e-5;

static double mean_of(size_t E, const float *x)
{
  double sum = 0.0;
  for (size_t e = 0; e < E; e++) sum += (double)x[e];
  return sum / (double)E;
}

static double variance_of(size_t E, const float *x, double mean)
{
  double sum = 0.0;
  for (size_t e = 0; e < E; e++) sum += ((double)x[e] - mean) * ((double)x[e] - mean);
  return sum / (double)E;
}

void cst_layernorm_forward(size_t n, size_t E, const float *weight, const float *bias,
                           const float *x, float *xhat, float *inv_std, float *y)
{
  for (size_t i = 0; i < n; i++, x += E, xhat += E, y += E) {
    const double mean = mean_of(E, x), scale = 1.0 / sqrt(variance_of(E, x, mean) + eps);
    for (size_t e = 0; e < E; e++) {
      xhat[e] = (float)(((double)x[e] - mean) * scale);
      y[e] = weight[e] * xhat[e] + bias[e];
    }
    inv_std[i] = (float)scale;
  }
}

/* dx = inv_std (g - mean(g) - xhat mean(g xhat)) with g = weight dy. */
static void row_backward(size_t E, const float *weight, const float *xhat, float inv_std,
                         const float *dy, float *dx)
{
  double sum = 0.0, with_xhat = 0.0;
  for (size_t e = 0; e < E; e++) {
    const double g = (double)weight[e] * (double)dy[e];
    sum += g;
    with_xhat += g * (double)xhat[e];
  }
  sum /= (double)E;
  with_xhat /= (double)E;
  for (size_t e = 0; e < E; e++) {
    const double g = (double)weight[e] * (double)dy[e];
    dx[e] = (float)((double)inv_std * (g - sum - (double)xhat[e] * with_xhat));
  }
}

void cst_layernorm_backward(size_t n, size_t E, const float *weight, const float *xhat,
                            const float *inv_std, const float *dy, float *dweight, float *dbias,
                            float *dx)
{
  memset(dweight, 0, E * sizeof *dweight);
  memset(dbias, 0, E * sizeof *dbias);
  for (size_t i = 0; i < n; i++, xhat += E, dy += E, dx += E) {
    for (size_t e = 0; e < E; e++) {
      dweight[e] += dy[e] * xhat[e];
      dbias[e] += dy[e];
    }
    row_backward(E, weight, xhat, inv_std[i], dy, dx);
  }
}
