/**
 * @file logmel.h
 * Log-mel spectrogram of one clip, exactly as the ICME 2024 baseline defines it (DESIGN section 4):
 * zero-padded centred STFT in double, magnitude, Slaney mel bands with area normalisation,
 * 10 log10(max(x, 1e-10)), floor at (maximum of all frames - 80 dB), then cut to `frames`.
 */
#ifndef CST_LOGMEL_H
#define CST_LOGMEL_H

#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Names of the presets, NULL-terminated. */
extern const char *const cst_logmel_presets[];

/** What to compute.  All fields are required; cst_logmel_preset() fills them in. */
typedef struct {
  uint32_t rate_hz; /**< 44100 */
  size_t fft;       /**< 2048 samples */
  size_t window;    /**< periodic Hann, 1764 samples, <= fft */
  size_t hop;       /**< 882 samples */
  size_t bins;      /**< M = 64 */
  double low_hz;    /**< 10 (icme2024) or 50 (apsipa2025) */
  double high_hz;   /**< 22050 */
  double amin;      /**< 1e-10 */
  double top_db;    /**< 80 */
  size_t frames;    /**< T = 500 rows kept; a clip's audio is zero-padded to seconds of them */
} cst_logmel_spec;

/** "icme2024" or "apsipa2025" with @p frames rows; false if unknown. */
int cst_logmel_preset(const char *name, size_t frames, cst_logmel_spec *out);
/** Audio length that fills `frames` rows, in seconds: frames * hop / rate. */
double cst_logmel_seconds(const cst_logmel_spec *spec);
/** What features are where there is no sound: 10 log10(amin). */
double cst_logmel_silence_db(const cst_logmel_spec *spec);
/** One line with every parameter and library version; equal lines mean equal features. */
void cst_logmel_fingerprint(const cst_logmel_spec *spec, char *out, size_t bytes);

/** Whether @p line was made from @p spec, with whatever versions of the libraries. */
bool cst_logmel_fingerprint_fits(const cst_logmel_spec *spec, const char *line);

typedef struct cst_logmel cst_logmel; /**< plan, window, filters, scratch: one per thread */
/** Any number of threads may create and destroy at once.  A spec that makes no sense is
 *  CST_ERR_USAGE naming the field. */
cst_status cst_logmel_create(const cst_logmel_spec *spec, cst_logmel **out);
void cst_logmel_destroy(cst_logmel **self);
/** @p n samples at rate_hz to out [frames][bins] float32, dB.  n shorter than the clip length is
 *  zero-padded (0: silence, -100 dB everywhere); longer audio moves the floor, as in the baseline.
 *  A sample that is not finite is CST_ERR_NUMBERS naming it.  Does not allocate.  Not thread-safe
 *  per object. */
cst_status cst_logmel_compute(cst_logmel *self, const float *samples, size_t n, float *out);

#endif
