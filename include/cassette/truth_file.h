/**
 * @file truth_file.h
 * Classes that are known for scoring alone: the metadata's, and those of dataset.truth.
 */
#ifndef CST_TRUTH_FILE_H
#define CST_TRUTH_FILE_H

#include "cassette/job.h"

/** Classes by clip, CST_NONE where unknown.  Local. */
cst_status cst_job_truth(const cst_job *self, int *truth);
/** Whether they can be read.  Local. */
cst_status cst_job_check_truth(const cst_job *self);

#endif
