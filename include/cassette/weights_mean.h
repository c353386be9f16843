/**
 * @file weights_mean.h
 * Mean of weights along training (stochastic weight averaging: Izmailov et al., UAI 2018, arXiv
 * 1803.05407; torch.optim.swa_utils.AveragedModel), in double so that rounding does not add up.
 */
#ifndef CST_WEIGHTS_MEAN_H
#define CST_WEIGHTS_MEAN_H

#include <stddef.h>
#include <stdint.h>

/** mean += (x - mean) / (terms + 1), in place; @p terms: how many are in the mean before; at 0 what
 *  stands there does not count.  Elementwise. */
void cst_weights_mean_add(uint64_t terms, size_t n, const float *x, double *mean);

#endif
