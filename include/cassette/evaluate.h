/**
 * @file evaluate.h
 * Held-out evaluation.
 */
#ifndef CST_EVALUATE_H
#define CST_EVALUATE_H

#include "cassette/job.h"

/** Of every fold's models: metrics.json and predictions/held-out.csv.  Collective. */
cst_status cst_job_evaluate(cst_job *self);

#endif
