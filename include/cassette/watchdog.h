/**
 * @file watchdog.h
 * Ends a job that no longer moves, and names the rank that holds it up.  Two threads a rank; none
 * of them calls MPI before the end.
 */
#ifndef CST_WATCHDOG_H
#define CST_WATCHDOG_H

#include "cassette/comm.h"

#include <stdint.h>

/** Start; the heartbeats are in the file "heartbeat" of the run directory @p dir.  @p stall_s 0: no
 *  watchdog, and the calls below cost next to nothing.  Borrows @p comm.  Collective. */
cst_status cst_watchdog_start(const cst_comm *comm, const char *dir, double stall_s);
void cst_watchdog_stop(void);

/** What this rank does now.  All ranks enter the same phases in the same order, so that who is
 *  behind can be told.  Stage "", epoch and step -1: the phase has none.  Copies. */
void cst_watchdog_enter(const char *phase, const char *stage, int64_t epoch, int64_t step);
/** It is done with that and waits for the other ranks.  In phases where rank 0 alone works the
 *  others say so at once. */
void cst_watchdog_wait(void);
/** It is still at it: inside long phases, at least several times in run.stall_s.  Thread-safe. */
void cst_watchdog_tick(void);

#endif
