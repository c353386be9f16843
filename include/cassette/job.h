/**
 * @file job.h
 * A job: one configuration in one run directory, taken through its phases by all ranks.
 *
 * A phase (prepare.h, feature_stage.h, training.h, evaluate.h, predict.h, job_report.h) is collective,
 * skips what is done and valid, and either runs on what earlier phases left in the run directory or
 * fails with the command to run first.  All ranks return the same status.
 */
#ifndef CST_JOB_H
#define CST_JOB_H

#include "cassette/comm.h"
#include "cassette/config.h"
#include "cassette/dataset.h"
#include "cassette/feature_source.h"
#include "cassette/json.h"
#include "cassette/logmel.h"
#include "cassette/numerics.h"
#include "cassette/split.h"
#include "cassette/strategy.h"

typedef struct {
  cst_comm *comm;           /**< borrowed */
  const cst_config *config; /**< borrowed */
  char *dir;                /**< run directory */
  int argc;
  char **argv; /**< borrowed */
  int threads;
  double started_s;
  bool adopted; /**< cst_job_adopt() was called */
  cst_logmel_spec spec;
  cst_dataset *data;                  /**< after cst_job_load_data() */
  cst_feature_source *source;         /**< after cst_job_open_features() */
  char data_digest[CST_DIGEST_HEX];   /**< of what training can depend on in it */
  char config_digest[CST_DIGEST_HEX]; /**< of the settings that decide the bits of training */
  cst_folds folds;
  char (*teachers)[CST_DIGEST_HEX]; /**< [folds] of their tables, after cst_job_check_teachers();
                                         NULL: the run trains its teachers */
  cst_numerics numerics;            /**< of every rank */
  cst_fold pretrain;          /**< roles of the pre-training set; role NULL when there is none */
  cst_views views;            /**< what the configured strategy wants to see */
  cst_strategy_params params; /**< its parameters */
  cst_json *parameters; /**< those in effect, with what all strategies share, for the record */
} cst_job;

bool cst_job_root(const cst_job *self); /**< whether this is rank 0 */
/** Path inside the run directory; NULL when out of memory.  cst_free. */
char *cst_job_path(const cst_job *self, const char *relative);
/** Write a file of the run directory whole or not at all; below it no link leads out of it.  Local.
 */
cst_status cst_job_write_text(const cst_job *self, const char *relative, const cst_text *text);
/** The run directory of @p config where none is named: runs/<name>; NULL: no memory.  cst_free().
 */
char *cst_job_default_dir(const cst_config *config);
/** Where CST_START_FILE names a file, rank 0 writes @p run_dir into it.  Called with "" when all
 *  ranks have left MPI_Init, so that a job script can tell a start that hangs from a run that does,
 *  and by cst_job_open(). */
void cst_job_announce(const cst_comm *comm, const char *run_dir);

#endif
