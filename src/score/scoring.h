/* From probabilities to scores.  Private to score. */
#ifndef CST_SCORE_SCORING_H
#define CST_SCORE_SCORING_H

#include "fold_scores.h"

#include "cassette/job.h"

/* Classify the fold's held-out and validation clips by the best model of @p s, or by the @p raw
 * weights behind its average, each set adapted to as evaluate.adapt says.  @p truth: class by clip
 * or CST_NONE. Collective. */
cst_status scoring_run(cst_job *job, const cst_fold *fold, cst_stage s, bool raw, const int *truth,
                       fold_scores *out);
void scoring_reset(fold_scores *self);

#endif
