/**
 * @file effort.h
 * How much training a model had, as the journal tells it: two models compare with their efforts known.
 */
#ifndef CST_EFFORT_H
#define CST_EFFORT_H

#include "cassette/job.h"
#include "cassette/model_manifest.h"
#include "cassette/stage.h"

/** Of all epochs and rounds of stage @p s of the fold (NULL: of all folds);
 * CST_STAGE_DONE: of all stages but pre-training, which is what a fold's last model has behind it.
 * None where the journal does not tell.  Steps after the best epoch count: they were made, and the
 * choice needed them.  Rank 0; elsewhere none.  Local. */
cst_status cst_effort_read(const cst_job *job, const cst_fold *fold, cst_stage s, cst_effort *out);

/** Of the pre-trained model, by its manifest: it may be another run's (ablation.h).  Local. */
cst_status cst_effort_of_pretrained(const cst_job *job, cst_effort *out);

#endif
