/**
 * @file augment.h
 * Views of one clip's log-mel spectrogram [T][M] (float32, dB) and mixtures of two clips.
 *
 * A weak view is rolled in time and changed in level.  A strong view is a weak one that may wear
 * another clip's spectral statistics (Freq-MixStyle: Schmid et al., arXiv 2206.12513) and has bands
 * of time and frequency hidden (SpecAugment: Park et al., arXiv 1904.08779).
 *
 * What is drawn depends on the caller's key alone.  Each piece has places of its own in the key's
 * sequence: to switch one off changes no draw of the others, and one key serves all calls for one
 * view.  Views that shall differ need keys that differ.  All calls are local, allocate nothing and
 * may run in any thread.
 */
#ifndef CST_AUGMENT_H
#define CST_AUGMENT_H

#include "cassette/random.h"

#include <stdbool.h>
#include <stddef.h>

/** All zero: every view is the clip itself, bit for bit.  Shares are in [0, 1]. */
typedef struct {
  double roll;       /**< largest circular shift to either side, share of T; 1/2 and above: any */
  double gain_db;    /**< level changes by a uniform draw from +-gain_db */
  int time_masks;    /**< bands of frames to hide; they may overlap */
  double time_mask;  /**< widest of them, share of T */
  int freq_masks;    /**< bands of mel bands to hide */
  double freq_mask;  /**< widest of them, share of M */
  double mixstyle_p; /**< chance that a batch mixes statistics */
  double mixstyle_alpha; /**< share of a clip's own statistics ~ Beta(alpha, alpha); 0: off */
  double mixup;          /**< share of a clip in its mixture ~ Beta(mixup, mixup); 0: off */
} cst_augment_spec;

/** Weak view: in [T][M] to out [T][M], which do not overlap. */
void cst_augment_weak(const cst_augment_spec *spec, const cst_random_key *key, size_t T, size_t M,
                      const float *in, float *out);
/** Strong view: the weak view of the same key; then, if given, mixed with the partner's statistics
 *  [M] of cst_augment_statistics() (both NULL: not mixed); then masks, filled with the mean of the
 *  spectrogram they hide. */
void cst_augment_strong(const cst_augment_spec *spec, const cst_random_key *key, size_t T, size_t M,
                        const float *in, const double *partner_mean, const double *partner_std,
                        float *out);

/** Whether the batch of @p key mixes statistics: one coin for all its clips. */
bool cst_augment_style_coin(const cst_augment_spec *spec, const cst_random_key *key);
/** Per band over time: mean [M] and sqrt(population variance + 1e-6) [M], in double.  A roll
 *  changes them by rounding at most. */
void cst_augment_statistics(size_t T, size_t M, const float *x, double *mean, double *std);

/** Share of the first clip in a mixture: Beta(alpha, alpha), 1 if alpha is 0.  @p keep_larger takes
 *  max(lambda, 1 - lambda), so that a mixture stays nearer to its first clip (MixMatch: Berthelot
 *  et al., arXiv 1905.02249). */
double cst_mixup_lambda(const cst_random_key *key, double alpha, bool keep_larger);
/** out = lambda a + (1 - lambda) b (Zhang et al., arXiv 1710.09412) over [n]; out may be a or b. */
void cst_mixup(double lambda, size_t n, const float *a, const float *b, float *out);

#endif
