/*
 * Normalise, gate, rectify and pool in one pass over a convolution's output.
 *
 *   z = relu(v),  v = a y + b        y [H][W][C],  a, b [C] of this clip
 *
 * with a = gate weight inv_std and b = gate (bias - weight mean inv_std): BatchNorm and the
 * squeeze-excite gate are one line per channel once their statistics are known.  With `pooled`, z
 * is the mean of the relu over 2x2 pixels, [H/2][W/2][C]; an odd last row or column is left out, as
 * in torch.nn.functional.avg_pool2d.  NaN passes.
 */
#ifndef CST_RECTIFY_H
#define CST_RECTIFY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
  size_t H, W, C;
  bool pooled;
} cst_rectify;

/* The whole image is made of its rows, in ascending order; both ways give the same bits. */

/** z may be y where not pooled. */
void cst_rectify_forward(const cst_rectify *self, const float *y, const float *a, const float *b,
                         float *z);
/** Row i of z. */
void cst_rectify_row(const cst_rectify *self, const float *y, const float *a, const float *b,
                     size_t i, float *z);

/** sums [2][C] over the pixels: of dv and of dv y, where dv = dz where v > 0, else 0. */
void cst_rectify_backward_sums(const cst_rectify *self, const float *y, const float *a,
                               const float *b, const float *dz, double *sums);
/** Add what row i of dz, given as @p dz_row, contributes. */
void cst_rectify_add_row(const cst_rectify *self, const float *y, const float *a, const float *b,
                         size_t i, const float *dz_row, double *sums);
/** The sums once all rows are added. */
void cst_rectify_finish_sums(const cst_rectify *self, double *sums);

/** dy = p dv + q y + r: what is left of BatchNorm's and the gate's gradient once the sums are
 *  known.  p, q, r [C]. */
void cst_rectify_backward(const cst_rectify *self, const float *y, const float *a, const float *b,
                          const float *dz, const float *p, const float *q, const float *r,
                          float *dy);
/** Row i of dy. */
void cst_rectify_backward_row(const cst_rectify *self, const float *y, const float *a,
                              const float *b, const float *dz, const float *p, const float *q,
                              const float *r, size_t i, float *dy);

#endif
