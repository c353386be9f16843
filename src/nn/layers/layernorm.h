/*
 * Layer normalisation of the rows of x [n][E]:  y = weight xhat + bias, xhat = (x - mean) inv_std.
 * Statistics of each row, in double, with the biased variance and eps = 1e-5 (PyTorch's default).
 */
#ifndef CST_LAYERNORM_H
#define CST_LAYERNORM_H

#include <stddef.h>

/** Saves xhat [n][E] and inv_std [n] for the backward pass. */
void cst_layernorm_forward(size_t n, size_t E, const float *weight, const float *bias,
                           const float *x, float *xhat, float *inv_std, float *y);
/** dweight, dbias [E] and dx [n][E] are overwritten; dx may be dy. */
void cst_layernorm_backward(size_t n, size_t E, const float *weight, const float *xhat,
                            const float *inv_std, const float *dy, float *dweight, float *dbias,
                            float *dx);

#endif
