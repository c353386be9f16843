/**
 * @file run_record.h
 * record.json: what ran, where, and how long each phase took (min, mean, max over ranks).
 */
#ifndef CST_RUN_RECORD_H
#define CST_RUN_RECORD_H

#include "cassette/job.h"

/** Begin a segment.  Collective. */
cst_status cst_record_start(cst_job *self);
/** Collective. */
cst_status cst_record_phase(cst_job *self, const char *phase, double seconds);

#endif
