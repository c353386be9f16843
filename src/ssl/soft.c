/*
 * Soft pseudo-labels: the student learns the teacher's sharpened probabilities.
 *
 *   y^_i = Norm(p_i^(1/T)),  T = 0.5
 *
 * Source: sharpening as in MixMatch, arXiv 1905.02249, equation 7; distillation by a teacher's
 * probabilities, Hinton et al., arXiv 1503.02531.
 */
#include "strategies.h"

const cst_strategy_ops cst_soft = {
    .name = "soft",
    .views = {.teacher = true},
    .defaults = {{"temperature", 0.5}},
    .label = cst_ssl_label_sharpened,
};
