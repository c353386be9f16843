/* Reasons to stop early: a signal, or the wall-time limit coming near.  Private to coord. */
#ifndef CST_COORD_INTERRUPT_H
#define CST_COORD_INTERRUPT_H

#include "cassette/comm.h"

#include <stdbool.h>

/* Catch USR1, USR2, TERM, INT, HUP (the terminal is gone) and XCPU (soft limit of processor time):
 * they set a flag, and where @p speaks, say what comes next.  HUP stays ignored where it was
 * (nohup). A second INT ends the process at once.  A closed standard output no longer does: results
 * are in files, and main() tells. */
void interrupt_install(bool speaks);
/* Why this rank should stop: the signal's name, "wall-time limit", or NULL.  @p walltime_s 0: no
 * limit; @p elapsed_s since the job began; @p margin_s what a checkpoint and one step may take. */
const char *interrupt_reason(double walltime_s, double elapsed_s, double margin_s);
/* CST_INTERRUPTED if a signal has asked any rank to stop; the message says "before @p what".
 * Collective. */
cst_status interrupt_agree(const cst_comm *comm, const char *what);

#endif
