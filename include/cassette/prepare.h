/**
 * @file prepare.h
 * Metadata to manifest.
 */
#ifndef CST_PREPARE_H
#define CST_PREPARE_H

#include "cassette/job.h"

/** Metadata to manifest.csv and the split report (stdout of rank 0, and split.txt).  Collective. */
cst_status cst_job_prepare(cst_job *self);

#endif
