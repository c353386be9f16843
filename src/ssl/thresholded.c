/*
 * Thresholded pseudo-labels: the student's own confident decisions, on the same view.
 *
 *   L_u = lambda clip(t/ramp, 0, 1) 1/U sum 1[max p >= tau] H(argmax p, p)
 *
 * tau = 0.95, lambda = 1, ramp = 0.4; mixup as in FixMatch, of the view itself.
 *
 * Source: Lee, ICML 2013 workshop; threshold and ramp as in USB, Wang et al., NeurIPS 2022,
 * arXiv 2208.07204.
 */
#include "strategies.h"

static void unlabelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       const cst_gradient *gradient, cst_sample_loss *out)
{
  cst_ssl_match_confident(self, step, sample, self->params.weight * cst_ssl_linear_ramp(self, step),
                          gradient->logits, out);
}

const cst_strategy_ops cst_thresholded = {
    .name = "thresholded",
    .views = {.unlabelled = true, .unlabelled_weak = 1},
    .defaults = {{"threshold", 0.95}, {"weight", 1.0}, {"ramp", 0.4}, {"mixup", 0.0}},
    .settle = cst_ssl_settle_mixup,
    .unlabelled = unlabelled,
    .guess = cst_ssl_guess_confident,
    .threshold = cst_ssl_fixed_threshold,
};
