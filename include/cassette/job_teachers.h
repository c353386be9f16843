/**
 * @file job_teachers.h
 * Teachers from outside: tables of what other models think of the clips (teacher.files), or of what
 * this program's own runs do (teacher.runs, teacher_run.h), in place of the teacher that a run would
 * train.
 */
#ifndef CST_JOB_TEACHERS_H
#define CST_JOB_TEACHERS_H

#include "cassette/job.h"
#include "cassette/record_file.h"
#include "cassette/teacher_table.h"

/** Whether every fold has a table of its own: the name of each file has {fold} in it.  Where cities are
 *  held out, a teacher that is the same for all knows some of them. */
bool cst_job_teachers_by_fold(const cst_config *config);

/** Read all tables of all folds: job->teachers has their digests.  Says, in the log and @p report
 *  (NULL: there alone), how many clips that train are judged; warns of tables that may leak.
 *  CST_ERR_DATA for a table that does not fit, a fold without a judged clip, a run whose models know
 *  other data or labels that are not this fold's.  Nothing where there are none, or
 *  where that is done and @p report NULL.  Collective. */
cst_status cst_job_check_teachers(cst_job *self, cst_text *report);

/** The tables of a fold, on every rank; CST_ERR_DATA where they are not those that were checked.
 *  Collective. */
cst_status cst_job_read_teachers(const cst_job *self, const cst_fold *fold, cst_teacher *out);

/** What a run says of them, and where they are checked their @p digests by fold: cst_rows_destroy().
 *  Not there: it has none. */
void cst_job_teachers_note(const cst_job *self, bool digests, cst_teachers_note *out);

#endif
