/*
 * ReMixMatch: MixMatch with aligned guesses, and strong views that are anchored to a weak one.
 *
 *   guess = Norm(p^^(1/T)),  p^: softmax(weak view) after distribution alignment (alignment.c)
 *   labelled rows, the weak view and K strong ones of each unlabelled clip mixed as in MixMatch,
 *   targets alike
 *   L_s = 1/B sum H(target, softmax(row)),  r = min(1, t/ramp)
 *   L_u = lambda_u r 1/(1 + K)U sum over mixed rows H(target, softmax(row))
 *       + lambda_u1 r 1/U sum H(guess, softmax(first strong view, not mixed))
 *   L_r = lambda_r 1/U sum H(one-hot of the flip, softmax of a second head on that view, flipped)
 *
 * T = 0.5, K = 2 (paper: 8), lambda_u = 1.5, lambda_u1 = lambda_r = 0.5, alpha = 0.75, ramp = 1
 * (the published code: 16,384 steps).  Flips of the spectrogram (none, of time, of frequency, both)
 * stand in for rotations of images, as in Cances et al., arXiv 2102.08183, whose K this is.
 * Labelled rows are weak views, as theirs, unless augment.labelled says otherwise; the paper's are
 * strong.
 *
 * Source: Berthelot et al., ICLR 2020, arXiv 1911.09785, section 3 and its published code.
 */
#include "cassette/loss.h"
#include "strategies.h"

#include <math.h>

static void settle(const cst_strategy_params *params, cst_views *views)
{
  views->unlabelled_strong = (int)params->strong_views;
  views->unmixed = params->unmixed_weight > 0.0 && views->unlabelled_strong > 0;
  views->flipped = params->flip_weight > 0.0 && views->unlabelled_strong > 0;
}

static bool guess(const cst_strategy *self, const float *logits, double *target)
{
  cst_softmax(self->K, logits, target);
  cst_ssl_alignment_adjust(self, target);
  cst_ssl_sharpen(self->K, self->params.temperature, target);
  return true;
}

/* H(one-hot of the flip, softmax(second head)) */
static double judge_flip(const cst_sample *sample, double weight, float *dflips)
{
  return weight *
         cst_cross_entropy_hard(CST_FLIPS, sample->flips, (size_t)sample->flip, weight, dflips);
}

static void unlabelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       const cst_gradient *gradient, cst_sample_loss *out)
{
  const cst_views *v = &self->views;
  const size_t K = self->K, mixed = cst_views_mixed(v);
  const double ramp = cst_ssl_linear_ramp(self, step);
  double *own = self->scratch;
  guess(self, sample->guess, own);
  out->label = (int)cst_argmax(K, own);
  for (size_t row = 0; row < mixed; row++)
    cst_ssl_match(self, step, sample, row, sample->target + row * K,
                  self->params.weight * ramp / (double)mixed, 1.0, gradient->logits, out);
  if (v->unmixed)
    cst_ssl_match(self, step, sample, mixed, own, self->params.unmixed_weight * ramp, 1.0,
                  gradient->logits, out);
  if (v->flipped)
    out->extra =
        judge_flip(sample, self->params.flip_weight / (double)step->unlabelled, gradient->flips);
}

const cst_strategy_ops cst_remixmatch = {
    .name = "remixmatch",
    .views = {.unlabelled = true, .guesses = 1, .unlabelled_weak = 1, .mix = true},
    .defaults = {{"alignment", 1.0},
                 {"temperature", 0.5},
                 {"weight", 1.5},
                 {"unmixed_weight", 0.5},
                 {"flip_weight", 0.5},
                 {"ramp", 1.0},
                 {"mixup", 0.75},
                 {"strong_views", 2.0}},
    .settle = settle,
    .state = cst_ssl_alignment_state,
    .start = cst_ssl_alignment_start,
    .sums = cst_ssl_alignment_sums,
    .observe = cst_ssl_alignment_observe,
    .absorb = cst_ssl_alignment_absorb,
    .unlabelled = unlabelled,
    .guess = guess,
};
