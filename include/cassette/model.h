/**
 * @file model.h
 * SE-Trans (arXiv 2402.02694, section 3.2): forward, backward and inference on a slice of a global
 * batch.
 *
 * Input: log-mel [T][M] per clip, raw dB (the input BatchNorm normalises).  Activations have
 * channels innermost.  BatchNorm uses the statistics of the global batch of all ranks: the
 * training functions are collective and a rank with no clips still takes part.  Per-clip results
 * depend on neither rank nor thread; sums over clips are exact (exact.h).
 */
#ifndef CST_MODEL_H
#define CST_MODEL_H

#include "cassette/comm.h"
#include "cassette/conv.h"
#include "cassette/exact.h"
#include "cassette/params.h"
#include "cassette/random.h"

#include <stdint.h>

typedef struct {
  size_t frames, bins;         /**< T, M */
  size_t channels1, channels2; /**< 64, 128 */
  size_t reduction;            /**< 16 */
  size_t pooled_frames;        /**< 16 */
  size_t heads, feedforward;   /**< 8, 32 */
  size_t classes;              /**< K */
  size_t aux_classes;          /**< of a second head beside the final layer, for an auxiliary task
                                    of training; 0: none.  Its tensors, "aux.*", come last */
  double dropout;              /**< 0.1, in the encoder layer */
  double bn_momentum;          /**< 0.1 */
  double bn_eps;               /**< 1e-5 */
  cst_conv_method convolution;
} cst_model_spec;

void cst_model_defaults(cst_model_spec *out); /**< the paper's */

/** Values of a model, separate from the machinery: one object per copy (student, teacher, best). */
typedef struct {
  float *params; /**< [layout.floats] trained */
  float *stats;  /**< [stats layout.floats] BatchNorm running means, variances, batch counts */
} cst_weights;

typedef struct cst_model cst_model;

/** Validate @p spec (CST_ERR_USAGE names the field) and allocate for at most @p max_clips local
 *  clips and @p threads threads; nothing is allocated later.  max_clips may be 0. */
cst_status cst_model_create(const cst_model_spec *spec, const cst_comm *comm, size_t max_clips,
                            int threads, cst_model **out);
void cst_model_destroy(cst_model **self);
const cst_model_spec *cst_model_get_spec(const cst_model *self);
const cst_layout *cst_model_params(const cst_model *self); /**< names as in PyTorch's state_dict */
/** Those that a finished model needs: all but the second head's.  A view, not to be reset. */
cst_layout cst_model_final_params(const cst_model *self);
const cst_layout *cst_model_stats(const cst_model *self);
size_t cst_model_bytes(const cst_model *self); /**< memory of the arena */

cst_status cst_weights_create(const cst_model *model, cst_weights *out); /**< zeroed */
void cst_weights_reset(cst_weights *self);
void cst_weights_copy(const cst_model *model, const cst_weights *from, cst_weights *to);
/** Xavier-uniform convolutions and final layer, PyTorch's defaults elsewhere. */
void cst_model_init(const cst_model *model, uint64_t seed, uint32_t stage, cst_weights *out);
/** New final layer only. */
void cst_model_init_head(const cst_model *model, uint64_t seed, uint32_t stage, cst_weights *w);

/** A rank's slice of a global batch. */
typedef struct {
  size_t clips;                  /**< local, <= max_clips */
  size_t global_clips;           /**< over all ranks */
  const float *const *features;  /**< [clips] each [T][M] */
  const cst_random_key *dropout; /**< [clips] key of each clip's dropout masks; NULL: no dropout */
  const double *momentum;        /**< of the running statistics in this pass; NULL: the model's.
                                      At 0 they stay as they are */
  float *aux;                    /**< [clips][aux_classes] forward: the second head's logits; NULL:
                                      not wanted */
  const float *daux;             /**< [clips][aux_classes] backward: as dlogits; NULL: zero */
} cst_model_batch;

/** Training forward: logits [clips][K].  Updates the running statistics in @p w, unless
 *  batch->momentum says otherwise.  Collective. */
void cst_model_forward(cst_model *self, cst_weights *w, const cst_model_batch *batch,
                       float *logits);
/** Backward of the last forward, once, with the same @p batch and weights; cst_model_predict() may
 *  come between.  Each clip's gradient for dlogits [clips][K] (already divided by the global count)
 *  is added to @p gradient, which has params layout.floats sums.  Collective for the BatchNorm
 *  sums; @p gradient is summed over ranks by the caller. */
void cst_model_backward(cst_model *self, const cst_weights *w, const cst_model_batch *batch,
                        const float *dlogits, cst_exact *gradient);
/** Evaluation mode: logits [n][K] of @p n clips, any n; running statistics, no dropout.  Local. */
void cst_model_predict(cst_model *self, const cst_weights *w, size_t n,
                       const float *const *features, float *logits);

/** Clips that are read a few at a time. */
typedef struct {
  /** rows[0..n) := features of this rank's clips first .. first + n - 1, valid until the next call.
   *  Local. */
  cst_status (*read)(void *context, size_t first, size_t n, const float **rows);
  void *context;
  size_t clips;        /**< of this rank */
  size_t global_clips; /**< over all ranks, 1 .. CST_EXACT_MAX_TERMS */
} cst_model_clips;
/** Running statistics of every BatchNorm := mean and variance of its input over all pixels of all
 *  the clips, those before it normalising by theirs: predictions are then what one training batch
 *  of all clips would give without dropout, whatever the ranks and however many fit in memory.  One
 *  pass for each BatchNorm, as far as that.  Collective.  CST_ERR_NUMBERS where they are not
 * finite;
 *  @p w is spoilt on failure. */
cst_status cst_model_take_statistics(cst_model *self, cst_weights *w, const cst_model_clips *clips);

/** Named block outputs of the last forward, before its backward, as PyTorch's dump names them:
 *  "bn0", "block1", "block2", "pooled", "encoded", "maxed", for verification.  Copies local clip
 *  @p i in PyTorch's axis order ([C][H][W], or [16][C]) to @p out; returns the number of floats
 *  (out may be NULL). */
size_t cst_model_tap(const cst_model *self, const char *name, size_t i, float *out);

#endif
