/* Views of the batch's clips that this rank passes through the model.  Private to train. */
#ifndef CST_TRAIN_STEP_ROWS_H
#define CST_TRAIN_STEP_ROWS_H

#include "learner.h"

typedef enum { PASS_GUESS, PASS_JOINT, PASS_ALONE } step_pass;
/* Rows of a pass on this rank and on all ranks. */
void step_rows_count(const learner *self, const learner_batch *batch, step_pass pass, size_t *local,
                     size_t *global);
/* Rows that a clip has in a pass. */
size_t step_labelled_rows(const cst_views *views, step_pass pass);
size_t step_unlabelled_rows(const cst_views *views, step_pass pass);
/* This rank's samples: its labelled clips, then its unlabelled ones. */
typedef struct {
  cst_slice labelled, unlabelled; /* of the global batch */
} step_samples;
step_samples step_samples_of(const learner *self, const learner_batch *batch);
/* Fill workspace.feature; workspace.target, too, for the joint pass, which reads workspace.guess
 * where rows are mixed. PASS_ALONE has the features of the joint pass's first rows.  Local. */
cst_status step_rows_fill(learner *self, cst_feature_source *source, const learner_batch *batch,
                          step_pass pass);
/* Fill workspace.target of labelled rows, not mixed.  Local. */
void step_rows_label(learner *self, const learner_batch *batch);
/* Number @p position of workspace.guess. */
double *step_guess(const learner *self, size_t position);
/* Fill workspace.dropout with the keys of a pass.  Local. */
void step_rows_mask(learner *self, const learner_batch *batch, step_pass pass);

#endif
