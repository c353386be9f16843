/*
 * FlexMatch: FixMatch with a threshold for each class that rises with what is learned of it.
 *
 *   sigma_c = unlabelled clips whose latest confident decision (max p >= tau) is c,  n0 = clips
 *   without one,  beta_c = sigma_c / max(max sigma, n0),  threshold_c = tau beta_c / (2 - beta_c)
 *   L_u = lambda 1/U sum 1[max p >= threshold_(argmax p)] H(argmax p, q)
 *
 * tau = 0.95, lambda = 1; mixup as in FixMatch.  A step's thresholds are those of the memory before it.
 *
 * Source: Zhang et al., NeurIPS 2021, arXiv 2110.08263, equations 5 to 10.
 */
#include "strategies.h"

#include <math.h>

/* State: the thresholds [K], then the memory: 1 + class by unlabelled clip, 0: none. */
static size_t state(const cst_strategy *self) { return self->K + self->unlabelled; }

static size_t sums(const cst_strategy *self, const cst_ssl_step *step, int phase)
{
  (void)self;
  return phase == 0 ? 2 * step->unlabelled : 0;
}

/* By position in the batch: 1 + clip, and 1 + class where the decision is confident. */
static void observe(const cst_strategy *self, const cst_ssl_step *step, int phase,
                    const cst_sample *sample, double *out)
{
  double confidence;
  size_t class;
  (void)phase;
  if (sample->labelled) return;
  cst_ssl_weak(self, sample, &confidence, &class);
  if (!(confidence >= self->params.threshold)) return;
  out[sample->position] = 1.0 + (double)sample->clip;
  out[step->unlabelled + sample->position] = 1.0 + (double)class;
}

static void set_thresholds(cst_strategy *self)
{
  double *threshold = self->state, largest = 0.0, unused = 0.0;
  const double *memory = self->state + self->K;
  for (size_t c = 0; c < self->K; c++) threshold[c] = 0.0;
  for (size_t i = 0; i < self->unlabelled; i++)
    if (memory[i] > 0.0)
      threshold[(size_t)memory[i] - 1] += 1.0;
    else
      unused += 1.0;
  for (size_t c = 0; c < self->K; c++) largest = fmax(largest, threshold[c]);
  largest = fmax(largest, unused);
  for (size_t c = 0; c < self->K; c++) {
    const double beta = largest > 0.0 ? threshold[c] / largest : 0.0;
    threshold[c] = self->params.threshold * beta / (2.0 - beta);
  }
}

static void absorb(cst_strategy *self, const cst_ssl_step *step, int phase, const double *totals)
{
  double *memory = self->state + self->K;
  (void)phase;
  set_thresholds(self);
  for (size_t i = 0; i < step->unlabelled; i++)
    if (totals[i] > 0.0) memory[(size_t)totals[i] - 1] = totals[step->unlabelled + i];
}

static double threshold(const cst_strategy *self, size_t k) { return self->state[k]; }

static void unlabelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       const cst_gradient *gradient, cst_sample_loss *out)
{
  cst_ssl_match_confident(self, step, sample, self->params.weight, gradient->logits, out);
}

const cst_strategy_ops cst_flexmatch = {
    .name = "flexmatch",
    .views = {.unlabelled = true, .unlabelled_weak = 1, .unlabelled_strong = 1},
    .defaults = {{"threshold", 0.95}, {"weight", 1.0}, {"mixup", 0.0}},
    .settle = cst_ssl_settle_mixup,
    .state = state,
    .sums = sums,
    .observe = observe,
    .absorb = absorb,
    .unlabelled = unlabelled,
    .guess = cst_ssl_guess_confident,
    .threshold = threshold,
};
