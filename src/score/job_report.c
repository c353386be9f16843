/* Contract in job_report.h. */
#include "cassette/job_report.h"

#include "cassette/report.h"

cst_status cst_job_report(cst_job *job)
{
  return cst_comm_agree(job->comm, cst_job_root(job) ? cst_report_run(job->dir, false) : CST_OK);
}
