/*
 * Post-norm Transformer encoder layer over the P frames of one clip, as
 * torch.nn.TransformerEncoderLayer with its defaults (rectifier, eps 1e-5).
 *
 *   x1 = norm1(x + drop(attention(x)))
 *   y  = norm2(x1 + drop(w2 drop(relu(w1 x1 + b1)) + b2))          w1 [F][E]   w2 [E][F]
 */
#ifndef CST_ENCODER_H
#define CST_ENCODER_H

#include "attention.h"

typedef struct {
  cst_attention attention; /**< P, E, heads and dropout are there */
  size_t F;                /**< width of the feed-forward part */
  /* Offsets in the flat parameters. */
  size_t weight1, bias1, weight2, bias2;
  size_t norm1_weight, norm1_bias, norm2_weight, norm2_bias;
} cst_encoder;

/** Kept from forward to backward. */
typedef struct {
  cst_attention_saved attention;
  float *projected_mask;   /**< [P][E] */
  float *xhat1, *inv_std1; /**< [P][E], [P] */
  float *x1;               /**< [P][E] */
  float *hidden;           /**< [P][F] after rectifier and dropout */
  float *hidden_mask;      /**< [P][F] */
  float *fed_mask;         /**< [P][E] */
  float *xhat2, *inv_std2; /**< [P][E], [P] */
} cst_encoder_saved;

/** Cut @p out from @p base; returns the floats it takes.  NULL base: only the number. */
size_t cst_encoder_place(const cst_encoder *self, float *base, cst_encoder_saved *out);
size_t cst_encoder_work_floats(const cst_encoder *self); /**< for either direction */
/** @p key NULL: no dropout. */
void cst_encoder_forward(const cst_encoder *self, const float *params, const cst_random_key *key,
                         const float *x, const cst_encoder_saved *saved, float *y, float *work);
/** @p gradient has the parameters' layout, its tensors of this layer are overwritten; so is dx. */
void cst_encoder_backward(const cst_encoder *self, const float *params, const float *x,
                          const cst_encoder_saved *saved, const float *dy, float *gradient,
                          float *dx, float *work);

#endif
