/* A thread that ends the job when a phase takes longer than run.stall_s, naming rank and phase.
 * Makes no MPI calls.  Private to coord. */
#ifndef CST_COORD_WATCHDOG_H
#define CST_COORD_WATCHDOG_H

#include "job.h"

#include <stdint.h>

/* Start; stall_s = 0: no watchdog. */
cst_status watchdog_start(const cst_job *job);
/* What this rank does now; every call restarts the clock.  Texts must live on. */
void watchdog_enter(const char *phase, const char *stage, int64_t epoch, int64_t step);
void watchdog_stop(void);

#endif
