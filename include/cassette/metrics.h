/**
 * @file metrics.h
 * Confusion counts, macro accuracy, calibration, and session-bootstrap intervals.
 */
#ifndef CST_METRICS_H
#define CST_METRICS_H

#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One scored clip. */
typedef struct {
  int truth, predicted; /**< class indices */
  int session, city;    /**< groups; -1: none */
  double confidence;    /**< probability of the predicted class */
} cst_score;

/** counts[truth * classes + predicted], zeroed first. */
void cst_confusion(size_t n, const cst_score *scores, size_t classes, int64_t *counts);
/** Mean over the classes that have clips of correct / clips; NaN if none. */
double cst_macro_accuracy(size_t classes, const int64_t *counts);
/** Correct share of class @p k; NaN without clips. */
double cst_class_accuracy(size_t classes, const int64_t *counts, size_t k);
double cst_accuracy(size_t classes, const int64_t *counts);

typedef struct {
  double low, high;
} cst_interval;
/** 95 % percentile interval of the macro accuracy under resampling of whole sessions with
 *  replacement, @p resamples times (Philox, @p seed); a clip of session -1 is a session of its own.
 *  Resamples that lose a class average over the classes present.  The order of the scores does not
 *  matter.  NaN bounds when there are fewer than two sessions or no resamples. */
cst_status cst_bootstrap_macro(size_t n, const cst_score *scores, size_t classes, size_t resamples,
                               uint64_t seed, cst_interval *out);

/** 95 % percentile interval of the macro accuracy of @p a less that of @p b, under the same
 *  resampling: a session with clips in both is drawn for both at once.  A resample takes the
 *  classes that both sides have in it, as the two accuracies are meant to be of the same classes.
 *  NaN bounds as above, or where there is no such class. */
cst_status cst_bootstrap_drop(size_t n_a, const cst_score *a, size_t n_b, const cst_score *b,
                              size_t classes, size_t resamples, uint64_t seed, cst_interval *out);

/** Clips whose confidence falls into one bin of a reliability diagram. */
typedef struct {
  int64_t clips, correct;
  double confidence; /**< sum over the clips */
} cst_calibration_bin;
/** Sort scores into @p bins equal bins of confidence: [0, 1/bins), ..., [1 - 1/bins, 1]. */
void cst_calibration(size_t n, const cst_score *scores, size_t bins, cst_calibration_bin *out);
/** Expected calibration error of those bins: how far confidence and accuracy lie apart, averaged
 *  over clips.  NaN without clips. */
double cst_calibration_error(size_t bins, const cst_calibration_bin *bin);

#endif
