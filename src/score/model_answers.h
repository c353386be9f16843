/* Exported models that answer beside a run, or teach it (named_run.h).  Private to score. */
#ifndef CST_SCORE_MODEL_ANSWERS_H
#define CST_SCORE_MODEL_ANSWERS_H

#include "fold_scores.h"

#include "cassette/classifier.h"
#include "cassette/job.h"

/* Whether @p name is a file, on every rank as on rank 0.  Collective. */
bool model_answers_is_file(const cst_job *job, const char *name);
/* The models of file @p name, if they can be asked of the job's clips: the same classes, in any order, and
 * the same features, exported with what they know.  CST_ERR_DATA names what differs.  Collective. */
cst_status model_answers_open(const cst_job *job, const char *name, cst_classifier **out);
/* p [n][K] := what a network says of @p clips [n], in the order of the job's classes.  Collective. */
cst_status model_answers_of(const cst_job *job, const cst_classifier *by, size_t network,
                            const uint32_t *clips, size_t n, float *p);

/* File @p name of evaluate.with, if it may answer beside the job's models: the same data, and not more
 * heard of what is tested.  Collective. */
cst_status model_answers_open_with(const cst_job *job, const char *name, cst_classifier **out);
/* What every file of evaluate.with says of the held-out clips of @p folds [n], in tables where
 * answer_table_pool() finds them.  Collective. */
cst_status model_answers_held_out(const cst_job *job, const fold_scores *folds, size_t n);
/* The mean of all its networks in @p p [n][K], likewise.  Collective. */
cst_status model_answers_mean(const cst_job *job, const cst_classifier *by, const uint32_t *clips,
                              size_t n, double *p);

#endif
