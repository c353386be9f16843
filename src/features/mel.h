/* Mel filter bank over FFT magnitudes. */
#ifndef CST_MEL_H
#define CST_MEL_H

#include "cassette/logmel.h"

/* Sums run in this many lanes: one order of additions, whatever the compiler and the vector width.
 */
enum { MEL_LANES = 4 };

typedef struct {
  size_t first, length; /* bins; length is a multiple of MEL_LANES */
  size_t at;            /* of its first weight */
} mel_band;

typedef struct {
  size_t bins;
  mel_band *band;  /* [bins] */
  double *weights; /* of all bands, one after the other, zero-padded */
} mel_bank;

/* A band that catches no bin is CST_ERR_USAGE. */
cst_status mel_bank_init(mel_bank *self, const cst_logmel_spec *spec);
void mel_bank_reset(mel_bank *self);
/* out[m] = sum of weights times magnitude [fft/2+1], which is readable for MEL_LANES more. */
void mel_bank_apply(const mel_bank *self, const double *magnitude, double *out);

/* The Slaney mel scale: 200/3 Hz a mel up to 1 kHz, then 27 mel for each factor of 6.4. */
double mel_of_hz(double hz);
double hz_of_mel(double mel);

#endif
