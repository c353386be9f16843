/**
 * @file training.h
 * Training from its first stage to its last.
 */
#ifndef CST_TRAINING_H
#define CST_TRAINING_H

#include "cassette/job.h"

/** Refuse now what training would refuse after hours: configured pre-training data or true labels that
 *  are not there, or are not what they should be.  Collective. */
cst_status cst_job_check(cst_job *self);
/** Pre-train, fine-tune, pseudo-label, student; for every fold.  CST_INTERRUPTED after a checkpoint
 *  on USR1, TERM, INT or an approaching wall-time limit.  Collective. */
cst_status cst_job_train(cst_job *self);
/** The pre-training alone; without pre-training, nothing.  Collective. */
cst_status cst_job_pretrain(cst_job *self);

#endif
