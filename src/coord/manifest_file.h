/* manifest.csv of a run directory, and prepare.json, which vouches for it.  Private to coord. */
#ifndef CST_COORD_MANIFEST_FILE_H
#define CST_COORD_MANIFEST_FILE_H

#include "job.h"

/* The manifest of an earlier `prepare` if it is whole and its statuses still mean the same, else
 * NULL; on all ranks.  Collective. */
cst_status manifest_file_before(const cst_job *self, cst_dataset **out);
/* CST_ERR_DATA where it was made for data elsewhere than the configuration says.  Rank 0. */
cst_status manifest_file_check_roots(const cst_job *self);
/* Write the job's data.  Collective. */
cst_status manifest_file_write(const cst_job *self);

#endif
