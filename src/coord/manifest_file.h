/* manifest.csv of a run directory, and prepare.json, which vouches for it.  Private to coord. */
#ifndef CST_COORD_MANIFEST_FILE_H
#define CST_COORD_MANIFEST_FILE_H

#include "job.h"

/* The manifest of an earlier `prepare` if it is whole and its statuses still mean the same, else
 * NULL; on all ranks.  Collective. */
cst_status manifest_file_before(const cst_job *self, cst_dataset **out);
/* Write the job's data, unless that is what is there.  Collective. */
cst_status manifest_file_write(const cst_job *self);

#endif
