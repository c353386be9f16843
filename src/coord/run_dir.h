/* The run directory as a job begins: whose it is, and under which configuration.  Private to coord.
 */
#ifndef CST_COORD_RUN_DIR_H
#define CST_COORD_RUN_DIR_H

#include "job.h"

/* Make it and lock it.  Refuses one that was trained under another configuration, that is the data
 * set's, or out of which a link leads.  Rank 0.  @p patient as in job_open(); *trained: whether
 * training has begun in it. */
cst_status run_dir_make(const cst_job *self, bool patient, bool *trained);
/* The resolved configuration.  Rank 0. */
cst_status run_dir_write_config(const cst_job *self);
/* Whether @p dir has a config.yaml that would give the same bits as @p config.  Local. */
cst_status run_dir_same_config(const char *dir, const cst_config *config, bool *same);
/* Of the settings that decide the bits of training. */
cst_status run_dir_config_digest(const cst_config *config, char hex[CST_DIGEST_HEX]);

#endif
