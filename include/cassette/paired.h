/**
 * @file paired.h
 * One system, or the difference of two, trained several times and scored on the same clips: what
 * would other trainings and other recordings say?
 *
 * Every training (seed) answers every clip.  A value is 1 where a system is right and 0 where it is
 * not, or, of two systems, the first's less the second's: -1, 0 or 1.  Both systems' trainings of
 * one seed are a pair, because a seed draws what both have in common, whose labels are hidden and
 * which sessions validate: differences within pairs are free of it (blocks: Fisher, The Design of
 * Experiments, 1935, chapter 4), and are valid whether or not the pairs are alike, at the price of
 * degrees of freedom.  Trainings without a partner say nothing of the difference.
 *
 * The mean is the macro average: over the clips of each class, then over classes, then over seeds.
 *
 * Variance.  Trainings and sessions (whose clips are near copies of each other) are both drawn from
 * many, and crossed: every training meets every session.  As for readers and cases (Dorfman,
 * Berbaum & Metz, Receiver operating characteristic rating analysis, Investigative Radiology 27,
 * 1992; Gallas, One-shot estimate of MRMC variance, Academic Radiology 13, 2006), and as for any
 * two crossed clusters (Cameron, Gelbach & Miller, Robust inference with multiway clustering,
 * Journal of Business & Economic Statistics 29, 2011),
 *
 *   V = V_seeds + V_sessions - V_both, no less than the larger of the first two,
 *
 * with m_i the macro average of seed i of n, and over a session's clips of class k, of all N_k of
 * that class, of K classes,
 *
 *   V_seeds    = sum over i of (m_i - mean of m)^2 / (n (n - 1))
 *   V_sessions = sum over sessions of D^2,
 *       D      = sum over k of (sum of values - clips x mean of class k) / (K N_k sqrt(1 - h)),
 *       h      = clips / N_k, what the session itself gives to the mean it is held against
 *                (Bell & McCaffrey, Bias reduction in standard errors for linear regression with
 *                multi-stage samples, Survey Methodology 28, 2002)
 *   V_both     = sum over i of V_sessions of the values of seed i less their mean over seeds, each
 *                / (n (n - 1))
 *
 * A class that one session alone holds is held against the macro average, h = 0: too wide, where
 * nothing else is known (Lumley, Complex Surveys, 2010: strata of one unit).  Of one training
 * V_sessions alone is known: its interval is of recordings only.
 *
 * Interval and p-value are those of Student's t, so that they never contradict each other.  Its
 * degrees of freedom are those of the poorer of the two samples (as Cameron, Gelbach & Miller
 * advise): n - 1, or the sum of 1 - h over sessions.  Over a family of tests both are corrected by
 * Bonferroni's inequality (Dunn, Multiple comparisons among means, Journal of the American
 * Statistical Association 56, 1961): the chance that any of the intervals misses is at most 5 %.
 */
#ifndef CST_PAIRED_H
#define CST_PAIRED_H

#include "cassette/metrics.h"

/** Fewer trainings than this have intervals but no p-value: nothing is to be claimed of them. */
enum { CST_CLAIM_SEEDS = 5 };

/** All borrowed. */
typedef struct {
  size_t seeds, clips, classes;
  const int *truth;    /**< [clips] class indices */
  const int *session;  /**< [clips] -1: a session of its own */
  const int8_t *value; /**< [seeds][clips] -1, 0 or 1 */
} cst_trials;

typedef struct {
  double mean;           /**< NaN without seeds or clips */
  double error;          /**< standard error, the root of V; NaN: not known */
  double freedom;        /**< degrees of freedom of that */
  cst_interval interval; /**< 95 % for all of the family together; NaN where error is, or is 0 */
  double p;              /**< two-sided, of a mean of zero, corrected; NaN too for few seeds */
  size_t sessions;
} cst_estimate;

/** Estimate the mean of @p trials, one of @p family >= 1 tests.  Fewer than two sessions, or values
 *  that never vary: no interval.  The order of clips and seeds does not matter. */
cst_status cst_trials_estimate(const cst_trials *trials, size_t family, cst_estimate *out);

/** P(|T| >= t) of Student's distribution with @p freedom > 0. */
double cst_student_tails(double t, double freedom);
/** The t >= 0 for which that is @p p, 0 < p <= 1. */
double cst_student_quantile(double p, double freedom);

#endif
