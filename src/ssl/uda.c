/*
 * Unsupervised Data Augmentation: the sharpened weak view is the target of the strong one.
 *
 *   L_u = lambda 1/U sum 1[max p >= tau] H(softmax(x/T), q)
 *
 * tau = 0.8, T = 0.4, lambda = 1.  Training signal annealing, if asked for, drops labelled clips
 * that are known too well for their time, p_y > eta = a (1 - 1/K) + 1/K with a = t, exp(5(t - 1))
 * or 1 - exp(-5t), and divides by those left.
 *
 * Source: Xie et al., NeurIPS 2020, arXiv 1904.12848, sections 2 and 3.
 */
#include "cassette/elementary.h"
#include "cassette/loss.h"
#include "strategies.h"

#include <math.h>

enum { KEPT }; /* state: labelled clips of this step that are not dropped */

static size_t state(const cst_strategy *self)
{
  (void)self;
  return 1;
}

static double ceiling(const cst_strategy *self, double t)
{
  const double a = self->params.tsa == CST_TSA_LINEAR ? t
                   : self->params.tsa == CST_TSA_EXP  ? cst_exp(5.0 * (t - 1.0))
                                                      : 1.0 - cst_exp(-5.0 * t);
  return a * (1.0 - 1.0 / (double)self->K) + 1.0 / (double)self->K;
}

static bool dropped(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample)
{
  if (self->params.tsa == CST_TSA_NONE) return false;
  double *p = self->scratch;
  cst_softmax(self->K, sample->logits, p);
  return p[cst_argmax(self->K, sample->target)] > ceiling(self, step->progress);
}

static size_t sums(const cst_strategy *self, const cst_ssl_step *step, int phase)
{
  (void)step;
  return phase == 0 && self->params.tsa != CST_TSA_NONE ? 1 : 0;
}

static void observe(const cst_strategy *self, const cst_ssl_step *step, int phase,
                    const cst_sample *sample, double *out)
{
  (void)phase;
  if (sample->labelled) out[0] = !dropped(self, step, sample);
}

static void absorb(cst_strategy *self, const cst_ssl_step *step, int phase, const double *totals)
{
  (void)step, (void)phase;
  self->state[KEPT] = totals[0];
}

static void labelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                     const cst_gradient *gradient, cst_sample_loss *out)
{
  if (dropped(self, step, sample)) return;
  const double count =
      self->params.tsa == CST_TSA_NONE ? (double)step->labelled : self->state[KEPT];
  const double weight = 1.0 / fmax(1.0, count);
  out->supervised =
      weight * cst_cross_entropy(self->K, sample->logits, sample->target, weight, gradient->logits);
}

static void unlabelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       const cst_gradient *gradient, cst_sample_loss *out)
{
  const size_t K = self->K;
  double confidence, *target = self->scratch + K;
  size_t class;
  const double *p = cst_ssl_weak(self, sample, &confidence, &class);
  for (size_t c = 0; c < K; c++) target[c] = p[c];
  cst_ssl_sharpen(K, self->params.temperature, target); /* softmax(x)^(1/T) ~ softmax(x/T) */
  out->label = (int)class;
  cst_ssl_match(self, step, sample, 1, target, self->params.weight,
                confidence >= self->params.threshold, gradient->logits, out);
}

const cst_strategy_ops cst_uda = {
    .name = "uda",
    .views = {.unlabelled = true, .unlabelled_weak = 1, .unlabelled_strong = 1},
    .defaults = {{"threshold", 0.8}, {"temperature", 0.4}, {"weight", 1.0}},
    .anneals = true,
    .state = state,
    .sums = sums,
    .observe = observe,
    .absorb = absorb,
    .labelled = labelled,
    .unlabelled = unlabelled,
    .threshold = cst_ssl_fixed_threshold,
};
