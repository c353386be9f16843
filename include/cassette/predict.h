/**
 * @file predict.h
 * Predictions of the evaluation set.
 */
#ifndef CST_PREDICT_H
#define CST_PREDICT_H

#include "cassette/job.h"

/** predictions/evaluation.csv in the metadata's row order.  Collective. */
cst_status cst_job_predict(cst_job *self);

#endif
