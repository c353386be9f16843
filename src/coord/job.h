/* What the phases of a job share. Private to coord. */
#ifndef CST_COORD_JOB_H
#define CST_COORD_JOB_H

#include "feature_source.h"

#include "cassette/coord.h"
#include "cassette/dataset.h"
#include "cassette/json.h"
#include "cassette/logmel.h"
#include "cassette/numerics.h"
#include "cassette/split.h"
#include "cassette/strategy.h"

struct cst_job {
  cst_comm *comm;           /* borrowed */
  const cst_config *config; /* borrowed */
  char *dir;                /* run directory */
  int argc;
  char **argv; /* borrowed */
  int threads;
  double started_s;
  bool adopted; /* job_adopt() was called */
  cst_logmel_spec spec;
  cst_dataset *data;                  /* after job_load_data() */
  feature_source *source;             /* after job_open_features() */
  char data_digest[CST_DIGEST_HEX];   /* of what training can depend on in it */
  char config_digest[CST_DIGEST_HEX]; /* of the settings that decide the bits of training */
  cst_folds folds;
  cst_numerics numerics;      /* of every rank */
  cst_fold pretrain;          /* roles of the pre-training set; role NULL when there is none */
  cst_views views;            /* what the configured strategy wants to see */
  cst_strategy_params params; /* its parameters */
  cst_json *parameters;       /* those in effect, with what all strategies share, for the record */
};

/* cst_job_open(); @p patient: where another job has the directory, wait until it leaves or shows no
 * sign of life. */
cst_status job_open(cst_comm *comm, const cst_config *config, const char *run_dir, bool patient,
                    int argc, char **argv, cst_job **out);
/* Write what this start is into the run directory: config.yaml and a segment of record.json.  A
 * second call does nothing.  In a directory where training has begun only once the data are known
 * to be those of the training: of a start that is refused nothing is left there.  Collective. */
cst_status job_adopt(cst_job *self);
/* truth_file.c: classes by clip for scoring, CST_NONE where unknown: the metadata's, else those of
 * dataset.truth.  Local. */
cst_status job_truth(const cst_job *self, int *truth);
/* Whether they can be read.  Local. */
cst_status job_check_truth(const cst_job *self);
/* trained_on.c: whether the model at @p path was trained on the job's data, by its manifest; one from
 * elsewhere does not say.  CST_ERR_DATA names both digests and the cure.  Local. */
cst_status job_check_model(const cst_job *self, const char *path, const cst_json *manifest);
/* The same of a checkpoint that training could go on from. */
cst_status job_check_checkpoint(const cst_job *self, const char *path, const cst_json *manifest);
/* The same of the newest checkpoint of the run, if there is one.  Rank 0. */
cst_status job_check_trained(const cst_job *self);
/* Settle self->threads; all of them, and the watchdog's, can be started at the same time. */
cst_status job_start_threads(cst_job *self);
/* Open the features of all usable clips, for this and all later phases; nothing where they are.
 * Collective. */
cst_status job_open_features(cst_job *self);
/* Path inside the run directory; NULL when out of memory. */
char *job_path(const cst_job *self, const char *relative);
bool job_root(const cst_job *self);
/* Read manifest.csv (rank 0), share and parse it.  Collective. */
cst_status job_load_manifest(cst_job *self);
/* Do so; judge the audio; make the folds; check that the audio is
 * still what the manifest says.  Collective.  A second call does nothing. */
cst_status job_load_data(cst_job *self);
/* Adopt a manifest that all ranks hold, without folds.  Local. */
cst_status job_parse_data(cst_job *self, const cst_text *manifest);
/* Folds from the data and the configuration: the same on every rank.  Local. */
cst_status job_make_folds(cst_job *self);
/* Adopt metadata as if every clip had audio, with the folds that this gives: what is wrong with
 * tables and configuration alone shows before any audio is looked at.  Local. */
cst_status job_plan_metadata(cst_job *self, const cst_text *metadata);
void job_drop_data(cst_job *self);
/* prepare.c: the metadata tables as the text of a manifest, audio unchecked.  Local. */
cst_status job_read_metadata(const cst_job *self, cst_text *manifest);
/* Directory of the feature store.  cst_free. */
char *job_store_dir(const cst_job *self);
cst_status job_write_text(const cst_job *self, const char *relative, const cst_text *text);

/* job_strategy.c: the strategy @p name with the configuration's parameters; if the configuration
 * names another one (a teacher is supervised), with its own.  Local. */
cst_status job_strategy(const cst_job *self, const char *name, size_t classes, size_t unlabelled,
                        cst_strategy **out);
/* What the configured strategy wants is known, and a parameter that it does not have refused,
 * before any work.  Local. */
cst_status job_adopt_strategy(cst_job *self);
/* Parameter of mixtures in effect: the strategy's where it mixes all rows, else the
 * configuration's for labelled clips. */
double job_mixup(const cst_config *config, const cst_strategy *strategy);

/* rejected.c: CST_ERR_DATA where more clips lack usable audio than dataset.strict and
 * dataset.max_rejected allow, or all of development; names the first few and the cure.  @p warn:
 * say how many are put up with.  Local, the same on every rank. */
cst_status job_judge_audio(const cst_job *self, bool warn);

/* agreement.c: the same numerics on all ranks, or CST_ERR_USAGE with the cure.  Collective. */
cst_status job_agree_numerics(cst_job *self);

/* run_record.c: what ran, where, and how long each phase took (min, mean, max over ranks). */
cst_status record_start(cst_job *self);
/* Collective. */
cst_status record_phase(cst_job *self, const char *phase, double seconds);

#endif
