/* A training step on all ranks.  Private to train. */
#ifndef CST_TRAIN_STEP_H
#define CST_TRAIN_STEP_H

#include "learner.h"

/* Forward, backward, exact sums, Adam.  @p tallies [monitor_tallies(K)]: see monitor.h.
 * Collective.  CST_ERR_NUMBERS names what is not finite and where training stood. */
cst_status learner_step(learner *self, cst_feature_source *source, const learner_batch *batch,
                        double *tallies);
/* Weights, moments and average by self->gradient, which is limited first.  Local, alike on every
 * rank. */
void step_update(learner *self, const learner_batch *batch);

#endif
