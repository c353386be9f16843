/*
 * Mel filter bank, in mel.h.
 *
 * Band m is a triangle in hertz over edges e[m] < e[m+1] < e[m+2], equally spaced on the Slaney mel
 * scale from low_hz to high_hz, divided by half its base so that its area is one:
 *
 *   filter[m][k] = max(0, min((f - e[m]) / (e[m+1] - e[m]), (e[m+2] - f) / (e[m+2] - e[m+1])))
 *                  2 / (e[m+2] - e[m]),    f = k rate / fft
 */
#include "mel.h"

#include "cassette/elementary.h"
#include "cassette/memory.h"
#include "fft.h"

#include <math.h>

static const double KNEE_HZ = 1000.0, KNEE_MEL = 15.0, HZ_PER_MEL = 200.0 / 3.0;
static const double FACTOR = 6.4, MEL_PER_FACTOR = 27.0;

double mel_of_hz(double hz)
{
  if (hz < KNEE_HZ) return hz / HZ_PER_MEL;
  return KNEE_MEL + MEL_PER_FACTOR * cst_ln(hz / KNEE_HZ) / cst_ln(FACTOR);
}

double hz_of_mel(double mel)
{
  if (mel < KNEE_MEL) return mel * HZ_PER_MEL;
  return KNEE_HZ * cst_pow(FACTOR, (mel - KNEE_MEL) / MEL_PER_FACTOR);
}

typedef struct {
  double low, middle, high; /* Hz */
} triangle;

static triangle triangle_of(const cst_logmel_spec *spec, size_t m)
{
  const double low = mel_of_hz(spec->low_hz), high = mel_of_hz(spec->high_hz);
  const double step = (high - low) / (double)(spec->bins + 1);
  return (triangle){.low = hz_of_mel(low + step * (double)m),
                    .middle = hz_of_mel(low + step * (double)(m + 1)),
                    .high = hz_of_mel(m + 1 == spec->bins ? high : low + step * (double)(m + 2))};
}

static double weight(const triangle *t, double hz)
{
  const double rise = (hz - t->low) / (t->middle - t->low);
  const double fall = (t->high - hz) / (t->high - t->middle);
  return fmax(0.0, fmin(rise, fall)) * 2.0 / (t->high - t->low);
}

static double bin_hz(const cst_logmel_spec *spec, size_t k)
{
  return (double)k * ((double)spec->rate_hz / (double)spec->fft);
}

/* Bins with a weight. */
static mel_band extent(const cst_logmel_spec *spec, size_t m, size_t at)
{
  const triangle t = triangle_of(spec, m);
  const size_t bins = spec->fft / 2 + 1;
  size_t first = 0, end;
  while (first < bins && weight(&t, bin_hz(spec, first)) == 0.0) first++;
  for (end = first; end < bins && weight(&t, bin_hz(spec, end)) > 0.0;) end++;
  return (mel_band){first, end - first, at};
}

cst_status mel_bank_init(mel_bank *self, const cst_logmel_spec *spec)
{
  cst_status st = CST_OK;
  const size_t bins = spec->fft / 2 + 1;
  size_t total = 0;
  *self = (mel_bank){.bins = spec->bins};
  CST_ALLOC(self->band, spec->bins);
  for (size_t m = 0; m < spec->bins; m++) {
    self->band[m] = extent(spec, m, total);
    if (self->band[m].length == 0)
      CST_FAIL(CST_ERR_USAGE,
               "features: mel band %zu of %zu lies between two FFT bins; use fewer "
               "bands or a larger fft",
               m, spec->bins);
    total += self->band[m].length;
  }
  CST_ALLOC(self->weights, total);
  for (size_t m = 0; m < spec->bins; m++) {
    const mel_band *band = &self->band[m];
    const triangle t = triangle_of(spec, m);
    for (size_t i = 0; i < band->length && band->first + i < bins; i++)
      self->weights[band->at + i] = weight(&t, bin_hz(spec, band->first + i));
  }
done:
  if (st != CST_OK) mel_bank_reset(self);
  return st;
}

void mel_bank_reset(mel_bank *self)
{
  cst_free(self->band);
  cst_free(self->weights);
  *self = (mel_bank){0};
}

FFT_CLONES static void weigh(const double *restrict w, size_t n, const double *restrict x,
                             double *restrict out)
{
  enum { CHAINS = 4 }; /* that do not wait for one another */
  double sum[CHAINS][FFT_LANES] = {{0}};
  size_t i = 0;
  for (; i + CHAINS <= n; i += CHAINS)
    for (size_t c = 0; c < CHAINS; c++)
      for (size_t l = 0; l < FFT_LANES; l++) sum[c][l] += w[i + c] * x[(i + c) * FFT_LANES + l];
  for (; i < n; i++)
    for (size_t l = 0; l < FFT_LANES; l++) sum[0][l] += w[i] * x[i * FFT_LANES + l];
  for (size_t l = 0; l < FFT_LANES; l++) out[l] = (sum[0][l] + sum[1][l]) + (sum[2][l] + sum[3][l]);
}

void mel_bank_apply(const mel_bank *self, const double *magnitude, double *out)
{
  for (size_t m = 0; m < self->bins; m++) {
    const mel_band band = self->band[m];
    weigh(self->weights + band.at, band.length, magnitude + band.first * FFT_LANES,
          out + m * FFT_LANES);
  }
}
