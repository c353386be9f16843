/* Reasons to stop early: a signal, or the wall-time limit coming near.  Private to coord. */
#ifndef CST_COORD_INTERRUPT_H
#define CST_COORD_INTERRUPT_H

#include <stdbool.h>

/* Catch USR1, TERM and INT: they set a flag and nothing else. */
void interrupt_install(void);
/* Why this rank should stop: the signal's name, "wall-time limit", or NULL.  @p walltime_s 0: no
 * limit; @p elapsed_s since the job began; @p margin_s what a checkpoint and one step may take. */
const char *interrupt_reason(double walltime_s, double elapsed_s, double margin_s);

#endif
