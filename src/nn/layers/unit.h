/*
 * One convolution unit of a clip: conv 3x3, BatchNorm, squeeze-excite gate where there is one,
 * rectifier, and at the end of a block a mean over pixels.
 *
 *   x [H][W][from] -> y [H][W][C] -> u = BatchNorm(y) -> v = gate u [+ s] -> z = mean(relu(v))
 *
 * BatchNorm needs sums over the whole batch, forward and backward, so each direction has two
 * halves with the caller's collective sum between them.  Only y is kept from forward to backward:
 * once the statistics are known u, v and z are a line per channel and a rectifier (rectify.h).  A
 * unit that joins, at the end of a residual block, keeps v besides: s is the block's (shortcut.h).
 */
#ifndef CST_UNIT_H
#define CST_UNIT_H

#include "batchnorm.h"
#include "cassette/conv.h"
#include "rectify.h"

#include <stdbool.h>

typedef struct {
  cst_rectify shape;                         /**< H, W, C of y */
  size_t from, R;                            /**< input channels; of the squeeze, 0: no gate */
  bool joins;                                /**< adds s before the rectifier */
  size_t conv, bn_weight, bn_bias, down, up; /**< offsets in the flat parameters */
  size_t mean, var, batches;                 /**< offsets in the flat statistics */
  cst_conv *plan;
  cst_conv *definition; /**< the same by its definition: slow, for verification */
} cst_unit;

/** What a pass over clips shares: weights in the convolution's form, statistics in force. */
typedef struct {
  float *prepared;
  cst_batchnorm bn;
} cst_unit_pass;

/** A clip's part. */
typedef struct {
  float *y;                     /**< [H][W][C] */
  float *v;                     /**< [H][W][C] of a unit that joins; its gradient on the way back */
  double *mean;                 /**< [C] of y over the clip */
  double *squeezed, *dsqueezed; /**< [C] mean of u over the clip, and its gradient */
  double *hidden, *gate;        /**< [R], [C] */
  float *a, *b;                 /**< [C] v = a y + b */
} cst_unit_clip;

size_t cst_unit_pixels(const cst_unit *self);        /**< of y */
size_t cst_unit_input_floats(const cst_unit *self);  /**< of x */
size_t cst_unit_output_floats(const cst_unit *self); /**< of z */
size_t cst_unit_work_doubles(const cst_unit *self);
size_t cst_unit_lines_floats(const cst_unit *self); /**< of cst_unit_backward_lines() */

/** Second half of forward: the gate, from the clip's channel @p sums [C] of y. */
void cst_unit_gate(const cst_unit *self, const cst_unit_pass *pass, const float *params,
                   const double *sums, const cst_unit_clip *clip);
/** z of a unit that does not join; it may be y where that is as large. */
void cst_unit_output(const cst_unit *self, const cst_unit_clip *clip, float *z);

/** First half of backward: @p sums [2][C] come as those of rectify.h and become the clip's sums of
 *  du and of du xhat, which are its gradients of BatchNorm's bias and weight; down and up are
 *  overwritten in @p gradient. */
void cst_unit_backward_sums(const cst_unit *self, const cst_unit_pass *pass, const float *params,
                            const cst_unit_clip *clip, float *gradient, double *sums, double *work);
/** Second half: @p lines p, q, r [3][C] of rectify.h's dy, from the @p totals [2][C] of those sums
 *  over @p count pixels of all clips. */
void cst_unit_backward_lines(const cst_unit *self, const cst_unit_pass *pass, const float *params,
                             const cst_unit_clip *clip, const double *totals, double count,
                             float *lines);

/* ---- the same passes a row at a time, between one convolution's reading and another's writing
 * (conv.h); the object given is the context ---- */

/** Reads z of a unit that does not join. */
typedef struct {
  const cst_unit *unit;
  const cst_unit_clip *clip;
} cst_unit_reading;
cst_conv_source cst_unit_read_output(const cst_unit_reading *self);

/** Sums up y of a unit while it is written: sums [2][C], zeroed here. */
typedef struct {
  const cst_unit *unit;
  double *sums;
} cst_unit_summing;
cst_conv_target cst_unit_sum_output(cst_unit_summing *self, float *y);

/** Reads dy of a unit; lines as above. */
typedef struct {
  const cst_unit *unit;
  const cst_unit_clip *clip;
  const float *dz, *lines; /**< dz: of a unit that does not join */
} cst_unit_unwinding;
cst_conv_source cst_unit_read_gradient(const cst_unit_unwinding *self);

/** Takes dz of a unit while it is written, and makes of it the sums [2][C] that
 *  cst_unit_backward_sums() wants; zeroed here, finished by cst_unit_finish_sums(). */
typedef struct {
  const cst_unit *unit;
  const cst_unit_clip *clip;
  double *sums;
} cst_unit_gathering;
cst_conv_target cst_unit_sum_gradient(cst_unit_gathering *self, float *dz);
void cst_unit_finish_sums(const cst_unit *self, double *sums);

#endif
