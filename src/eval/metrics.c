/*
 * Figures from confusion counts.  A class accuracy is correct / clips of that class (its recall);
 * macro accuracy is the plain mean of class accuracies, so a rare scene weighs as much as a common
 * one.  "No clips" is NaN, never 0: a class that was not tested has no accuracy.
 */
#include "cassette/metrics.h"

#include <math.h>
#include <string.h>

void cst_confusion(size_t n, const cst_score *scores, size_t classes, int64_t *counts)
{
  memset(counts, 0, classes * classes * sizeof *counts);
  for (size_t i = 0; i < n; i++) {
    const cst_score *s = &scores[i];
    CST_ASSERT(s->truth >= 0 && (size_t)s->truth < classes);
    CST_ASSERT(s->predicted >= 0 && (size_t)s->predicted < classes);
    counts[(size_t)s->truth * classes + (size_t)s->predicted]++;
  }
}

static int64_t row_sum(size_t classes, const int64_t *counts, size_t k)
{
  int64_t sum = 0;
  for (size_t j = 0; j < classes; j++) sum += counts[k * classes + j];
  return sum;
}

double cst_class_accuracy(size_t classes, const int64_t *counts, size_t k)
{
  const int64_t clips = row_sum(classes, counts, k);
  return clips ? (double)counts[k * classes + k] / (double)clips : NAN;
}

double cst_macro_accuracy(size_t classes, const int64_t *counts)
{
  double sum = 0.0;
  size_t tested = 0;
  for (size_t k = 0; k < classes; k++) {
    const double accuracy = cst_class_accuracy(classes, counts, k);
    if (isnan(accuracy)) continue;
    sum += accuracy;
    tested++;
  }
  return tested ? sum / (double)tested : NAN;
}

double cst_accuracy(size_t classes, const int64_t *counts)
{
  int64_t clips = 0, correct = 0;
  for (size_t k = 0; k < classes; k++) {
    clips += row_sum(classes, counts, k);
    correct += counts[k * classes + k];
  }
  return clips ? (double)correct / (double)clips : NAN;
}

/* Bins are [0, 1/bins), ..., [1 - 1/bins, 1]; rounding may leave a softmax just above 1. */
static size_t bin_of(double confidence, size_t bins)
{
  const double place = confidence * (double)bins;
  if (!(place > 0.0)) return 0;
  return place < (double)bins ? (size_t)place : bins - 1;
}

void cst_calibration(size_t n, const cst_score *scores, size_t bins, cst_calibration_bin *out)
{
  CST_ASSERT(bins > 0);
  memset(out, 0, bins * sizeof *out);
  for (size_t i = 0; i < n; i++) {
    cst_calibration_bin *bin = &out[bin_of(scores[i].confidence, bins)];
    bin->clips++;
    bin->correct += scores[i].truth == scores[i].predicted;
    bin->confidence += scores[i].confidence;
  }
}

double cst_calibration_error(size_t bins, const cst_calibration_bin *bin)
{
  double apart = 0.0;
  int64_t clips = 0;
  for (size_t b = 0; b < bins; b++) {
    apart += fabs((double)bin[b].correct - bin[b].confidence);
    clips += bin[b].clips;
  }
  return clips ? apart / (double)clips : NAN;
}
