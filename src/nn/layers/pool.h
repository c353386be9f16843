/*
 * Adaptive average pooling of [H][W][C] to [P][C]: all columns, and H rows in P bins.
 *
 * Bin p covers rows floor(p H / P) up to, but without, ceil((p + 1) H / P), as
 * torch.nn.functional.adaptive_avg_pool2d; bins overlap where P does not divide H.
 */
#ifndef CST_POOL_H
#define CST_POOL_H

#include <stddef.h>

typedef struct {
  size_t H, W, C, P;
} cst_pool;

void cst_pool_forward(const cst_pool *self, const float *x, float *y);
/** dx [H][W][C] is overwritten. */
void cst_pool_backward(const cst_pool *self, const float *dy, float *dx);

#endif
