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

#endif
