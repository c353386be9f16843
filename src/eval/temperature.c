/*
 * Contract in cassette/temperature.h.  With b = 1 / T the mean negative log-likelihood is
 *
 *   L(b) = 1/n sum_i [ log sum_k exp(b z_ik) - b z_iy ],    L'(b) = 1/n sum_i [ E_q z_i - z_iy ]
 *
 * L is convex, so L' has at most one change of sign.
 */
#include "cassette/temperature.h"

#include "cassette/elementary.h"

#include <math.h>

/* n L'(b). */
static double slope(size_t n, size_t K, const double *z, const int *y, double b)
{
  double total = 0.0;
  for (size_t i = 0; i < n; i++, z += K) {
    double greatest = z[0], sum = 0.0, mean = 0.0;
    for (size_t k = 1; k < K; k++) greatest = z[k] > greatest ? z[k] : greatest;
    for (size_t k = 0; k < K; k++) {
      const double e = cst_exp(b * (z[k] - greatest));
      sum += e;
      mean += e * z[k];
    }
    total += mean / sum - z[y[i]];
  }
  return total;
}

cst_temperature_end cst_temperature_find(size_t n, size_t K, const double *z, const int *y,
                                         double *out)
{
  enum { HALVINGS = 64 }; /* of an interval of 7.8 in log b: to the last bit */
  double low = 1.0 / CST_TEMPERATURE_MOST, high = CST_TEMPERATURE_MOST;
  *out = 1.0;
  if (n == 0) return CST_TEMPERATURE_NO_CLIPS;
  if (slope(n, K, z, y, low) >= 0.0) return CST_TEMPERATURE_TOO_HOT;
  if (slope(n, K, z, y, high) <= 0.0) return CST_TEMPERATURE_TOO_COLD;
  for (int i = 0; i < HALVINGS; i++) {
    const double b = sqrt(low * high);
    if (slope(n, K, z, y, b) < 0.0)
      low = b;
    else
      high = b;
  }
  *out = 1.0 / sqrt(low * high);
  return CST_TEMPERATURE_FOUND;
}
