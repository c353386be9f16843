/**
 * @file band_gains.h
 * What a recorder's impulse response does to a log-mel spectrogram: a gain for each band.
 *
 *   g_m = 10 log10(sum_f w_m(f) |H(f)|) - 10 log10(sum_f w_m(f)),  then less its mean over m
 *
 * w: mel filters; H: of the response under the analysis window, centred on its largest sample.
 * Convolution adds g to every frame as far as the response is shorter than that window and flat
 * within a band (device impulse responses: Morocutti et al., arXiv 2305.07499).
 */
#ifndef CST_BAND_GAINS_H
#define CST_BAND_GAINS_H

#include "cassette/logmel.h"

typedef struct {
  float *gain_db; /**< [n][bins], dB of features, each row of mean 0 */
  size_t n, bins;
} cst_band_gains;

/** Gains of every audio file below directory @p path, in byte order of their names.  CST_ERR_DATA
 *  names a directory without any, a file that cannot be read, and one that is silent.  Local. */
cst_status cst_band_gains_read(const char *path, const cst_logmel_spec *spec, cst_band_gains *out);
void cst_band_gains_reset(cst_band_gains *self);

#endif
