/* What a training checkpoint holds.  Private to train. */
#ifndef CST_TRAIN_TRAINING_STATE_H
#define CST_TRAIN_TRAINING_STATE_H

#include "training_parts.h"

#include "cassette/checkpoint.h"
#include "cassette/digest.h"

enum { TRAINING_MAX_FIELDS = 32 };
/* What does not depend on the stage's model: the numbers of `state`, the sums of the epoch, then
 * two arrays of pseudo-labels. */
size_t training_state_fields(training *self, cst_field *fields);
enum { TRAINING_PSEUDO_FIELDS = 2 };
/* Rank 0's values to all.  Collective. */
void training_share_fields(const training *self, const cst_field *fields, size_t n);
/* Everything that a checkpoint of the current stage holds. */
size_t training_fields(training *self, cst_field *fields);
/* Save a checkpoint, prune older ones.  Collective. */
cst_status training_checkpoint(training *self);
/* Everything of a checkpoint but its state, once the learner of its stage exists.  Collective. */
cst_status training_restore(training *self, const char *path);
/* Digest of the tables that teach, of all folds; "": none. */
void training_teachers_digest(const training *self, char hex[CST_DIGEST_HEX]);
/* Digest of the recorders' gains that views take; "": none. */
void training_responses_digest(const training *self, char hex[CST_DIGEST_HEX]);
/* Write the best weights of the current stage to their file.  Collective. */
cst_status training_save_best(training *self);

#endif
