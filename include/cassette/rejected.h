/**
 * @file rejected.h
 * How much unusable audio a run puts up with: dataset.strict and dataset.max_rejected.
 */
#ifndef CST_REJECTED_H
#define CST_REJECTED_H

#include "cassette/job.h"

/** CST_ERR_DATA where more clips lack usable audio than dataset.strict and dataset.max_rejected allow,
 *  or all of development; names the first few and the cure.  @p preparing: the manifest is being
 *  made; say how many are put up with.  Local, the same on every rank. */
cst_status cst_job_judge_audio(const cst_job *self, bool preparing);

#endif
