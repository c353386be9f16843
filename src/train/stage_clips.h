/* Lists, targets and batch sizes of the current stage.  Private to train. */
#ifndef CST_TRAIN_STAGE_CLIPS_H
#define CST_TRAIN_STAGE_CLIPS_H

#include "training_parts.h"

cst_status stage_clips_make(const training *self, stage_clips *out);
void stage_clips_reset(stage_clips *self);
/* Which clips step @p step of the current epoch takes: data set indices in labelled
 * [batch.labelled + 1], numbers in clips->unlabelled in unlabelled.  scratch: of the larger list.
 */
void stage_clips_batch(const training *self, size_t step, uint32_t *scratch, uint32_t *labelled,
                       uint32_t *unlabelled, batch_size *n);
/* What pseudo-labels of the fold are checked by: "hidden labels" if any of its unlabelled clips has
 * one, else "sessions". */
const char *stage_checked_by(const training *self);
/* The one class of each session's training labels, CST_NONE if there is none or several; new. */
cst_status stage_session_classes(const cst_job *job, const cst_fold *fold, int **out);

#endif
