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

enum { MEMORY = 128 };
static const double SMALL = 1e-6, PI = 3.14159265358979323846;

/* State: threshold of this step, steps remembered, E_l [K], E_u [K], the last batch means
 * [MEMORY][K]. */
typedef struct {
  double *threshold, *steps, *e_l, *e_u, *memory;
} parts;

static parts parts_of(const cst_strategy *self)
{
  double *s = self->state;
  const size_t K = self->K;
  return (parts){s, s + 1, s + 2, s + 2 + K, s + 2 + 2 * K};
}

static size_t state(size_t K, size_t unlabelled)
{
  (void)unlabelled;
  return 2 + (2 + MEMORY) * K;
}

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

/* Replace the oldest batch mean of p by that of @p sum [K]. */
static void remember(const cst_strategy *self, double unlabelled, const double *sum)
{
  const parts s = parts_of(self);
  const size_t K = self->K;
  double *oldest = s.memory + (size_t)*s.steps % MEMORY * K;
  for (size_t c = 0; c < K; c++) {
    oldest[c] = sum[c] / unlabelled;
    s.e_u[c] = 0.0;
    for (size_t i = 0; i < MEMORY; i++) s.e_u[c] += s.memory[i * K + c] / MEMORY;
  }
  *s.steps += 1.0;
}

static void absorb(cst_strategy *self, const cst_ssl_step *step, int phase, const double *totals)
{
  const parts s = parts_of(self);
  const size_t K = self->K;
  const double B = (double)step->labelled;
  (void)phase;
  *s.threshold = self->params.threshold * totals[0] / B;
  for (size_t c = 0; c < K; c++) cst_ssl_track(self->params.momentum, totals[1 + c] / B, &s.e_l[c]);
  if (step->unlabelled) remember(self, (double)step->unlabelled, totals + 1 + K);
}

static void labelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                     float *dlogits, float *dalone, cst_sample_loss *out)
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
      dlogits[i] = (float)(joint * slope);
      dalone[i] = (float)((1.0 - joint) * slope);
    }
  }
}

static void unlabelled(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       float *dlogits, cst_sample_loss *out)
{
  const parts s = parts_of(self);
  const size_t K = self->K;
  double *aligned = self->scratch, sum = 0.0;
  cst_softmax(K, sample->logits, aligned);
  for (size_t c = 0; c < K; c++) {
    aligned[c] *= (s.e_l[c] + SMALL) / (s.e_u[c] + SMALL);
    sum += aligned[c];
  }
  const size_t class = cst_argmax(K, aligned);
  const double ramp = 0.5 - 0.5 * cst_cos(fmin(PI, 2.0 * PI * step->progress));
  out->label = (int)class;
  cst_ssl_match(self, step, sample, 1, NULL, self->params.weight * ramp,
                aligned[class] / sum >= *s.threshold, dlogits, out);
}

static double threshold(const cst_strategy *self, size_t k)
{
  (void)k;
  return *parts_of(self).threshold;
}

const cst_strategy_ops cst_adamatch = {
    .name = "adamatch",
    .views = {.unlabelled = true,
              .labelled_strong = true,
              .labelled_alone = true,
              .unlabelled_weak = 1,
              .unlabelled_strong = true},
    .defaults = {.threshold = 0.9, .weight = 1.0, .momentum = 0.999},
    .state = state,
    .start = start,
    .sums = sums,
    .observe = observe,
    .absorb = absorb,
    .labelled = labelled,
    .unlabelled = unlabelled,
    .threshold = threshold,
};
