/*
 * What is known of a clip besides its sound, e, beside the clip's vector v before the final layer:
 *
 *   logits = fc [v; e] + b,  e = [city; time], 16 numbers each
 *   city   a row of an embedding; of an unknown city the mean of the rows of those that training knew
 *   time   W2 max(W1 x + b1, 0) + b2,  x = sin and cos of 2 pi k h / 24 for k = 1 to 4, h the hour of the
 *          day; of an unknown hour x = 0, which no hour has
 *
 * (APSIPA ASC 2025 Grand Challenge, baseline).  The columns of fc for e are a tensor of their own, so
 * that all of this is a bias that each clip has: b + fc_e e.  Who is told nothing of any clip has the
 * same for all, and needs no more than a bias.
 */
#ifndef CST_TOLD_H
#define CST_TOLD_H

#include "cassette/model.h"

enum { CST_METADATA_WIDTH = 16, CST_METADATA_HOUR = 8 };

typedef struct {
  size_t cities; /**< rows of the embedding; 0: not told */
  bool time;
  size_t K;
  size_t city;                           /**< offsets in the flat parameters: [cities][16] ... */
  size_t weight1, bias1, weight2, bias2; /**< [16][8], [16], [16][16], [16] */
  size_t fc;                             /**< [K][width] */
  size_t known; /**< in the flat statistics: [cities], 1 for those that training knew, else 0 */
} cst_metadata;

/** A clip's part. */
typedef struct {
  double x[CST_METADATA_HOUR], hidden[CST_METADATA_WIDTH], e[2 * CST_METADATA_WIDTH];
  float *bias; /**< [K] of the final layer, for this clip */
} cst_metadata_clip;

/** Length of e; 0: there is no such layer. */
size_t cst_metadata_width(const cst_metadata *self);
/** clip->bias from @p bias [K]; @p told NULL: nothing is known. */
void cst_metadata_forward(const cst_metadata *self, const float *params, const float *stats,
                          const cst_told *told, const float *bias, cst_metadata_clip *clip);
/** The layer's tensors of @p gradient are overwritten; that of @p bias is dlogits. */
void cst_metadata_backward(const cst_metadata *self, const float *params, const float *stats,
                           const cst_told *told, const cst_metadata_clip *clip,
                           const float *dlogits, float *gradient);

#endif
