/*
 * Dropout masks: 0 with probability p, else 1 / (1 - p).  A function of the clip's key and the
 * place in the network alone.
 */
#ifndef CST_DROPOUT_H
#define CST_DROPOUT_H

#include "cassette/random.h"

#include <stddef.h>

/** Places that drop; each has its own stretch of the key's sequence.  The first four are those of
 *  encoder layer 0, and of layer l with CST_DROP_LAYER l added. */
typedef enum {
  CST_DROP_ATTENTION,  /**< attention weights */
  CST_DROP_PROJECTED,  /**< after the output projection */
  CST_DROP_HIDDEN,     /**< after the rectifier of the feed-forward part */
  CST_DROP_FED,        /**< after its second linear layer */
  CST_DROP_HEAD,       /**< before the final layer */
  CST_DROP_LAYER = 16, /**< between the places of a layer and those of the next */
} cst_drop_site;

/** All ones where @p key is NULL or p = 0. */
void cst_dropout_mask(const cst_random_key *key, unsigned site, double p, size_t n, float *mask);
/** x *= mask. */
void cst_dropout_apply(size_t n, const float *mask, float *x);

#endif
