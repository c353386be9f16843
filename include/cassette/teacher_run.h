/**
 * @file teacher_run.h
 * A run that teaches others (teach.h): a table per fold, and beside them teacher/teacher.json, which says
 * on what data its models were trained, and whose labels they know.
 */
#ifndef CST_TEACHER_RUN_H
#define CST_TEACHER_RUN_H

#include "cassette/job.h"

#define CST_TEACHER_RUN_RECORD "teacher/teacher.json"

/** teacher/FOLD.csv of a fold, FOLD as cst_safe_name() has it; cst_free(). */
char *cst_teacher_run_table(const cst_fold *fold);
/** Digest of the clips whose labels a fold's models are trained and chosen by. */
cst_status cst_teacher_run_labels(const cst_job *self, const cst_fold *fold,
                                  char hex[CST_DIGEST_HEX]);
/** Whether the run in directory @p run may teach all folds of the job: CST_ERR_DATA where its data are
 *  others, it knows more of unlabelled clips or other labels, or its tables are not whole.  Rank 0. */
cst_status cst_teacher_run_check(const cst_job *self, const char *run);

#endif
