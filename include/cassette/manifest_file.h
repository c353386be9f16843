/**
 * @file manifest_file.h
 * manifest.csv of a run directory, and prepare.json, which vouches for it.
 */
#ifndef CST_MANIFEST_FILE_H
#define CST_MANIFEST_FILE_H

#include "cassette/job.h"

/** The manifest of an earlier `prepare` if it is whole and its statuses still mean the same, else
 *  NULL; on all ranks.  Collective. */
cst_status cst_manifest_file_before(const cst_job *self, cst_dataset **out);
/** CST_ERR_DATA where it was made for data elsewhere than the configuration says.  Rank 0. */
cst_status cst_manifest_file_check_roots(const cst_job *self);
/** Write the job's data.  Collective. */
cst_status cst_manifest_file_write(const cst_job *self);

#endif
