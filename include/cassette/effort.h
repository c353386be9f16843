/**
 * @file effort.h
 * How much training a model had, as the journal tells it: two models compare with their efforts known.
 */
#ifndef CST_EFFORT_H
#define CST_EFFORT_H

#include "cassette/job.h"
#include "cassette/stage.h"

/** Set in @p out, of all epochs and rounds of stage @p s of the fold (NULL: of all folds);
 * CST_STAGE_DONE: of all stages but pre-training, which is what a fold's last model has behind it:
 *
 *   updates     optimiser steps
 *   clips_seen  clips drawn for them, labelled and unlabelled, as often as they were drawn
 *   rows_seen   views of clips that went through forward and backward
 *
 * null where the journal does not tell.  Steps after the best epoch count: they were made, and the
 * choice needed them.  Rank 0; elsewhere nothing is set.  Local. */
cst_status cst_effort_json(const cst_job *job, const cst_fold *fold, cst_stage s, cst_json *out);

/** Of the pre-trained model, by its manifest: it may be another run's (ablation.h).  Local. */
cst_status cst_effort_pretrain_json(const cst_job *job, cst_json *out);

#endif
