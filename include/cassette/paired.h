/**
 * @file paired.h
 * Two systems on the same clips: is one better, or were these recordings lucky for it?
 *
 * Systems.  A system was trained several times (seeds), and every training answered every clip.  A
 * clip counts with the share of seeds that were right: macro accuracy is linear in that, so a
 * system's figure is the mean of its seeds' macro accuracies.  Seeds are averaged inside a clip,
 * not resampled: intervals and p-values speak of other recordings, not of other seeds, whose spread
 * is to be reported beside them.
 *
 * The unit is the recording session: its clips are near copies of each other.
 *
 * Interval.  Percentile bootstrap (Efron & Tibshirani, An Introduction to the Bootstrap, 1993,
 * chapters 13 and 16), paired: a resample draws sessions with replacement and scores both systems
 * on that one draw, so what makes a session hard for both cancels (Bisani & Ney, Bootstrap
 * estimates for confidence intervals in ASR performance evaluation, ICASSP 2004).  p_bootstrap is
 * the level at which that interval begins to touch zero, two-sided: 2 min(P(d <= 0), P(d >= 0))
 * over the resampled differences d, each share counted as (1 + hits) / (1 + resamples), at most 1.
 *
 * Test.  Were the systems equal, their answers to a whole session could be exchanged.  Exchanging
 * them in session s turns the sign of
 *   d_s = mean over classes k of (clips of class k in s that A, less those that B, has right) /
 *         (all clips of class k),
 * and the difference of macro accuracies is the sum of d_s.  p_flip is the share of all sign
 * patterns whose absolute sum reaches the one seen (Fisher, The Design of Experiments, 1935,
 * section 21; for scores of language systems: Noreen, Computer-Intensive Methods for Testing
 * Hypotheses, 1989).  All patterns are counted up to 20 sessions in which the systems differ;
 * beyond, as many random ones as there are resamples, with the 1 + of above.
 */
#ifndef CST_PAIRED_H
#define CST_PAIRED_H

#include "cassette/metrics.h"

/** One clip as two systems answered it. */
typedef struct {
  int truth;    /**< class index */
  int session;  /**< -1: a session of its own */
  int right[2]; /**< how many seeds of each system were right */
} cst_pair;

typedef struct {
  double macro[2];          /**< macro accuracy of each system, mean over its seeds */
  cst_interval interval[2]; /**< 95 %, from the same resamples */
  double difference;        /**< macro[0] - macro[1] */
  cst_interval difference_interval;
  double p_bootstrap, p_flip; /**< two-sided; NaN with the intervals */
  size_t sessions;
} cst_paired;

/** Compare system 0, of seeds[0] seeds, with system 1.  Resamples that lose a class average over
 * the classes present.  The order of the clips does not matter.  Fewer than two sessions, or no
 *  resamples: intervals and p-values are NaN. */
cst_status cst_paired_compare(size_t n, const cst_pair *pairs, const int seeds[2], size_t classes,
                              size_t resamples, uint64_t seed, cst_paired *out);

/** Adjust p-values of one family of tests in place, so that all of them below a level reject with
 * at most that chance of any false rejection: Holm, A simple sequentially rejective multiple test
 *  procedure, Scandinavian Journal of Statistics 6, 1979.  A NaN is no test: it stays and is not
 *  counted. */
cst_status cst_holm(size_t n, double *p);

#endif
