/**
 * @file model.h
 * A family of convolutional networks for spectrograms, of which SE-Trans (arXiv 2402.02694, section
 * 3.2) is the default member: forward, backward and inference on a slice of a global batch.
 *
 *   log-mel [T][M] -> BatchNorm per mel bin -> stem -> blocks -> mean over bins, adaptive mean over
 *     frames -> encoder layers -> maximum or mean over frames -> dropout (-> what is known of the clip
 *     besides, city and time, is put beside it) -> linear
 *   block: 2 x (conv 3x3, BatchNorm, squeeze-excite gate, ReLU), mean over pool pixels
 *
 * With `residual` a block's input is added to what its second rectifier sees (He et al., CVPR 2016),
 * by a 1x1 convolution where channels differ.  That one has no BatchNorm: every convolution that
 * reads the sum is followed by one.  The stem makes channels of patches of pixels, nothing else.
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

#include <stdbool.h>
#include <stdint.h>

enum { CST_MAX_BLOCKS = 8, CST_MAX_ENCODERS = 8, CST_MAX_POOL = 64 };

/** How the frames of a clip become one vector. */
typedef enum { CST_AGGREGATE_MAX, CST_AGGREGATE_MEAN } cst_aggregate;
extern const char *const cst_aggregate_names[]; /**< "max", "mean", NULL */

/** Frames x bins. */
typedef struct {
  size_t frames, bins;
} cst_area;

typedef struct {
  size_t frames, bins;             /**< T, M */
  cst_area stem;                   /**< pixels that become one with as many channels; 1 x 1 */
  size_t blocks;                   /**< 2 */
  size_t channels[CST_MAX_BLOCKS]; /**< of each block: 64, 128 */
  cst_area pool[CST_MAX_BLOCKS];   /**< mean at the end of each block: 2 x 2 */
  bool residual;                   /**< a block adds its input; false */
  bool squeeze_excite;             /**< gates after each BatchNorm; true */
  size_t reduction;                /**< of the gates' bottleneck: 16 */
  size_t pooled_frames;            /**< 16 */
  size_t encoder_layers;           /**< 1; 0: none */
  size_t heads, feedforward;       /**< of an encoder layer: 8, 32 */
  cst_aggregate aggregate;         /**< maximum */
  size_t classes;                  /**< K */
  size_t aux_classes;              /**< of a second head beside the final layer, for an auxiliary
                                        task of training; 0: none.  Its tensors, "aux.*", come last */
  size_t cities;                   /**< that have an embedding; 0: the network is not told of any */
  bool time;           /**< whether it is told the hour; false.  Their tensors are "meta.*" */
  double dropout;      /**< 0.1, in the encoder layers */
  double head_dropout; /**< 0, before the final layer */
  double bn_momentum;  /**< 0.1 */
  double bn_eps;       /**< 1e-5 */
  cst_conv_method convolution;
  cst_products products; /**< of the convolutions: floats */
} cst_model_spec;

void cst_model_defaults(cst_model_spec *out); /**< the paper's */
/** CST_ERR_USAGE names the field that no network can have. */
cst_status cst_model_check(const cst_model_spec *spec);
/** Name of the final layer's bias [K]: how many classes a file of weights tells apart. */
extern const char cst_model_head_bias[];

/** What a network costs. */
typedef struct {
  size_t parameters;
  double multiply_adds; /**< of a clip's forward pass, convolutions by their definition */
} cst_model_cost;
cst_status cst_model_count(const cst_model_spec *spec, cst_model_cost *out);

/** A 3x3 convolution of the network; how many there are. */
typedef struct {
  size_t H, W, from, to; /**< rows and columns; channels */
} cst_model_conv;
enum { CST_MAX_CONVS = 2 * CST_MAX_BLOCKS };
cst_status cst_model_convs(const cst_model_spec *spec, cst_model_conv out[CST_MAX_CONVS],
                           size_t *n);

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

/** What a network is told of a clip besides its sound, if it is one that listens (spec.cities, spec.time). */
typedef struct {
  int city;    /**< row of the embedding; negative, or one that training did not know: unknown */
  double hour; /**< of the day, [0, 24); NaN: unknown */
} cst_told;
/** Training knows the cities with @p known [spec.cities]: an unknown one's embedding is their mean.  Kept
 *  in the statistics; none is known at first. */
void cst_model_know_cities(const cst_model *model, const bool *known, cst_weights *w);
/** Bias [K] of the final layer of a network without "meta.*" that answers with the same bits, told
 *  nothing of any clip. */
void cst_model_untold_bias(const cst_model *model, const cst_weights *w, float *bias);

/** A rank's slice of a global batch. */
typedef struct {
  size_t clips;                  /**< local, <= max_clips */
  size_t global_clips;           /**< over all ranks */
  const float *const *features;  /**< [clips] each [T][M] */
  const cst_told *told;          /**< [clips]; NULL: nothing of any clip */
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
/** Evaluation mode: logits [n][K] of @p n clips, any n; running statistics, no dropout; @p told [n], or
 *  NULL: nothing of any clip.  Local. */
void cst_model_predict(cst_model *self, const cst_weights *w, size_t n,
                       const float *const *features, const cst_told *told, float *logits);

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

/** Outputs of the last forward, before its backward, for verification, by the names of PyTorch's
 *  dump in the network's order: "bn0" ("stem" where there is one), "block1" and so on, "pooled",
 *  "encoded", "maxed".  NULL past the last. */
const char *cst_model_tap_name(const cst_model *self, size_t k);
/** Copies output @p k of local clip @p i in PyTorch's axis order ([C][H][W], or [frames][C]) to
 *  @p out; returns the number of floats (out may be NULL). */
size_t cst_model_tap(const cst_model *self, size_t k, size_t i, float *out);

#endif
