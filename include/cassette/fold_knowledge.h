/**
 * @file fold_knowledge.h
 * What a fold's models have heard of the labels, and what they have not heard at all, as digests of names
 * of clips: where two are equal on the same data, one model may teach, or be scored beside, the other.
 */
#ifndef CST_FOLD_KNOWLEDGE_H
#define CST_FOLD_KNOWLEDGE_H

#include "cassette/job.h"

/** The clips whose labels they are trained and chosen by: training and validation are one, since a seed
 *  divides them otherwise, and both are known. */
cst_status cst_fold_labels_digest(const cst_job *self, const cst_fold *fold,
                                  char hex[CST_DIGEST_HEX]);
/** The clips that they are tested on. */
cst_status cst_fold_tested_digest(const cst_job *self, const cst_fold *fold,
                                  char hex[CST_DIGEST_HEX]);

#endif
