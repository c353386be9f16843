/*
 * Mean Teacher: the average of the student's weights judges one weak view, the student another, and
 * their probabilities shall agree.
 *
 *   L_u = lambda exp(-5 (1 - min(1, t/ramp))^2) 1/U sum mean_c (softmax(x)_c - softmax(x')_c)^2
 *
 * lambda = 100, ramp = 0.4.  The average is of parameters and of BatchNorm's statistics, and it
 * judges in evaluation mode; the paper's code averages parameters alone.  Its decay is that of all
 * strategies (ema.h), not min(1 - 1/(step + 1), ema) as in that code.
 *
 * Source: Tarvainen and Valpola, NeurIPS 2017, arXiv 1703.01780.
 */
#include "cassette/elementary.h"
#include "cassette/loss.h"
#include "strategies.h"

#include <math.h>

static void unlabelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       const cst_gradient *gradient, cst_sample_loss *out)
{
  const double rest = 1.0 - cst_ssl_linear_ramp(self, step);
  const double weight =
      self->params.weight * cst_exp(-5.0 * rest * rest) / (double)step->unlabelled;
  double *teacher = self->scratch + self->K;
  cst_softmax(self->K, sample->guess, teacher);
  out->label = (int)cst_argmax(self->K, teacher);
  out->mask = 1.0;
  out->unsupervised =
      weight * cst_ssl_brier(self, sample->logits, teacher, weight, gradient->logits);
}

const cst_strategy_ops cst_mean_teacher = {
    .name = "mean-teacher",
    .views = {.unlabelled = true, .guesses = 1, .guess_by_average = true, .unlabelled_weak = 1},
    .defaults = {{"weight", 100.0}, {"ramp", 0.4}},
    .unlabelled = unlabelled,
};
