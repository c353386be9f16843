/**
 * @file coord.h
 * A job: one configuration in one run directory, taken through its phases by all ranks.
 *
 * Every function is collective, skips what is done and valid, and either runs on what earlier
 * phases left in the run directory or fails with the command to run first.  All ranks return the
 * same status.
 */
#ifndef CST_COORD_H
#define CST_COORD_H

#include "cassette/comm.h"
#include "cassette/config.h"

typedef struct cst_job cst_job;

/** Call first thing in main(): a USR1 or USR2 that arrives before training begins (a batch system's
 *  notice, MPI_Init takes its time) is remembered instead of ending the process; the other signals
 *  that save end it until a job runs.  A write past the limit of file sizes fails from now on. */
void cst_job_expect_signals(void);

enum { CST_MAX_THREADS = 1024 };
/** Threads of a rank: @p wanted if that is positive, else OMP_NUM_THREADS (its first number),
 * else 1. CST_ERR_USAGE where the variable is none from 1 to CST_MOST_THREADS; *out is 1 then. */
cst_status cst_job_threads(int64_t wanted, int *out);

/** Where CST_START_FILE names a file, rank 0 writes @p run_dir into it.  Called with "" when all
 *  ranks have left MPI_Init, so that a job script can tell a start that hangs from a run that does,
 *  and by cst_job_open(). */
void cst_job_announce(const cst_comm *comm, const char *run_dir);

/** Make the run directory, write the resolved configuration and the record of this start.  A run
 *  directory whose training was started under another configuration is refused (CST_ERR_USAGE,
 *  first difference shown).  Borrows @p comm, @p config, @p argv.  @p run_dir NULL: runs/<name>. */
cst_status cst_job_open(cst_comm *comm, const cst_config *config, const char *run_dir, int argc,
                        char **argv, cst_job **out);
void cst_job_close(cst_job **self);
/** The run directory of @p config where none is named: runs/<name>; NULL: no memory.  cst_free().
 */
char *cst_job_default_dir(const cst_config *config);
const char *cst_job_dir(const cst_job *self);

/** Metadata to manifest.csv and the split report (stdout of rank 0, and split.txt). */
cst_status cst_job_prepare(cst_job *self);
/** Refuse now what training and evaluation would refuse after hours: configured pre-training data
 * or true labels that are not there, or are not what they should be. */
cst_status cst_job_check(cst_job *self);
/** Audio to feature shards. */
cst_status cst_job_features(cst_job *self);
/** Pre-train, fine-tune, pseudo-label, student; for every fold.  CST_INTERRUPTED after a checkpoint
 *  on USR1, TERM, INT or an approaching wall-time limit. */
cst_status cst_job_train(cst_job *self);
/** The pre-training alone; without pre-training, nothing. */
cst_status cst_job_pretrain(cst_job *job);
/** Held-out evaluation: metrics.json and predictions/held-out.csv. */
cst_status cst_job_evaluate(cst_job *self);
/** Classify the evaluation set: predictions/evaluation.csv in the metadata's row order. */
cst_status cst_job_predict(cst_job *self);
/** report/report.md and report.json. */
cst_status cst_job_report(cst_job *self);

#endif
