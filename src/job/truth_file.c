/* Contract in truth_file.h. */
#include "cassette/truth_file.h"

#include "cassette/memory.h"

cst_status cst_job_truth(const cst_job *job, int *truth)
{
  cst_status st = CST_OK;
  const char *table = job->config->dataset.truth;
  char *path = NULL;
  for (size_t i = 0; i < job->data->n; i++) truth[i] = CST_NONE;
  if (table && table[0]) {
    path = cst_path_join(job->config->dataset.root, table);
    if (!path) CST_TRY(cst_no_memory("path", 1, 1));
    CST_TRY(cst_truth_read(path, job->data, truth));
  }
  for (size_t i = 0; i < job->data->n; i++)
    if (job->data->clip[i].set != CST_SET_PRETRAIN && job->data->clip[i].scene != CST_NONE)
      truth[i] = job->data->clip[i].scene;
done:
  cst_free(path);
  return st;
}

cst_status cst_job_check_truth(const cst_job *job)
{
  cst_status st = CST_OK;
  int *truth = NULL;
  CST_ALLOC(truth, job->data->n);
  CST_TRY(cst_job_truth(job, truth));
done:
  cst_free(truth);
  return st;
}
