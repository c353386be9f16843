/**
 * @file trained.h
 * The files of finished models: which of them training leaves, and whether a file is the one that its
 * name promises.
 */
#ifndef CST_TRAINED_H
#define CST_TRAINED_H

#include "cassette/job.h"
#include "cassette/stage.h"

enum { CST_LAST_ROUND = -1 };
/** A finished model: of pre-training (fold NULL), fine-tuning, or a round of the student. */
typedef struct {
  const cst_fold *fold;
  cst_stage stage;
  int64_t round; /**< from 0; CST_LAST_ROUND: of a student's last round, and where there is none */
} cst_trained;

/** The last round's student of a fold, and models that have no round. */
cst_trained cst_trained_of(const cst_fold *fold, cst_stage s);
/** Checkpoint file with its best weights.  cst_free. */
char *cst_trained_path(const cst_job *job, const cst_trained *model);
/** Whether that file is there and, by its manifest, is this model of this run; its payload is not
 * looked at.  CST_ERR_DATA without a cure.  @p ours: trained here, not brought from elsewhere.
 * Local. */
cst_status cst_trained_check(const cst_job *job, const cst_trained *model, bool *ours);
/** cst_job_check_model() of a finished model that is there. */
cst_status cst_trained_check_data(const cst_job *job, const cst_trained *model);
/** What evaluation takes of a fold, in order of training: the last one is final. */
typedef struct {
  size_t n;
  cst_stage stage[2];
} cst_trained_fold;
/** Of all folds, with or without @p teachers: *out is new, [folds] (cst_free).  CST_ERR_DATA names
 * the first that is missing, no other takes its place, or that was trained on other data.
 * Collective. */
cst_status cst_trained_find(const cst_job *job, bool teachers, cst_trained_fold **out);
/** The files of all of them, in checkpoints/: new, the caller's. */
cst_json *cst_trained_names(const cst_job *job);
/** CST_ERR_USAGE where the file system would take two folds' files for one.  Local, rank 0. */
cst_status cst_trained_check_names(const cst_job *job);

#endif
