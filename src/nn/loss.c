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

void cst_smooth_target(double eps, size_t K, double *target)
{
  for (size_t k = 0; k < K; k++) target[k] = (1.0 - eps) * target[k] + eps / (double)K;
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
