/*
 * What a residual block adds before its last rectifier: its input, by a 1x1 convolution where the
 * channels differ.
 *
 *   s(i) = w x(i)   at every pixel   x [pixels][from]   s [pixels][C]   w [C][from];   s = x without w
 *
 * Source: He et al., CVPR 2016, section 3.3, option B; as Zagoruyko and Komodakis, BMVC 2016,
 * without a BatchNorm of its own.
 */
#ifndef CST_SHORTCUT_H
#define CST_SHORTCUT_H

#include "cassette/conv.h"
#include "unit.h"

typedef struct {
  size_t W, C, from; /**< W: pixels of a row */
  bool projects;     /**< has w */
  size_t weight;     /**< offset in the flat parameters */
} cst_shortcut;

/** s of @p pixels pixels, in @p workspace where it is not x itself; returns where it is. */
const float *cst_shortcut_forward(const cst_shortcut *self, const float *params, size_t pixels,
                                  const float *x, float *workspace);
/** From ds of the pixels: dx and the gradient of w, both added to; @p dw NULL where there is none. */
void cst_shortcut_backward(const cst_shortcut *self, const float *params, size_t pixels,
                           const float *x, const float *ds, float *dw, float *dx);

/** Rows of the image that are worked on together: a multiple of @p step. */
size_t cst_shortcut_rows(const cst_shortcut *self, size_t step);

/** Rows first to end of z of the block's last unit, from x [H][W][from].  @p v: the whole image, or
 *  NULL, then @p workspace takes v of cst_shortcut_rows(self, unit->shape.down) rows, and v is gone. */
void cst_shortcut_join(const cst_shortcut *self, const float *params, const cst_unit *unit,
                       const cst_unit_clip *clip, const float *x, cst_conv_strip rows,
                       float *workspace, float *z);

/** Takes dx of the block's first convolution while it is written, adds the shortcut's to it, some
 *  rows at a time, and tells `next` of the sum. */
typedef struct {
  const cst_shortcut *shortcut;
  const float *params, *x, *ds; /**< images */
  float *dw;                    /**< zeroed here */
  cst_conv_target next;         /**< its image is dx */
  size_t end;                   /**< of the strip */
  size_t waiting;               /**< rows that are there, but without the shortcut's part */
} cst_shortcut_adding;
cst_conv_target cst_shortcut_add_gradient(cst_shortcut_adding *self);

#endif
