/**
 * @file submission.h
 * What is handed in for a challenge: the answers to the evaluation set, and the facts of the system.
 */
#ifndef CST_SUBMISSION_H
#define CST_SUBMISSION_H

#include "cassette/status.h"

typedef struct {
  const char *run;     /**< directory */
  const char *answers; /**< a file of its predictions/, without .csv: evaluation, ensemble, ... */
  const char *table;   /**< the official evaluation table; NULL: the order of the run's manifest */
  const char *out;     /**< directory; NULL: RUN/submission */
} cst_submission;

/** Write OUT/predictions.csv (filename,scene_label), every clip of the table once and in its order,
 *  then OUT/facts.yaml: network and its cost, training and its energy, what came from elsewhere,
 *  tiers, results.  Prints both names.  Local: rank 0 calls.  CST_ERR_DATA names what is missing, the
 *  clip that lacks an answer, has two, or is not asked for, and the label that is no class; then
 *  nothing is written. */
cst_status cst_submission_write(const cst_submission *self);

#endif
