/* Which checkpoint training goes on from, and whether it belongs to this run.  Private to train. */
#ifndef CST_TRAIN_TRAINING_RESUME_H
#define CST_TRAIN_TRAINING_RESUME_H

#include "training_parts.h"

/* Newest checkpoint that is whole and whose finished stages' models are, too: its state and
 * pseudo-labels on all ranks, its path on rank 0 (NULL: none).  Newer ones are removed: what comes
 * after it is made again, to the same bits.  Collective. */
cst_status training_find_checkpoint(training *self, char **path);

#endif
