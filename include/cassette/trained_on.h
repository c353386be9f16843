/**
 * @file trained_on.h
 * Whether what was trained in a run directory was trained on the job's data.
 */
#ifndef CST_TRAINED_ON_H
#define CST_TRAINED_ON_H

#include "cassette/job.h"
#include "cassette/model_manifest.h"

/** Whether the model at @p path was, by its manifest; one from elsewhere does not say.  CST_ERR_DATA
 *  names both digests and the cure.  Local. */
cst_status cst_job_check_model(const cst_job *self, const char *path,
                               const cst_model_manifest *manifest);
/** The same of a checkpoint that training could go on from. */
cst_status cst_job_check_checkpoint(const cst_job *self, const char *path,
                                    const cst_model_manifest *manifest);
/** The same of the newest checkpoint of the run, if there is one.  Rank 0. */
cst_status cst_job_check_trained(const cst_job *self);

#endif
