/*
 * FixMatch: confident decisions on a weak view are the labels of a strong one.
 *
 *   L_u = lambda 1/U sum 1[max p >= tau] H(argmax p, q)
 *
 * p, q: probabilities of the weak and the strong view.  Divided by all unlabelled clips, not by
 * those kept.  tau = 0.95, lambda = 1.
 *
 * With mixup (alpha > 0; Cances et al., EURASIP J. Audio, Speech, Music Process. 2022:23, arXiv
 * 2102.08183) p is guessed first; then labelled rows and the strong views of clips that are kept
 * are mixed with each other, targets alike, as in MixMatch.  alpha = 0: off; there 0.75.
 *
 * With alignment p is that of distribution alignment (alignment.c), which the paper adds where few
 * labels are left for each class.  0: off.
 *
 * Source: Sohn et al., NeurIPS 2020, arXiv 2001.07685, equation 4.
 */
#include "strategies.h"

static void unlabelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       const cst_gradient *gradient, cst_sample_loss *out)
{
  cst_ssl_match_confident(self, step, sample, self->params.weight, gradient->logits, out);
}

const cst_strategy_ops cst_fixmatch = {
    .name = "fixmatch",
    .views = {.unlabelled = true, .unlabelled_weak = 1, .unlabelled_strong = 1},
    .defaults = {{"threshold", 0.95}, {"weight", 1.0}, {"mixup", 0.0}, {"alignment", 0.0}},
    .settle = cst_ssl_settle_mixup,
    .state = cst_ssl_alignment_state,
    .start = cst_ssl_alignment_start,
    .sums = cst_ssl_alignment_sums,
    .observe = cst_ssl_alignment_observe,
    .absorb = cst_ssl_alignment_absorb,
    .adjust = cst_ssl_alignment_adjust,
    .unlabelled = unlabelled,
    .guess = cst_ssl_guess_confident,
    .threshold = cst_ssl_fixed_threshold,
};
