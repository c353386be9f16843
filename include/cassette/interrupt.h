/**
 * @file interrupt.h
 * Reasons to stop early: a signal, or the wall-time limit coming near.
 */
#ifndef CST_INTERRUPT_H
#define CST_INTERRUPT_H

#include "cassette/comm.h"

#include <stdbool.h>

/** Call first thing in main(): a USR1 or USR2 that arrives before training begins (a batch system's
 *  notice, MPI_Init takes its time) is remembered instead of ending the process; the other signals
 *  that save end it until a job runs.  A write past the limit of file sizes fails from now on. */
void cst_interrupt_expect(void);

/** Catch USR1, USR2, TERM, INT, HUP (the terminal is gone) and XCPU (soft limit of processor time):
 *  they set a flag, and where @p speaks, say what comes next.  HUP stays ignored where it was
 *  (nohup).  A second INT ends the process at once.  A closed standard output no longer does:
 *  results are in files, and main() tells. */
void cst_interrupt_install(bool speaks);
/** Why this rank should stop: the signal's name, "wall-time limit", or NULL.  @p walltime_s 0: no
 *  limit; @p elapsed_s since the job began; @p margin_s what a checkpoint and one step may take. */
const char *cst_interrupt_reason(double walltime_s, double elapsed_s, double margin_s);
/** CST_INTERRUPTED if a signal has asked any rank to stop; the message says "before @p what".
 *  Collective. */
cst_status cst_interrupt_agree(const cst_comm *comm, const char *what);

#endif
