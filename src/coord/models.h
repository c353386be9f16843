/* The files of finished models.  Private to coord. */
#ifndef CST_COORD_MODELS_H
#define CST_COORD_MODELS_H

#include "job.h"
#include "stage_name.h"

/* A finished model: of pre-training (fold NULL), fine-tuning, or a round of the student. */
typedef struct {
  const cst_fold *fold;
  stage stage;
  int64_t round;
} model_name;

/* The last round's student of a fold, and models that have no round. */
model_name model_of(const cst_fold *fold, stage s);
/* Checkpoint file with its best weights.  cst_free. */
char *training_best_path(const cst_job *job, const model_name *model);
/* Whether that file is there and, by its manifest, is this model of this run; its payload is not
 * looked at.  CST_ERR_DATA without a cure.  @p ours: trained here, not brought from elsewhere.
 * Local. */
cst_status model_check(const cst_job *job, const model_name *model, bool *ours);
/* job_check_model() of a finished model that is there. */
cst_status model_check_data(const cst_job *job, const model_name *model);
/* What evaluation takes of a fold, in order of training: the last one is final. */
typedef struct {
  size_t n;
  stage stage[2];
} fold_models;
/* Of all folds, with or without @p teachers: *out is new, [folds] (cst_free).  CST_ERR_DATA names
 * the first that is missing, no other takes its place, or that was trained on other data.
 * Collective. */
cst_status models_find(const cst_job *job, bool teachers, fold_models **out);
/* The files of all of them, in checkpoints/: new, the caller's. */
cst_json *models_names(const cst_job *job);
/* CST_ERR_USAGE where the file system would take two folds' files for one.  Local, rank 0. */
cst_status models_check_names(const cst_job *job);

#endif
