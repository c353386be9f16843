/* Which cores the ranks may use, and whether that is enough.  Private to coord. */
#ifndef CST_COORD_BINDING_H
#define CST_COORD_BINDING_H

#include "cassette/comm.h"
#include "cassette/file.h"

#include <sched.h>

/* Cores as people write them: "0-3,8". */
void cores_text(const cpu_set_t *cores, cst_text *out);

/* One line about the binding of the ranks of @p threads each; a warning where a node has fewer
 * cores than its ranks have threads, which costs more than anything else a launcher can get wrong.
 * Collective. */
cst_status binding_report(const cst_comm *comm, int threads);

#endif
