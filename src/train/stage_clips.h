/* Lists, targets and batch sizes of the current stage.  Private to train. */
#ifndef CST_TRAIN_STAGE_CLIPS_H
#define CST_TRAIN_STAGE_CLIPS_H

#include "training_parts.h"

cst_status stage_clips_make(const training *self, stage_clips *out);
void stage_clips_reset(stage_clips *self);
/* The clips of a step: data set indices, and of unlabelled ones their numbers in
 * clips->unlabelled, too. */
typedef struct {
  batch_size n;
  uint32_t *labelled, *unlabelled, *number;
  uint32_t *scratch;
} step_clips;
cst_status step_clips_create(const training *self, step_clips *out);
void step_clips_reset(step_clips *self);
/* Those of step @p step of the current epoch. */
void step_clips_draw(const training *self, size_t step, step_clips *out);
/* What pseudo-labels of the fold are checked by: "hidden labels" if any of its unlabelled clips has
 * one, else "sessions". */
const char *stage_checked_by(const training *self);
/* The one class of each session's training labels, CST_NONE if there is none or several; new. */
cst_status stage_session_classes(const cst_job *job, const cst_fold *fold, int **out);

#endif
