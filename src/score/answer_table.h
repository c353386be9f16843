/* Tables of what models answer: filename and a column a class, as cassette/teacher_table.h reads
 * them.  Private to score. */
#ifndef CST_SCORE_ANSWER_TABLE_H
#define CST_SCORE_ANSWER_TABLE_H

#include "cassette/job.h"

/* Write probabilities @p p [n][classes] of @p clips below the run directory.  Local. */
cst_status answer_table_write(const cst_job *job, const char *relative, const uint32_t *clips,
                              size_t n, const double *p);
/* Where the answers to a fold's clips are kept, below the run directory; @p folder: "held-out" or
 * "validation".  NULL: no memory.  cst_free(). */
char *answer_table_of_fold(const char *folder, const cst_fold *fold);

/* Whether run @p name, scored on data of digest @p theirs, may answer beside the job's models, on data of
 * digest @p ours.  Local. */
cst_status answer_table_check(const cst_job *job, const char *name, const char *theirs,
                              const char *ours, bool transductive);
/* What this run and those of evaluate.with say together of @p clips: the table @p relative of every
 * run, pooled (opinions.h), in @p p [n][classes].  CST_ERR_DATA names a run of other data, or
 * whose table is missing, of other classes, or without one of the clips.  Local. */
cst_status answer_table_pool(const cst_job *job, const char *relative, const uint32_t *clips,
                             size_t n, double *p);

#endif
