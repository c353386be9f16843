/* What whoever judges an entry asks of a run.  Private to report. */
#ifndef ENTRY_FACTS_H
#define ENTRY_FACTS_H

#include "run_files.h"

/* New: network, training, energy, external, tiers, results, data.  @p answers: which of its
 * predictions are meant.  What the run does not tell is null. */
cst_json *entry_facts(const run_files *run, const char *answers);
/* Energy of all starts, joules; NaN where not every start tells.  *source: who tells, a constant. */
double entry_energy(const run_files *run, const char **source);

#endif
