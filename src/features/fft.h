/*
 * Magnitudes of the spectra of some real signals at once, the same bits on every machine for sizes
 * that are powers of two.  Private to the module.
 */
#ifndef CST_FFT_H
#define CST_FFT_H

#include "cassette/status.h"

#include <stddef.h>

enum { FFT_LANES = 8 }; /* signals beside each other, whatever the width of a register */

/* Wider registers where the processor has them.  The same bits either way: no operation crosses
 * lanes, and nothing is contracted.  Sanitizers start after the choice. */
#if defined(__x86_64__) && defined(__linux__) && !defined(CST_SANITIZED)
#  define FFT_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#  define FFT_CLONES
#endif

typedef struct fft fft;

/* Of @p n samples, n >= 2.  Any number of threads may create and destroy at once. */
cst_status fft_create(size_t n, fft **out);
void fft_destroy(fft **self);
/* magnitude [n / 2 + 1][FFT_LANES] of x [n][FFT_LANES]; both 64-byte aligned.  Not thread-safe per
 * object. */
void fft_magnitudes(fft *self, const double *x, double *magnitude);

#endif
