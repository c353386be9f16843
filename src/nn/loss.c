/*
 * Cross-entropy through the logarithm of the sum of exponentials, shifted by the largest logit so
 * that nothing overflows.
 */
#include "cassette/loss.h"

#include "cassette/elementary.h"
#include "cassette/status.h"

#include <math.h>

/* Of logits / T. */
static double log_sum_exp(size_t K, const float *logits, double T)
{
  float top = logits[0]; /* gcc 12 for arm64 fails inside on the same maximum in double */
  double sum = 0.0;
  for (size_t k = 1; k < K; k++) top = fmaxf(top, logits[k]);
  for (size_t k = 0; k < K; k++) sum += cst_exp(((double)logits[k] - (double)top) / T);
  return (double)top / T + cst_ln(sum);
}

void cst_softmax(size_t K, const float *logits, double *p)
{
  const double total = log_sum_exp(K, logits, 1.0);
  for (size_t k = 0; k < K; k++) p[k] = cst_exp((double)logits[k] - total);
}

/* A target of 0 takes no part, even where the logit is minus infinity. */
static double entropy_term(double target, double log_p)
{
  return target == 0.0 ? 0.0 : -target * log_p;
}

double cst_cross_entropy(size_t K, const float *logits, const double *target, double weight,
                         float *dlogits)
{
  const double total = log_sum_exp(K, logits, 1.0);
  double loss = 0.0, mass = 0.0;
  for (size_t k = 0; k < K; k++) {
    loss += entropy_term(target[k], (double)logits[k] - total);
    mass += target[k];
  }
  for (size_t k = 0; dlogits && k < K; k++)
    dlogits[k] = (float)(weight * (cst_exp((double)logits[k] - total) * mass - target[k]));
  return loss;
}

double cst_cross_entropy_hard(size_t K, const float *logits, size_t label, double weight,
                              float *dlogits)
{
  const double total = log_sum_exp(K, logits, 1.0);
  CST_ASSERT(label < K);
  for (size_t k = 0; dlogits && k < K; k++)
    dlogits[k] = (float)(weight * (cst_exp((double)logits[k] - total) - (k == label ? 1.0 : 0.0)));
  return total - (double)logits[label];
}

cst_slice cst_class_group(const cst_class_groups *groups, size_t K, size_t k)
{
  cst_slice at = {0, groups->n ? groups->size[0] : K};
  for (size_t g = 1; k >= at.first + at.count; g++) {
    CST_ASSERT(g < groups->n);
    at = (cst_slice){at.first + at.count, groups->size[g]};
  }
  return at;
}

void cst_class_groups_keep(const cst_class_groups *groups, size_t K, const double *target,
                           float *logits)
{
  for (size_t k = 0; groups->n > 0 && k < K;) {
    const cst_slice at = cst_class_group(groups, K, k);
    double mass = 0.0;
    for (k = at.first; k < at.first + at.count; k++) mass += target[k];
    for (k = at.first; k < at.first + at.count; k++)
      if (mass == 0.0) logits[k] = -INFINITY;
  }
}

void cst_smooth_target(const cst_class_groups *groups, double eps, size_t K, double *target)
{
  const cst_slice at = cst_class_group(groups, K, cst_argmax(K, target));
  for (size_t k = at.first; k < at.first + at.count; k++)
    target[k] = (1.0 - eps) * target[k] + eps / (double)at.count;
}

double cst_distillation(size_t K, const float *logits, double T, const double *target,
                        double weight, float *dlogits)
{
  const double total = log_sum_exp(K, logits, T);
  double loss = 0.0, mass = 0.0;
  for (size_t k = 0; k < K; k++) mass += target[k];
  for (size_t k = 0; k < K; k++) {
    const double log_q = (double)logits[k] / T - total;
    if (target[k] > 0.0) loss += target[k] * (cst_ln(target[k] / mass) - log_q);
    dlogits[k] += (float)(weight * T * (cst_exp(log_q) * mass - target[k]));
  }
  return T * T * loss;
}

size_t cst_argmax(size_t K, const double *p)
{
  size_t best = 0;
  for (size_t k = 1; k < K; k++)
    if (p[k] > p[best]) best = k;
  return best;
}

size_t cst_argmax_f32(size_t K, const float *p)
{
  size_t best = 0;
  for (size_t k = 1; k < K; k++)
    if (p[k] > p[best]) best = k;
  return best;
}
