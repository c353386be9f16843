/* What several strategies share; contracts in strategies.h. */
#include "cassette/elementary.h"
#include "cassette/loss.h"
#include "strategies.h"

#include <math.h>

void cst_ssl_supervise(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       const cst_gradient *gradient, cst_sample_loss *out)
{
  const double weight = 1.0 / (double)step->labelled;
  out->supervised =
      weight * cst_cross_entropy(self->K, sample->logits, sample->target, weight, gradient->logits);
}

void cst_ssl_match(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                   size_t row, const double *target, double lambda, double weight, float *dlogits,
                   cst_sample_loss *out)
{
  const size_t K = self->K;
  const float *logits = sample->logits + row * K;
  const double scale = lambda * weight / (double)step->unlabelled;
  float *d = dlogits + row * K;
  const double loss = target ? cst_cross_entropy(K, logits, target, scale, d)
                             : cst_cross_entropy_hard(K, logits, (size_t)out->label, scale, d);
  out->mask = weight;
  out->unsupervised += scale > 0.0 ? scale * loss : 0.0;
}

const double *cst_ssl_weak(const cst_strategy *self, const cst_sample *sample, double *confidence,
                           size_t *class)
{
  double *p = self->scratch;
  cst_softmax(self->K, sample->guess ? sample->guess : sample->logits, p);
  if (self->ops->adjust) self->ops->adjust(self, p);
  *class = cst_argmax(self->K, p);
  *confidence = p[*class];
  return p;
}

void cst_ssl_match_confident(const cst_strategy *self, const cst_ssl_step *step,
                             const cst_sample *sample, double lambda, float *dlogits,
                             cst_sample_loss *out)
{
  double confidence;
  size_t class;
  const size_t row = cst_views_unlabelled(&self->views) - 1;
  cst_ssl_weak(self, sample, &confidence, &class);
  out->label = (int)class;
  cst_ssl_match(self, step, sample, row, sample->target ? sample->target + row * self->K : NULL,
                lambda, confidence >= self->ops->threshold(self, class), dlogits, out);
}

void cst_ssl_settle_mixup(const cst_strategy_params *params, cst_views *views)
{
  if (params->mixup == 0.0) return;
  views->mix = true;
  views->guesses = 1;
  if (views->unlabelled_strong) views->unlabelled_weak = 0; /* its part was to be decided on */
}

bool cst_ssl_guess_confident(const cst_strategy *self, const float *guess, double *target)
{
  const size_t K = self->K;
  cst_softmax(K, guess, target);
  if (self->ops->adjust) self->ops->adjust(self, target);
  const size_t class = cst_argmax(K, target);
  const double confidence = target[class];
  for (size_t c = 0; c < K; c++) target[c] = c == class;
  return confidence >= self->ops->threshold(self, class);
}

/* d/dz_j of sum_c (t_c - p_c)^2 / K = 2/K p_j ((p_j - t_j) - sum_c p_c (p_c - t_c)) */
double cst_ssl_brier(const cst_strategy *self, const float *logits, const double *target,
                     double weight, float *dlogits)
{
  const size_t K = self->K;
  double *p = self->scratch, loss = 0.0, inner = 0.0;
  cst_softmax(K, logits, p);
  for (size_t c = 0; c < K; c++) {
    const double difference = p[c] - target[c];
    loss += difference * difference / (double)K;
    inner += p[c] * difference;
  }
  for (size_t c = 0; c < K; c++)
    dlogits[c] += (float)(weight * 2.0 / (double)K * p[c] * (p[c] - target[c] - inner));
  return loss;
}

void cst_ssl_sharpen(size_t K, double temperature, double *p)
{
  const double top = p[cst_argmax(K, p)]; /* its power is 1: the sum cannot underflow to 0 */
  double sum = 0.0;
  for (size_t c = 0; c < K; c++) sum += p[c] = cst_pow(p[c] / top, 1.0 / temperature);
  for (size_t c = 0; c < K; c++) p[c] /= sum;
}

cst_status cst_ssl_label_sharpened(const cst_strategy *self, const cst_teacher_view *view,
                                   float *target, int32_t *copies)
{
  const size_t K = view->K;
  double *p = self->scratch;
  for (size_t i = 0; i < view->n; i++) {
    for (size_t c = 0; c < K; c++) p[c] = (double)view->p[i * K + c];
    cst_ssl_sharpen(K, self->params.temperature, p);
    for (size_t c = 0; c < K; c++) target[i * K + c] = (float)p[c];
    copies[i] = 1;
  }
  return CST_OK;
}

void cst_ssl_track(double momentum, double value, double *average)
{
  *average = momentum * *average + (1.0 - momentum) * value;
}

double cst_ssl_linear_ramp(const cst_strategy *self, const cst_ssl_step *step)
{
  const double ramp = self->params.ramp;
  return step->progress < ramp ? step->progress / ramp : 1.0;
}

double cst_ssl_fixed_threshold(const cst_strategy *self, size_t k)
{
  (void)k;
  return self->params.threshold;
}
