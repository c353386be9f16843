/* One training stage: epochs of steps, validation, early stopping, checkpoints.  Private to train. */
#ifndef CST_TRAIN_STAGE_RUN_H
#define CST_TRAIN_STAGE_RUN_H

#include "training_parts.h"

/* Run the current stage from where the state says to its end.  CST_INTERRUPTED after a
 * checkpoint. Collective. */
cst_status stage_run(training *self);

#endif
