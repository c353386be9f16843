/*
 * The network after the convolutions, for one clip:
 *
 *   x [H][W][E] -> adaptive mean -> [P][E] -> encoder layers -> [P][E] -> maximum or mean over frames
 *               -> [E] -> dropout -> linear -> logits [K], and where there is a second head
 *                                 -> linear -> aux [A]
 */
#ifndef CST_HEAD_H
#define CST_HEAD_H

#include "cassette/model.h"
#include "encoder.h"
#include "pool.h"
#include "told.h"

typedef struct {
  cst_pool pool;
  size_t layers; /**< encoder layers; may be 0 */
  cst_encoder encoder[CST_MAX_ENCODERS];
  cst_aggregate aggregate;
  double dropout;
  cst_metadata metadata;
  size_t K, A;               /**< A = 0: no second head */
  size_t fc_weight, fc_bias; /**< offsets in the flat parameters */
  size_t aux_weight, aux_bias;
  size_t begin, end; /**< of all its tensors but the second head's */
} cst_head;

/** A clip's part. */
typedef struct {
  float *frames[CST_MAX_ENCODERS + 1]; /**< [P][E] pooled, and after each layer */
  float *maxed;                        /**< [E] maximum or mean over frames, then what is kept */
  float *mask;                         /**< [E] of the dropout */
  float *dpooled;                      /**< [P][E] gradient of pooled, by backward */
  cst_encoder_saved encoder[CST_MAX_ENCODERS];
  cst_metadata_clip metadata; /**< made before forward, where there is such a layer */
} cst_head_clip;

size_t cst_head_work_floats(const cst_head *self); /**< for either direction */
/** @p key NULL: no dropout; @p aux NULL: not wanted. */
void cst_head_forward(const cst_head *self, const float *params, const cst_random_key *key,
                      const float *x, const cst_head_clip *clip, float *logits, float *aux,
                      float *work);
/** Down to clip->dpooled; @p gradient's tensors of the encoder layers and fc are overwritten, and
 *  with @p daux (NULL: zero) those of the second head. */
void cst_head_backward(const cst_head *self, const float *params, const float *dlogits,
                       const float *daux, const cst_head_clip *clip, float *gradient, float *work);

#endif
