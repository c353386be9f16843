/**
 * @file adam.h
 * Adam (Kingma and Ba, ICLR 2015), as torch.optim.Adam, and with decoupled weight decay (Loshchilov
 * and Hutter, arXiv 1711.05101) as torch.optim.AdamW, over flat buffers; float32 state.
 */
#ifndef CST_ADAM_H
#define CST_ADAM_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  double learning_rate, beta1, beta2, eps;
  double weight_decay; /**< values lose learning_rate * weight_decay of themselves; 0: Adam */
} cst_adam;

/** PyTorch's defaults: 1e-3, 0.9, 0.999, 1e-8, and no decay. */
cst_adam cst_adam_defaults(void);
/** One step, @p step counted from 1: values, m, v updated in place; elementwise, so any partition
 *  of [0, n) gives the same bits, and parts may decay differently. */
void cst_adam_step(const cst_adam *self, uint64_t step, size_t n, const float *gradient,
                   float *values, float *m, float *v);

#endif
