/* Mel filter bank over FFT magnitudes. */
#ifndef CST_MEL_H
#define CST_MEL_H

#include "cassette/logmel.h"

typedef struct {
  size_t first, length; /* bins of the transform */
  size_t at;            /* of its first weight */
} mel_band;

typedef struct {
  size_t bins;
  mel_band *band;  /* [bins] */
  double *weights; /* of all bands, one after the other */
} mel_bank;

/* A band that catches no bin is CST_ERR_USAGE. */
cst_status mel_bank_init(mel_bank *self, const cst_logmel_spec *spec);
void mel_bank_reset(mel_bank *self);
/* out [bins][FFT_LANES]: sums of weights times magnitude [fft / 2 + 1][FFT_LANES]. */
void mel_bank_apply(const mel_bank *self, const double *magnitude, double *out);

/* The Slaney mel scale: 200/3 Hz a mel up to 1 kHz, then 27 mel for each factor of 6.4. */
double mel_of_hz(double hz);
double hz_of_mel(double mel);

#endif
