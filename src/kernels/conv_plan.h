/*
 * What a convolution method has to offer.  Private to the kernels.
 */
#ifndef CST_CONV_PLAN_H
#define CST_CONV_PLAN_H

#include "cassette/conv.h"
#include "isa.h"

/* Contracts of the functions: the ones of the same name in cassette/conv.h.  A method has either
 * the three passes over whole images or the two over rows; conv.c makes the ones of the others. */
typedef struct {
  const char *name;
  size_t (*prepared_floats)(const cst_conv *self);
  size_t (*work_floats)(const cst_conv *self);
  void (*prepare)(const cst_conv *self, const float *w, float *prepared);
  size_t (*strip_step)(const cst_conv *self); /* strips begin at multiples of so many rows */
  /* dw or dx may be NULL: not wanted. */
  void (*forward_rows)(const cst_conv *self, const float *prepared, cst_conv_strip strip,
                       const cst_conv_source *x, const cst_conv_target *y, float *work);
  void (*backward_rows)(const cst_conv *self, const float *prepared, cst_conv_strip strip,
                        const cst_conv_source *x, const cst_conv_source *dy, float *dw,
                        const cst_conv_target *dx, float *work);
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
  cst_products products;
  const kernel_isa *isa; /* vector kernels of the methods that have any */
};

/* Whether Winograd's products are of operands in parts: where the tiles of AMX gain, as far as shapes
 * tell.  Never a matter of the processor. */
static inline bool cst_conv_in_parts(const cst_conv *self)
{
  enum { WHOLE_BLOCKS = 32 };
  return self->products == CST_PRODUCTS_BF16X3 && self->C % WHOLE_BLOCKS == 0 &&
         self->K % WHOLE_BLOCKS == 0;
}

/* Tell a target of rows first .. end, each @p row_floats long. */
static inline void tell(const cst_conv_target *target, size_t first, size_t end, size_t row_floats)
{
  for (size_t i = first; target->seen && i < end; i++)
    target->seen(target->context, i, target->image + i * row_floats);
}

extern const conv_method cst_conv_loops, cst_conv_im2col, cst_conv_direct, cst_conv_winograd;

#endif
