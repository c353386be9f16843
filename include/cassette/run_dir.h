/**
 * @file run_dir.h
 * The run directory as a job begins: whose it is, and under which configuration.
 */
#ifndef CST_RUN_DIR_H
#define CST_RUN_DIR_H

#include "cassette/config.h"

/** Make @p dir and lock it.  Refuses one that was trained under another configuration, that is the
 *  data set's, or out of which a link leads.  Rank 0.  @p patient as in cst_job_open(); *trained:
 *  whether training has begun in it. */
cst_status cst_run_dir_make(const char *dir, const cst_config *config, bool patient, bool *trained);
/** The resolved configuration.  Rank 0. */
cst_status cst_run_dir_write_config(const char *dir, const cst_config *config);
/** Write @p text to DIR/relative, below which no link leads out of @p dir. */
cst_status cst_run_dir_write(const char *dir, const char *relative, const cst_text *text);
/** Whether @p dir has a config.yaml that would give the same bits as @p config.  Local. */
cst_status cst_run_dir_same_config(const char *dir, const cst_config *config, bool *same);

#endif
