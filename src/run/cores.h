/* Sets of cores as text.  Private to run. */
#ifndef CST_RUN_CORES_H
#define CST_RUN_CORES_H

#include "cassette/file.h"

#include <sched.h>

/* Cores as people write them: "0-3,8". */
void cst_cores_text(const cpu_set_t *cores, cst_text *out);

#endif
