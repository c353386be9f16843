/**
 * @file sgd.h
 * Stochastic gradient descent with Nesterov's momentum, as torch.optim.SGD (Sutskever et al., ICML
 * 2013), over flat buffers; float32 state.
 */
#ifndef CST_SGD_H
#define CST_SGD_H

#include <stddef.h>

typedef struct {
  double learning_rate;
  double momentum;     /**< 0: plain descent */
  double weight_decay; /**< L2: weight_decay * value is part of the gradient */
} cst_sgd;

/** One step: values and velocity updated in place, velocity all zero before the first. Elementwise,
 *  so any partition of [0, n) gives the same bits. */
void cst_sgd_step(const cst_sgd *self, size_t n, const float *gradient, float *values,
                  float *velocity);

#endif
