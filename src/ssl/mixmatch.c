/*
 * MixMatch: guesses averaged over weak views and sharpened, then everything mixed with everything.
 *
 *   target = Norm((mean_k softmax(x_k))^(1/T)),  K = 2 views,  T = 0.5
 *   rows and targets mixed by mixup with lambda' = max(lambda, 1 - lambda), lambda ~
 *   Beta(alpha, alpha)
 *   L_s = 1/B sum H(target, softmax(row)),  L_u = lambda_u min(1, t/ramp) 1/2U sum over rows of
 *   mean_c (target_c - softmax(row)_c)^2
 *
 * lambda_u = 75, ramp = 1, alpha = 0.75.  The rows are mixed by the caller; their targets come back mixed.
 *
 * Source: Berthelot et al., NeurIPS 2019, arXiv 1905.02249, section 3.
 */
#include "cassette/loss.h"
#include "strategies.h"

enum { VIEWS = 2 };

static bool guess(const cst_strategy *self, const float *logits, double *target)
{
  const size_t K = self->K;
  double *p = self->scratch;
  for (size_t c = 0; c < K; c++) target[c] = 0.0;
  for (size_t view = 0; view < VIEWS; view++) {
    cst_softmax(K, logits + view * K, p);
    for (size_t c = 0; c < K; c++) target[c] += p[c] / VIEWS;
  }
  cst_ssl_sharpen(K, self->params.temperature, target);
  return true;
}

static void unlabelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       const cst_gradient *gradient, cst_sample_loss *out)
{
  const size_t K = self->K;
  const double weight =
      self->params.weight * cst_ssl_linear_ramp(self, step) / (VIEWS * (double)step->unlabelled);
  double *own = self->scratch + K;
  guess(self, sample->guess, own);
  out->label = (int)cst_argmax(K, own);
  out->mask = 1.0;
  for (size_t row = 0; row < VIEWS; row++)
    out->unsupervised +=
        weight * cst_ssl_brier(self, sample->logits + row * K, sample->target + row * K, weight,
                               gradient->logits + row * K);
}

const cst_strategy_ops cst_mixmatch = {
    .name = "mixmatch",
    .views = {.unlabelled = true, .guesses = VIEWS, .unlabelled_weak = VIEWS, .mix = true},
    .defaults = {{"temperature", 0.5}, {"weight", 75.0}, {"ramp", 1.0}, {"mixup", 0.75}},
    .unlabelled = unlabelled,
    .guess = guess,
};
