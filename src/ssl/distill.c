/*
 * Distillation: the student learns the teacher's probabilities at a temperature, and of clips that
 * have a label a little of that.
 *
 *   L = 1/B sum_i  lambda H(y_i, q_i) + (1 - lambda) T^2 KL(p_i^T || q_i^T)
 *   p^T = Norm(p^(1/T)),  q^T = softmax(z/T),  gradient of the second term: (1 - lambda) T (q^T - p^T)
 *
 * T = 2, lambda = 0.05.  Unlabelled clips have no first term; a labelled clip that the teacher did not
 * judge has the first one alone, with weight 1.
 *
 * Source: Hinton et al., arXiv 1503.02531, section 2.  Lambda is the share that CP-JKU's published code
 * of DCASE 2023, Task 1 gives to labels once its mean over classes is written as the sum that KL is.
 */
#include "strategies.h"

#include "cassette/loss.h"

static void weigh(const cst_strategy *self, double *target, double *taught)
{
  const double lambda = self->params.label_weight;
  double judged = 0.0;
  for (size_t k = 0; k < self->K; k++) judged += taught[k];
  for (size_t k = 0; judged > 0.0 && k < self->K; k++) {
    target[k] *= lambda;
    taught[k] *= 1.0 - lambda;
  }
}

/* At temperature 1 the two terms are one cross-entropy, whose gradient is rounded once: lambda 0 has the
 * bits of `soft`. */
static void add_up(const cst_strategy *self, const cst_sample *sample, double weight,
                   float *dlogits)
{
  double *both = self->scratch;
  for (size_t k = 0; k < self->K; k++) both[k] = sample->target[k] + sample->taught[k];
  cst_cross_entropy(self->K, sample->logits, both, weight, dlogits);
}

static void labelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                     const cst_gradient *gradient, cst_sample_loss *out)
{
  const double weight = 1.0 / (double)step->labelled;
  cst_ssl_supervise(self, step, sample, gradient, out);
  out->extra = weight * cst_distillation(self->K, sample->logits, self->params.temperature,
                                         sample->taught, weight, gradient->logits);
  if (self->params.temperature == 1.0) add_up(self, sample, weight, gradient->logits);
}

const cst_strategy_ops cst_distill = {
    .name = "distill",
    .views = {.teacher = true, .taught = true},
    .defaults = {{"temperature", 2.0}, {"label_weight", 0.05}},
    .weigh = weigh,
    .labelled = labelled,
    .label = cst_ssl_label_sharpened,
};
