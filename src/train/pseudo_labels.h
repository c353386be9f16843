/* The pseudo-label stage.  Private to train. */
#ifndef CST_TRAIN_PSEUDO_LABELS_H
#define CST_TRAIN_PSEUDO_LABELS_H

#include "training_parts.h"

/* The teacher labels the unlabelled clips of the fold. Collective. */
cst_status stage_pseudo_label(training *self);

#endif
