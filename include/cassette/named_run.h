/**
 * @file named_run.h
 * Another run that a configuration names (evaluate.with, teacher.runs): its directory, or the file that
 * `cassette export` made of it.  What such a file's models answer stands below this job's directory, in
 * models/DIGEST of the file's content, as it would in the other run's.
 */
#ifndef CST_NAMED_RUN_H
#define CST_NAMED_RUN_H

#include "cassette/job.h"

/** Where its tables are: @p name itself, or what stands for it, new: cst_free().  Local. */
cst_status cst_named_run_dir(const cst_job *self, const char *name, char **out);
/** That of a file, relative to the job's directory, with @p below it; new.  Local. */
cst_status cst_named_run_relative(const char *file, const char *below, char **out);

#endif
