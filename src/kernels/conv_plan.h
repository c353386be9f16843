/*
 * What a convolution method has to offer.  Private to the kernels.
 */
#ifndef CST_CONV_PLAN_H
#define CST_CONV_PLAN_H

#include "cassette/conv.h"
#include "isa.h"

/* Contracts of the functions: the ones of the same name in cassette/conv.h. */
typedef struct {
  const char *name;
  size_t (*prepared_floats)(const cst_conv *self);
  size_t (*work_floats)(const cst_conv *self);
  void (*prepare)(const cst_conv *self, const float *w, float *prepared);
  void (*forward)(const cst_conv *self, const float *prepared, const float *x, float *y,
                  float *work);
  void (*backward_data)(const cst_conv *self, const float *prepared, const float *dy, float *dx,
                        float *work);
  void (*backward_weights)(const cst_conv *self, const float *x, const float *dy, float *dw,
                           float *work);
} conv_method;

struct cst_conv {
  size_t H, W, C, K;
  const conv_method *method;
  const kernel_isa *isa; /* vector kernels of the methods that have any */
};

extern const conv_method cst_conv_loops, cst_conv_im2col, cst_conv_direct, cst_conv_winograd;

#endif
