/*
 * FixMatch: confident decisions on a weak view are the labels of a strong one.
 *
 *   L_u = lambda 1/U sum 1[max p >= tau] H(argmax p, q)
 *
 * p, q: probabilities of the weak and the strong view.  Divided by all unlabelled clips, not by
 * those kept.  tau = 0.95, lambda = 1.
 *
 * Source: Sohn et al., NeurIPS 2020, arXiv 2001.07685, equation 4.
 */
#include "strategies.h"

static void unlabelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       float *dlogits, cst_sample_loss *out)
{
  cst_ssl_match_confident(self, step, sample, self->params.weight, dlogits, out);
}

const cst_strategy_ops cst_fixmatch = {
    .name = "fixmatch",
    .views = {.unlabelled = true, .unlabelled_weak = 1, .unlabelled_strong = true},
    .defaults = {.threshold = 0.95, .weight = 1.0},
    .unlabelled = unlabelled,
    .threshold = cst_ssl_fixed_threshold,
};
