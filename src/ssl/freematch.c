/*
 * FreeMatch: thresholds that the student's confidence sets by itself, and a fairness term against
 * classes that are never predicted.
 *
 *   tau_t, p~, h~: running means (momentum m) of max p, of p and of the histogram of argmax p
 *   threshold_c = tau_t p~_c / max p~
 *   L_u = lambda 1/U sum 1[max p >= threshold_(argmax p)] H(argmax p, q)
 *   L_f = w_f sum_c a_c log b_c,  a = Norm(p~/h~),  b = Norm(mean q / histogram of argmax q) over
 *   the clips kept
 *
 * m = 0.999, w_f = 0.001, lambda = 1.  Where a histogram is 0 its class leaves a and b.  The
 * gradient of L_f flows through mean q.
 *
 * Source: Wang et al., ICLR 2023, arXiv 2205.07246, equations 5 to 12.
 */
#include "cassette/elementary.h"
#include "cassette/loss.h"
#include "strategies.h"

#include <math.h>

static const double TINY = 1e-12; /* keeps the logarithm finite */

/* State: tau_t, p~ [K], h~ [K]; then of this step, over the clips kept: sum of q [K], histogram
 * [K]. */
typedef struct {
  double *tau, *p, *h, *q, *histogram;
} parts;

static parts parts_of(const cst_strategy *self)
{
  double *s = self->state;
  const size_t K = self->K;
  return (parts){s, s + 1, s + 1 + K, s + 1 + 2 * K, s + 1 + 3 * K};
}

static size_t state(const cst_strategy *self) { return 1 + 4 * self->K; }

static void start(cst_strategy *self)
{
  for (size_t i = 0; i < 1 + 2 * self->K; i++) self->state[i] = 1.0 / (double)self->K;
}

static double threshold(const cst_strategy *self, size_t k)
{
  const parts s = parts_of(self);
  return *s.tau * s.p[k] / s.p[cst_argmax(self->K, s.p)];
}

static bool kept(const cst_strategy *self, const cst_sample *sample, size_t *class)
{
  double confidence;
  cst_ssl_weak(self, sample, &confidence, class);
  return confidence >= threshold(self, *class);
}

static size_t sums(const cst_strategy *self, const cst_ssl_step *step, int phase)
{
  if (step->unlabelled == 0) return 0;
  return phase == 0 ? 1 + 2 * self->K : phase == 1 ? 2 * self->K : 0;
}

static void observe(const cst_strategy *self, const cst_ssl_step *step, int phase,
                    const cst_sample *sample, double *out)
{
  const size_t K = self->K;
  size_t class;
  (void)step;
  if (sample->labelled) return;
  if (phase == 0) {
    const double *p = cst_ssl_weak(self, sample, &out[0], &class);
    for (size_t c = 0; c < K; c++) out[1 + c] = p[c];
    out[1 + K + class] = 1.0;
  } else if (kept(self, sample, &class)) {
    cst_softmax(K, sample->logits + K, out);
    out[K + cst_argmax(K, out)] = 1.0;
  }
}

static void absorb(cst_strategy *self, const cst_ssl_step *step, int phase, const double *totals)
{
  const parts s = parts_of(self);
  const size_t K = self->K;
  const double U = (double)step->unlabelled;
  for (size_t i = 0; phase == 0 && i < 1 + 2 * K; i++)
    cst_ssl_track(self->params.momentum, totals[i] / U, &self->state[i]);
  for (size_t c = 0; phase == 1 && c < K; c++) {
    s.q[c] = totals[c];
    s.histogram[c] = totals[K + c];
  }
}

static double inverse(double x) { return x > 0.0 ? 1.0 / x : 0.0; }

/* L_f, and slope [K] = dL_f / d(sum of q). */
static double fairness(const cst_strategy *self, double *slope)
{
  const parts s = parts_of(self);
  const size_t K = self->K;
  double a_sum = 0.0, b_sum = 0.0, loss = 0.0, inner = 0.0;
  for (size_t c = 0; c < K; c++) {
    a_sum += s.p[c] * inverse(s.h[c]);
    b_sum += s.q[c] * inverse(s.histogram[c]);
    slope[c] = 0.0;
  }
  if (!(b_sum > 0.0 && a_sum > 0.0)) return 0.0; /* nothing kept */
  for (size_t c = 0; c < K; c++) {
    const double a = s.p[c] * inverse(s.h[c]) / a_sum;
    const double b = s.q[c] * inverse(s.histogram[c]) / b_sum;
    loss += a * cst_ln(b + TINY);
    inner += a * b / (b + TINY);
    slope[c] = a / (b + TINY);
  }
  for (size_t c = 0; c < K; c++)
    slope[c] = self->params.fairness * (slope[c] - inner) * inverse(s.histogram[c]) / b_sum;
  return self->params.fairness * loss;
}

static void unlabelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       const cst_gradient *gradient, cst_sample_loss *out)
{
  const size_t K = self->K;
  double *q = self->scratch, *slope = self->scratch + K, inner = 0.0;
  size_t class;
  const bool keep = kept(self, sample, &class);
  out->label = (int)class;
  cst_ssl_match(self, step, sample, 1, NULL, self->params.weight, keep, gradient->logits, out);
  const double loss = fairness(self, slope);
  if (sample->position == 0) out->extra = loss;
  if (!keep) return;
  cst_softmax(K, sample->logits + K, q);
  for (size_t c = 0; c < K; c++) inner += slope[c] * q[c];
  for (size_t c = 0; c < K; c++) gradient->logits[K + c] += (float)(q[c] * (slope[c] - inner));
}

const cst_strategy_ops cst_freematch = {
    .name = "freematch",
    .views = {.unlabelled = true, .unlabelled_weak = 1, .unlabelled_strong = 1},
    .defaults = {{"weight", 1.0}, {"momentum", 0.999}, {"fairness", 0.001}},
    .state = state,
    .start = start,
    .sums = sums,
    .observe = observe,
    .absorb = absorb,
    .unlabelled = unlabelled,
    .threshold = threshold,
};
