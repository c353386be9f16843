/**
 * @file teacher_run.h
 * A run that teaches others (teach.h): a table per fold, and beside them teacher/teacher.json, which says
 * on what data its models were trained, and whose labels they know.  It is named by its directory, or by
 * the file of `cassette export`, whose tables are made when training begins (named_run.h).
 */
#ifndef CST_TEACHER_RUN_H
#define CST_TEACHER_RUN_H

#include "cassette/job.h"
#include "cassette/json_rows.h"

#define CST_TEACHER_RUN_RECORD "teacher/teacher.json"

/** A fold of teacher/teacher.json: digests of the labels that its model knows, and of its table. */
typedef struct {
  const char *name, *labels, *table;
} cst_teacher_run_fold;

/** teacher/teacher.json; texts are borrowed. */
typedef struct {
  const char *strategy, *tier;
  int64_t seed;
  const char *data;  /**< digest */
  bool transductive; /**< trained on unlabelled clips of what is tested */
  CST_LIST_OF(cst_teacher_run_fold) folds;
} cst_teacher_run_record;
extern const cst_json_shape cst_teacher_run_shape;

/** teacher/FOLD.csv of a fold, FOLD as cst_safe_name() has it; cst_free(). */
char *cst_teacher_run_table(const cst_fold *fold);
/** Whether the run called @p run, which says of itself what @p record has, may teach all folds of the
 *  job: CST_ERR_DATA where its data are others, or it knows more of unlabelled clips or other labels.
 *  Rank 0. */
cst_status cst_teacher_run_check_record(const cst_job *self, const char *run,
                                        const cst_teacher_run_record *record);
/** The same of a run whose tables are there, and whether they are whole.  Rank 0. */
cst_status cst_teacher_run_check(const cst_job *self, const char *run);
/** Whether a file of teacher.runs has not been asked yet.  Collective. */
cst_status cst_teacher_runs_wait(const cst_job *self, bool *wait);

#endif
