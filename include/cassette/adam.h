/**
 * @file adam.h
 * Adam (Kingma and Ba, ICLR 2015), as torch.optim.Adam, over flat buffers; float32 state.
 */
#ifndef CST_ADAM_H
#define CST_ADAM_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
  double learning_rate, beta1, beta2, eps;
} cst_adam;

/** PyTorch's defaults: 1e-3, 0.9, 0.999, 1e-8. */
cst_adam cst_adam_defaults(void);
/** One step, @p step counted from 1: values, m, v updated in place; elementwise, so any partition
 *  of [0, n) gives the same bits. */
void cst_adam_step(const cst_adam *self, uint64_t step, size_t n, const float *gradient,
                   float *values, float *m, float *v);
/** Learning rate of @p epoch (from 0): base * decay^(epoch / every), integer division (StepLR). */
double cst_step_decay(double base, double decay, uint64_t every, uint64_t epoch);

#endif
