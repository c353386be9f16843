/**
 * @file run_status.h
 * Whether a job runs in a run directory, as any process on any node can tell.  Local.
 */
#ifndef CST_RUN_STATUS_H
#define CST_RUN_STATUS_H

#include "cassette/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum {
  CST_RUN_IDLE,   /**< nobody is there */
  CST_RUN_ALIVE,  /**< a job runs: its heart beats, or it has none (run.stall_s = 0) and the lock */
  CST_RUN_SILENT, /**< a job holds the lock, and its heart does not beat: stopped, or node lost */
  CST_RUN_KILLED  /**< nobody is there, and the last job did not take its leave */
} cst_run_state;

typedef struct {
  cst_run_state state;
  char holder[300];    /**< who has or had the lock, "process 12 on node7"; "" if nobody ever */
  int ranks, hosts;    /**< that have a heartbeat; 0: no heartbeats */
  char phase[32];      /**< what rank 0 does: "training step", "writing a checkpoint" ... */
  char stage[32];      /**< "" if the phase has none, as have the next two -1 */
  int64_t epoch, step; /**< from 0 */
} cst_run_status;

/** Look into run directory @p dir; takes some seconds where a heart does not beat. */
cst_status cst_run_status_read(const char *dir, cst_run_status *out);

#endif
