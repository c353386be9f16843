/**
 * @file feature_stage.h
 * Audio to feature shards.
 */
#ifndef CST_FEATURE_STAGE_H
#define CST_FEATURE_STAGE_H

#include "cassette/job.h"

/** Compute the features that the store lacks.  Collective. */
cst_status cst_job_features(cst_job *self);

#endif
