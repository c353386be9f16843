/**
 * @file pseudo_label.h
 * Labels that a teacher gives to unlabelled clips.  Local; knows nothing of ranks.
 */
#ifndef CST_PSEUDO_LABEL_H
#define CST_PSEUDO_LABEL_H

#include <stddef.h>
#include <stdint.h>

enum { CST_PSEUDO_CLASSES_MAX = 127 }; /**< labels are stored in eight bits */

/** One-shot hard pseudo-labels: the most likely class of every clip, without a threshold (the
 *  baseline of arXiv 2402.02694, section 3.3).  Ties go to the lowest class.
 *  @param p           [n][K] probabilities of the unlabelled clips
 *  @param clips       [n] their indices in the data set
 *  @param label       by data set index: the class
 *  @param confidence  by data set index: its probability */
void cst_pseudo_label_one_shot(size_t n, size_t K, const float *p, const uint32_t *clips,
                               int8_t *label, float *confidence);

#endif
