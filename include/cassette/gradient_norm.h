/**
 * @file gradient_norm.h
 * Length of a gradient, and its limit (Pascanu et al., ICML 2013; torch.nn.utils.clip_grad_norm_).
 */
#ifndef CST_GRADIENT_NORM_H
#define CST_GRADIENT_NORM_H

#include <stddef.h>

/** sqrt(sum of squares) over [n], summed in double in an order that depends on n alone. */
double cst_gradient_norm(size_t n, const float *gradient);
/** Multiply by min(1, limit / (norm + 1e-6)), in place; the norm before. */
double cst_gradient_clip(double limit, size_t n, float *gradient);

#endif
