/*
 * Batch normalisation with the statistics of the global batch.
 *
 *   xhat = (x - mean) inv_std    y = weight xhat + bias    inv_std = 1 / sqrt(var + eps)
 *
 * over all pixels of all clips of all ranks, per channel.  A clip gives its sums [2][C]; the
 * caller adds them up (exact.h); what the totals lead to is here.  Sums are double, so that
 * var = E[x^2] - mean^2 keeps seven digits even where mean^2 is a million variances.
 *
 * Source: Ioffe and Szegedy, ICML 2015; running statistics as torch.nn.BatchNorm2d.
 */
#ifndef CST_BATCHNORM_H
#define CST_BATCHNORM_H

#include <stddef.h>

/** Mean and 1 / standard deviation of each channel, of the batch or running. */
typedef struct {
  double *mean, *inv_std; /**< [C] each */
} cst_batchnorm;

/** sums [2][C]: of x and of x^2 over x [pixels][C]. */
void cst_batchnorm_sums(size_t pixels, size_t C, const float *x, double *sums);
/** The same added to what is in @p sums: rows one after another give the image's bits. */
void cst_batchnorm_add(size_t pixels, size_t C, const float *x, double *sums);
/** Statistics of a batch of @p count pixels from its total @p sums [2][C]; var [C] is biased. */
void cst_batchnorm_statistics(size_t C, double count, const double *sums, double eps,
                              const cst_batchnorm *out, double *var);
/** Running statistics: the mean and the unbiased variance enter with weight @p momentum. */
void cst_batchnorm_track(size_t C, double count, const cst_batchnorm *batch, const double *var,
                         double momentum, float *mean, float *running_var, float *batches);
/** Statistics of evaluation mode. */
void cst_batchnorm_running(size_t C, const float *mean, const float *var, double eps,
                           const cst_batchnorm *out);
/** y = weight xhat + bias for x [pixels][C]. */
void cst_batchnorm_apply(size_t pixels, size_t C, const cst_batchnorm *bn, const float *weight,
                         const float *bias, const float *x, float *y);
/** sums [2][C]: of dy and of dy xhat, which are the gradients of bias and weight. */
void cst_batchnorm_backward_sums(size_t pixels, size_t C, const cst_batchnorm *bn, const float *x,
                                 const float *dy, double *sums);

#endif
