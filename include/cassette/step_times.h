/**
 * @file step_times.h
 * How long each rank works on a training step: who holds up the others.
 */
#ifndef CST_STEP_TIMES_H
#define CST_STEP_TIMES_H

#include "cassette/comm.h"
#include "cassette/json.h"

/** Of this rank, since the last report.  All zeros: none yet. */
typedef struct {
  uint64_t steps;
  double min_s, sum_s, max_s;
  double wait_s; /**< cst_comm_wait_s() when the current step began */
} cst_step_times;

/** Before a step, and after it with its seconds on the wall.  What a rank spends inside MPI, waiting
 *  for others above all, is not its own work: without it every rank would look like the slowest. */
void cst_step_times_begin(cst_step_times *self);
void cst_step_times_end(cst_step_times *self, double seconds);

/** What metrics.jsonl says of an epoch's steps, in seconds: min, mean and max over the ranks of
 *  their mean step; slowest_rank, slowest_host; ranks: [min, mean, max] of the steps of each rank.
 *  NULL when out of memory.  Begins anew.  One small gather.  Collective. */
cst_json *cst_step_times_take(cst_step_times *self, const cst_comm *comm);

#endif
