/* Weights to begin from: those of stage 1, or of a file that replaces it.  Private to train. */
#ifndef CST_TRAIN_PRETRAINED_H
#define CST_TRAIN_PRETRAINED_H

#include "cassette/job.h"

/* Whether the first stage finds weights to begin from: stage 1's or dataset.pretrain_weights. */
bool pretrained_wanted(const cst_config *config);
/* CST_ERR_DATA where stage 1 is wanted and there are no data for it.  Local. */
cst_status pretrained_check(const cst_job *job);
/* Copy the weights of dataset.pretrain_weights to where stage 1 leaves its own; nothing where the
 * key is empty.  CST_ERR_DATA names tensor and shape of what does not fit.  Collective. */
cst_status pretrained_import(const cst_job *job);
/* Classes of the model that stage 1 or the import has left; no other stage needs to have as many.
 * Collective. */
cst_status pretrained_classes(const cst_job *job, size_t *classes);

#endif
