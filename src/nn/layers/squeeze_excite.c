/* Contracts and formulas in squeeze_excite.h. */
#include "squeeze_excite.h"

#include "cassette/elementary.h"

#include <math.h>

static double sigmoid(double v) { return 1.0 / (1.0 + cst_exp(-v)); }

void cst_squeeze_excite_forward(size_t C, size_t R, const float *down, const float *up,
                                const double *s, double *hidden, double *gate)
{
  for (size_t r = 0; r < R; r++) {
    double sum = 0.0;
    for (size_t c = 0; c < C; c++) sum += (double)down[r * C + c] * s[c];
    hidden[r] = sum < 0.0 ? 0.0 : sum; /* NaN stays */
  }
  for (size_t c = 0; c < C; c++) {
    double sum = 0.0;
    for (size_t r = 0; r < R; r++) sum += (double)up[c * R + r] * hidden[r];
    gate[c] = sigmoid(sum);
  }
}

void cst_squeeze_excite_backward(size_t C, size_t R, const float *down, const float *up,
                                 const double *s, const double *hidden, const double *gate,
                                 const double *dgate, float *ddown, float *dup, double *ds,
                                 double *work)
{
  double *dup_in = work, *dhidden = work + C; /* before the sigmoid; before the rectifier */

  for (size_t c = 0; c < C; c++) dup_in[c] = dgate[c] * gate[c] * (1.0 - gate[c]);
  for (size_t r = 0; r < R; r++) {
    double sum = 0.0;
    for (size_t c = 0; c < C; c++) sum += (double)up[c * R + r] * dup_in[c];
    dhidden[r] = hidden[r] > 0.0 ? sum : 0.0;
  }
  for (size_t c = 0; c < C; c++)
    for (size_t r = 0; r < R; r++) dup[c * R + r] = (float)(dup_in[c] * hidden[r]);
  for (size_t r = 0; r < R; r++)
    for (size_t c = 0; c < C; c++) ddown[r * C + c] = (float)(dhidden[r] * s[c]);
  for (size_t c = 0; c < C; c++) {
    ds[c] = 0.0;
    for (size_t r = 0; r < R; r++) ds[c] += (double)down[r * C + c] * dhidden[r];
  }
}
