/*
 * Multi-head self-attention over the P frames of one clip, as torch.nn.MultiheadAttention.
 *
 *   [q k v] [P][3E] = x w_in' + b_in            E = heads D, head h holds columns h D to h D + D
 *   weights [P][P]  = softmax(q k' / sqrt(D))   per head, then dropout
 *   context [P][E]  = weights v                 per head, side by side
 *   y [P][E]        = context w_out' + b_out
 *
 * Source: Vaswani et al., NeurIPS 2017, section 3.2.
 */
#ifndef CST_ATTENTION_H
#define CST_ATTENTION_H

#include "dropout.h"

#include <stddef.h>

typedef struct {
  size_t P, E, heads;
  double dropout;
  unsigned sites; /**< what the layer adds to its places that drop */
  size_t in_weight, in_bias, out_weight, out_bias; /**< offsets in the flat parameters */
} cst_attention;

/** Kept from forward to backward. */
typedef struct {
  float *qkv;     /**< [P][3E] */
  float *weights; /**< [heads][P][P] before dropout */
  float *mask;    /**< [heads][P][P] */
  float *context; /**< [P][E] */
} cst_attention_saved;

/** Floats of work space, for either direction. */
size_t cst_attention_work_floats(const cst_attention *self);
void cst_attention_forward(const cst_attention *self, const float *params,
                           const cst_random_key *key, const float *x,
                           const cst_attention_saved *saved, float *y, float *work);
/** @p gradient has the parameters' layout, its tensors of this layer are overwritten; dx is added
 *  to. */
void cst_attention_backward(const cst_attention *self, const float *params, const float *x,
                            const cst_attention_saved *saved, const float *dy, float *gradient,
                            float *dx, float *work);

#endif
