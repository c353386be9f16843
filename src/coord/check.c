/* What hours of work would otherwise find out: pre-training data and truth that are not there. */
#include "scoring.h"

#include "cassette/memory.h"

cst_status job_check_truth(const cst_job *job)
{
  cst_status st = CST_OK;
  int *truth = NULL;
  CST_ALLOC(truth, job->data->n);
  CST_TRY(scoring_truth(job, truth));
done:
  cst_free(truth);
  return st;
}

static cst_status check(cst_job *job)
{
  const training self = {.job = job};
  const cst_status st = training_check_pretraining(&self);
  return st == CST_OK ? job_check_truth(job) : st;
}

cst_status cst_job_check(cst_job *job)
{
  cst_status st = CST_OK;

  CST_TRY(job_load_data(job));
  CST_TRY(cst_comm_agree(job->comm, check(job)));
done:
  return st;
}
