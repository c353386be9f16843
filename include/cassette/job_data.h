/**
 * @file job_data.h
 * The data of a job: manifest, folds, features.
 */
#ifndef CST_JOB_DATA_H
#define CST_JOB_DATA_H

#include "cassette/job.h"

/** Read manifest.csv (rank 0), share and parse it.  Collective. */
cst_status cst_job_load_manifest(cst_job *self);
/** Do so; judge the audio; make the folds; check that the audio is still what the manifest says.  A
 *  second call does nothing.  Collective. */
cst_status cst_job_load_data(cst_job *self);
/** Open the features of all usable clips, for this and all later phases; nothing where they are.
 *  Collective. */
cst_status cst_job_open_features(cst_job *self);
/** Adopt a manifest that all ranks hold, without folds.  Local. */
cst_status cst_job_parse_data(cst_job *self, const cst_text *manifest);
/** Folds from the data and the configuration: the same on every rank.  Local. */
cst_status cst_job_make_folds(cst_job *self);
/** Adopt metadata as if every clip had audio, with the folds that this gives: what is wrong with
 *  tables and configuration alone shows before any audio is looked at.  Local. */
cst_status cst_job_plan_metadata(cst_job *self, const cst_text *metadata);
/** Collective where there are features. */
void cst_job_drop_data(cst_job *self);
/** Directory of the feature store.  cst_free. */
char *cst_job_store_dir(const cst_job *self);

#endif
