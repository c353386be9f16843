/*
 * Normalise, gate, rectify and pool in one pass over a convolution's output.
 *
 *   z = relu(v),  v = a y + b        y [H][W][C],  a, b [C] of this clip
 *
 * with a = gate weight inv_std and b = gate (bias - weight mean inv_std): BatchNorm and the
 * squeeze-excite gate are one line per channel once their statistics are known.  z is the mean of the
 * relu over `down` x `across` pixels, [H/down][W/across][C]; what is left of rows and columns is left
 * out, as in torch.nn.functional.avg_pool2d.  NaN passes.
 *
 * The rectifier at the end of a residual block sees v = a y + b + s, s [H][W][C] from the block's
 * input.  The caller keeps v, of which backward makes dv, the gradient of s.
 */
#ifndef CST_RECTIFY_H
#define CST_RECTIFY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct {
  size_t H, W, C;
  size_t down, across; /**< pixels of a mean: 1 x 1 is none */
} cst_rectify;

size_t cst_rectify_rows(const cst_rectify *self);       /**< of z */
size_t cst_rectify_row_floats(const cst_rectify *self); /**< of a row of z */
bool cst_rectify_pools(const cst_rectify *self);        /**< whether z is smaller than y */

/* The whole image is made of its rows, in ascending order; both ways give the same bits. */

/** z may be y where it is as large. */
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

/* ---- with s ---- */

/** Row i of z.  @p s has the `down` rows of the image under it, @p v takes theirs and may be s; what
 *  z leaves out is 0 there. */
void cst_rectify_join_row(const cst_rectify *self, const float *y, const float *a, const float *b,
                          const float *s, size_t i, float *v, float *z);
/** From row i of dz: its rows of v become those of dv, and add to sums [2][C] of dv and dv y. */
void cst_rectify_part_row(const cst_rectify *self, const float *y, size_t i, const float *dz_row,
                          float *v, double *sums);
/** Row i of dy = p dv + q y + r. */
void cst_rectify_parted_row(const cst_rectify *self, const float *y, const float *dv,
                            const float *p, const float *q, const float *r, size_t i, float *dy);

#endif
