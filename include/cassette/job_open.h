/**
 * @file job_open.h
 * The beginning and the end of a job.
 */
#ifndef CST_JOB_OPEN_H
#define CST_JOB_OPEN_H

#include "cassette/job.h"

/** Make the run directory, write the resolved configuration and the record of this start.  A run
 *  directory whose training was started under another configuration is refused (CST_ERR_USAGE,
 *  first difference shown); @p patient: where another job has the directory, wait until it leaves or
 *  shows no sign of life.  Borrows @p comm, @p config, @p argv.  @p run_dir NULL: runs/<name>.
 *  Collective. */
cst_status cst_job_open(cst_comm *comm, const cst_config *config, const char *run_dir, bool patient,
                        int argc, char **argv, cst_job **out);
/** The job whose run directory is @p dir, its manifest and folds, to look at: nothing is locked or
 *  written, and neither recordings nor features need to be there.  *config is the run's, borrowed by
 *  the job: destroy it after cst_job_close().  Collective. */
cst_status cst_job_look(cst_comm *comm, const char *dir, int threads, cst_config **config,
                        cst_job **out);
/** Collective. */
void cst_job_close(cst_job **self);
/** Write what this start is into the run directory: config.yaml and a segment of record.json.  A
 *  second call does nothing.  In a directory where training has begun only once the data are known
 *  to be those of the training: of a start that is refused nothing is left there.  Collective. */
cst_status cst_job_adopt(cst_job *self);

#endif
