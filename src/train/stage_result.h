/* What a stage's weights are worth, and the mean of them that it may end with.  Private to train. */
#ifndef CST_TRAIN_STAGE_RESULT_H
#define CST_TRAIN_STAGE_RESULT_H

#include "training_parts.h"

/* An event of the current stage; new. */
cst_journal_event stage_event(const training *self, const char *kind);
/* Macro accuracy and mean loss of weights on the validation clips, on all ranks.  Collective. */
cst_status stage_validate(training *self, const cst_weights *weights, double *accuracy,
                          double *loss);
/* The mean of weights takes the place of the best, and its figures go to the journal.  Collective. */
cst_status stage_average(training *self);

#endif
