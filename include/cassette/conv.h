/**
 * @file conv.h
 * 3x3 convolution, stride 1, zero "same" padding, no bias, one clip at a time.
 *
 *   x [H][W][C]   y [H][W][K]   channels innermost   w [K][C][3][3] as PyTorch stores it
 *   forward           y(i,j,k)  = sum_c,p,q  x(i+p-1, j+q-1, c) w(k,c,p,q)
 *   backward data     dx(i,j,c) = sum_k,p,q  dy(i-p+1, j-q+1, k) w(k,c,p,q)
 *   backward weights  dw(k,c,p,q) = sum_i,j  dy(i,j,k) x(i+p-1, j+q-1, c)
 *
 * A plan holds shape and algorithm and no buffers.  Weights are brought into the algorithm's own
 * form once per step (prepare) and shared by all threads; each thread has its own work space.
 * A result depends on the clip's data alone, never on thread or rank.
 */
#ifndef CST_CONV_H
#define CST_CONV_H

#include "cassette/status.h"

#include <stddef.h>

typedef enum {
  CST_CONV_BY_DEFAULT,  /**< the fastest that fits the shape */
  CST_CONV_BY_LOOPS,    /**< the definition, sums in double: the reference twin */
  CST_CONV_BY_IM2COL,   /**< gathered columns and one matrix product */
  CST_CONV_BY_WINOGRAD, /**< F(4x4, 3x3) */
  CST_CONV_BY_DIRECT    /**< C == 1 only: products with the nine taps */
} cst_conv_method;

typedef struct cst_conv cst_conv;

/** All sizes at least 1; any are served.  CST_ERR_USAGE names what is wrong with the arguments or
 *  with the environment variable CST_ISA. */
cst_status cst_conv_create(size_t H, size_t W, size_t C, size_t K, cst_conv_method method,
                           cst_conv **out);
void cst_conv_destroy(cst_conv **self); /**< *self may be NULL, and becomes NULL */
/** "loops", "im2col", "winograd" or "direct": what CST_CONV_BY_DEFAULT came to. */
const char *cst_conv_method_name(const cst_conv *self);
/** Floats for prepared weights, and for one thread's work space. */
size_t cst_conv_prepared_floats(const cst_conv *self);
size_t cst_conv_work_floats(const cst_conv *self);
/** Bring @p w [K][C][3][3] into @p prepared; serves forward and backward data. */
void cst_conv_prepare(const cst_conv *self, const float *w, float *prepared);
/* Outputs are overwritten.  prepared and work are 64-byte aligned. */
void cst_conv_forward(const cst_conv *self, const float *prepared, const float *x, float *y,
                      float *work);
void cst_conv_backward_data(const cst_conv *self, const float *prepared, const float *dy, float *dx,
                            float *work);
void cst_conv_backward_weights(const cst_conv *self, const float *x, const float *dy, float *dw,
                               float *work);

/** Instruction set of the kernels that plans made now would use: "plain", "avx2" or "avx512"; the
 *  bits of a result depend on it.  The environment variable CST_ISA overrides the choice; "none"
 *  if it names what this CPU lacks (cst_conv_create() then fails with CST_ERR_USAGE). */
const char *cst_conv_isa(void);

#endif
