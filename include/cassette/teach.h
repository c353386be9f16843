/**
 * @file teach.h
 * A run's final models as teachers of other runs.
 */
#ifndef CST_TEACH_H
#define CST_TEACH_H

#include "cassette/job.h"

/** What the final model of every fold makes of all clips that it may teach, those that are not held out
 *  from it: teacher/FOLD.csv, which teacher.files and teacher.runs take, and teacher/teacher.json
 *  (teacher_run.h).  Collective. */
cst_status cst_job_teach(cst_job *job);

/** Whether the files of teacher.runs (`cassette export`) may teach this run: CST_ERR_DATA for other classes,
 *  features or data, a fold that none of their models has held out, as for directories.  Before there are
 *  features.  Collective. */
cst_status cst_job_check_teacher_files(cst_job *job);
/** Have them make their tables, below the run directory (named_run.h), where these are not there yet.
 *  Before training.  Collective. */
cst_status cst_job_ask_teacher_files(cst_job *job);

#endif
