/*
 * AdaMatch: FixMatch for shifted domains: labelled and unlabelled clips in one batch, logits of the
 * labelled ones between two BatchNorms, distributions aligned, a relative threshold.
 *
 *   z = z_lab + r (z_joint - z_lab), r ~ U(0,1) per element, for labelled rows, weak and strong;
 *   z_lab: of a pass over the labelled rows alone
 *   L_s = 1/2B sum over weak and strong of H(y, softmax(z)),  p_l = softmax(z weak)
 *   p^ = Norm(p (E_l + 1e-6) / (E_u + 1e-6)),  E_l: running mean of p_l (momentum m),  E_u: mean of
 *   the last 128 batch means of p,  mask = max p^ >= tau mean max p_l
 *   L_u = lambda(t) 1/U sum mask H(argmax p^, q),
 *   lambda(t) = lambda (1 - cos(min(pi, 2 pi t))) / 2
 *
 * tau = 0.9, m = 0.999, lambda = 1.  Statistics of the step take part in it.
 *
 * Source: Berthelot et al., ICLR 2022, arXiv 2106.04732, section 3 and its published code.
 */
#include "cassette/elementary.h"
#include "cassette/loss.h"
#include "strategies.h"

#include <math.h>

static const double PI = 3.14159265358979323846;

/* State: threshold of this step, batches remembered, E_l [K], E_u [K] and what it is the mean of. */
typedef struct {
  double *threshold, *e_l;
  cst_ssl_recent u;
} parts;

static parts parts_of(const cst_strategy *self)
{
  double *s = self->state;
  const size_t K = self->K;
  return (parts){s, s + 2, {true, s + 1, s + 2 + K, s + 2 + 2 * K}};
}

static size_t state(const cst_strategy *self) { return 2 + (2 + CST_SSL_MEMORY) * self->K; }

static void start(cst_strategy *self)
{
  for (size_t i = 2; i < self->n_state; i++) self->state[i] = 1.0 / (double)self->K;
}

static double share_of_joint(const cst_strategy *self, const cst_ssl_step *step,
                             const cst_sample *sample, size_t i)
{
  return cst_random_uniform(&step->key, sample->position * 2 * self->K + i);
}

/* Number @p i of z [2][K]. */
static double interpolated(const cst_strategy *self, const cst_ssl_step *step,
                           const cst_sample *sample, size_t i)
{
  const double joint = (double)sample->logits[i], alone = (double)sample->alone[i];
  return alone + share_of_joint(self, step, sample, i) * (joint - alone);
}

/* p [K] = softmax of row @p row of z; returns the logarithm of its normaliser. */
static double soften(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                     size_t row, double *p)
{
  const size_t K = self->K;
  double top = -HUGE_VAL, sum = 0.0;
  for (size_t c = 0; c < K; c++) {
    p[c] = interpolated(self, step, sample, row * K + c);
    top = fmax(top, p[c]);
  }
  for (size_t c = 0; c < K; c++) sum += p[c] = cst_exp(p[c] - top);
  for (size_t c = 0; c < K; c++) p[c] /= sum;
  return top + cst_ln(sum);
}

static size_t sums(const cst_strategy *self, const cst_ssl_step *step, int phase)
{
  (void)step;
  return phase == 0 ? 1 + 2 * self->K : 0;
}

/* max p_l, p_l [K], p [K] */
static void observe(const cst_strategy *self, const cst_ssl_step *step, int phase,
                    const cst_sample *sample, double *out)
{
  const size_t K = self->K;
  (void)phase;
  if (sample->labelled) {
    soften(self, step, sample, 0, out + 1);
    out[0] = out[1 + cst_argmax(K, out + 1)];
  } else {
    cst_softmax(K, sample->logits, out + 1 + K);
  }
}

static void absorb(cst_strategy *self, const cst_ssl_step *step, int phase, const double *totals)
{
  const parts s = parts_of(self);
  const size_t K = self->K;
  const double B = (double)step->labelled;
  (void)phase;
  *s.threshold = self->params.threshold * totals[0] / B;
  for (size_t c = 0; c < K; c++) cst_ssl_track(self->params.momentum, totals[1 + c] / B, &s.e_l[c]);
  if (step->unlabelled) cst_ssl_remember(K, (double)step->unlabelled, totals + 1 + K, &s.u);
}

static void labelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                     const cst_gradient *gradient, cst_sample_loss *out)
{
  const size_t K = self->K;
  const double weight = 0.5 / (double)step->labelled;
  double *p = self->scratch;
  for (size_t row = 0; row < 2; row++) {
    const double *target = sample->target + row * K;
    const double normaliser = soften(self, step, sample, row, p);
    for (size_t c = 0; c < K; c++) {
      const size_t i = row * K + c;
      const double slope = weight * (p[c] - target[c]);
      const double joint = share_of_joint(self, step, sample, i);
      out->supervised += weight * target[c] * (normaliser - interpolated(self, step, sample, i));
      gradient->logits[i] = (float)(joint * slope);
      gradient->alone[i] = (float)((1.0 - joint) * slope);
    }
  }
}

static void unlabelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       const cst_gradient *gradient, cst_sample_loss *out)
{
  const parts s = parts_of(self);
  const size_t K = self->K;
  double *aligned = self->scratch;
  cst_softmax(K, sample->logits, aligned);
  cst_ssl_align(K, s.e_l, s.u.mean, aligned);
  const size_t class = cst_argmax(K, aligned);
  const double ramp = 0.5 - 0.5 * cst_cos(fmin(PI, 2.0 * PI * step->progress));
  out->label = (int)class;
  cst_ssl_match(self, step, sample, 1, NULL, self->params.weight * ramp,
                aligned[class] >= *s.threshold, gradient->logits, out);
}

static double threshold(const cst_strategy *self, size_t k)
{
  (void)k;
  return *parts_of(self).threshold;
}

const cst_strategy_ops cst_adamatch = {
    .name = "adamatch",
    .views = {.unlabelled = true,
              .labelled = CST_LABELLED_BOTH,
              .labelled_alone = true,
              .unlabelled_weak = 1,
              .unlabelled_strong = 1},
    .defaults = {{"threshold", 0.9}, {"weight", 1.0}, {"momentum", 0.999}},
    .state = state,
    .start = start,
    .sums = sums,
    .observe = observe,
    .absorb = absorb,
    .labelled = labelled,
    .unlabelled = unlabelled,
    .threshold = threshold,
};
