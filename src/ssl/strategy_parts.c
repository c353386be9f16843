/* What several strategies share; contracts in strategies.h. */
#include "cassette/elementary.h"
#include "cassette/loss.h"
#include "strategies.h"

#include <math.h>

void cst_ssl_supervise(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       float *dlogits, float *dalone, cst_sample_loss *out)
{
  const double weight = 1.0 / (double)step->labelled;
  (void)dalone;
  out->supervised =
      weight * cst_cross_entropy(self->K, sample->logits, sample->target, weight, dlogits);
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
  out->unsupervised = scale > 0.0 ? scale * loss : 0.0;
}

const double *cst_ssl_weak(const cst_strategy *self, const cst_sample *sample, double *confidence,
                           size_t *class)
{
  double *p = self->scratch;
  cst_softmax(self->K, sample->logits, p);
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
  cst_ssl_weak(self, sample, &confidence, &class);
  out->label = (int)class;
  cst_ssl_match(self, step, sample, cst_views_unlabelled(&self->ops->views) - 1, NULL, lambda,
                confidence >= self->ops->threshold(self, class), dlogits, out);
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
