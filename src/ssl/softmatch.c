/*
 * SoftMatch: no threshold but a weight, a Gaussian of how far a clip's confidence is below the mean.
 *
 *   p-bar, mu, sigma^2: running means (momentum m) of p, and of the mean and variance of max p^
 *   p^ = Norm(p / (K p-bar)),  weight = exp(-min(max p^ - mu, 0)^2 / (2 sigma^2 / n^2)),  n = 2
 *   L_u = lambda 1/U sum weight H(argmax p, q)
 *
 * m = 0.999, lambda = 1.  Aligned probabilities p^ weigh; labels are those of p.
 *
 * Source: Chen et al., ICLR 2023, arXiv 2301.10921, equations 6 to 11.
 */
#include "cassette/elementary.h"
#include "cassette/loss.h"
#include "strategies.h"

#include <math.h>

/* State: p-bar [K], mu, sigma^2. */
static size_t state(const cst_strategy *self) { return self->K + 2; }

static void start(cst_strategy *self)
{
  for (size_t i = 0; i <= self->K; i++) self->state[i] = 1.0 / (double)self->K;
  self->state[self->K + 1] = 1.0;
}

static double aligned_confidence(const cst_strategy *self, const cst_sample *sample, size_t *class)
{
  const size_t K = self->K;
  double confidence, sum = 0.0, largest = 0.0;
  const double *p = cst_ssl_weak(self, sample, &confidence, class);
  for (size_t c = 0; c < K; c++) {
    const double aligned = p[c] / ((double)K * self->state[c]);
    sum += aligned;
    largest = fmax(largest, aligned);
  }
  return largest / sum;
}

static size_t sums(const cst_strategy *self, const cst_ssl_step *step, int phase)
{
  if (step->unlabelled == 0) return 0;
  return phase == 0 ? self->K : phase == 1 ? 2 : 0;
}

static void observe(const cst_strategy *self, const cst_ssl_step *step, int phase,
                    const cst_sample *sample, double *out)
{
  size_t class;
  (void)step;
  if (sample->labelled) return;
  if (phase == 0) {
    cst_softmax(self->K, sample->logits, out);
  } else {
    out[0] = aligned_confidence(self, sample, &class);
    out[1] = out[0] * out[0];
  }
}

static void absorb(cst_strategy *self, const cst_ssl_step *step, int phase, const double *totals)
{
  const double m = self->params.momentum, U = (double)step->unlabelled;
  double *mu = &self->state[self->K], *variance = mu + 1;
  if (phase == 0) {
    for (size_t c = 0; c < self->K; c++) cst_ssl_track(m, totals[c] / U, &self->state[c]);
    return;
  }
  const double mean = totals[0] / U;
  cst_ssl_track(m, mean, mu);
  if (U > 1.0) cst_ssl_track(m, fmax(0.0, totals[1] / U - mean * mean) * U / (U - 1.0), variance);
}

static void unlabelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       const cst_gradient *gradient, cst_sample_loss *out)
{
  enum { N = 2 }; /* standard deviations */
  size_t class;
  const double below = fmin(aligned_confidence(self, sample, &class) - self->state[self->K], 0.0);
  const double variance = self->state[self->K + 1] / (N * N);
  out->label = (int)class;
  cst_ssl_match(self, step, sample, 1, NULL, self->params.weight,
                below == 0.0 ? 1.0 : cst_exp(-below * below / (2.0 * variance)), gradient->logits,
                out);
}

static double threshold(const cst_strategy *self, size_t k)
{
  (void)k;
  return self->state[self->K]; /* full weight from the mean on */
}

const cst_strategy_ops cst_softmatch = {
    .name = "softmatch",
    .views = {.unlabelled = true, .unlabelled_weak = 1, .unlabelled_strong = 1},
    .defaults = {{"weight", 1.0}, {"momentum", 0.999}},
    .state = state,
    .start = start,
    .sums = sums,
    .observe = observe,
    .absorb = absorb,
    .unlabelled = unlabelled,
    .threshold = threshold,
};
