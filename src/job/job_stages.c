/* Contract in job_stages.h. */
#include "cassette/job_stages.h"

#include "cassette/job_strategy.h"

bool cst_job_has_unlabelled(const cst_job *job, const cst_fold *fold)
{
  for (size_t i = 0; i < job->data->n; i++)
    if (cst_role_is(fold->role[i], CST_ROLE_UNLABELLED)) return true;
  return false;
}

bool cst_job_can_teach(const cst_job *job, const cst_fold *fold)
{
  return cst_job_has_unlabelled(job, fold) ||
         (job->views.taught && cst_job_has_tables(job->config));
}

cst_fold_stages cst_job_stages(const cst_job *job, const cst_fold *fold)
{
  const bool tables = cst_job_has_tables(job->config), teacher = job->views.teacher;
  const bool student =
      job->config->student.epochs > 0 && (!teacher || cst_job_can_teach(job, fold));
  const bool finetune =
      !student || (teacher && !tables) || job->config->strategy.init == CST_INIT_TEACHER;
  return (cst_fold_stages){.finetune = finetune, .student = student};
}

int64_t cst_job_rounds(const cst_job *job)
{
  return job->views.teacher ? (int64_t)job->params.rounds : 1;
}

bool cst_job_pretrains(const cst_config *c)
{
  return c->pretrain.epochs > 0 && c->dataset.pretrain.n > 0 && !c->dataset.pretrain_weights[0];
}
