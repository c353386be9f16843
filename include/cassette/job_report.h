/**
 * @file job_report.h
 * The report of a job's run directory.
 */
#ifndef CST_JOB_REPORT_H
#define CST_JOB_REPORT_H

#include "cassette/job.h"

/** report/report.html, report.md and report.json.  Collective. */
cst_status cst_job_report(cst_job *self);

#endif
