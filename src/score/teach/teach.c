/* Contract in cassette/teach.h. */
#include "cassette/teach.h"

#include "teacher_tables.h"

#include "cassette/clock.h"
#include "cassette/inference.h"
#include "cassette/interrupt.h"
#include "cassette/job_data.h"
#include "cassette/job_strategy.h"
#include "cassette/memory.h"
#include "cassette/network.h"
#include "cassette/run_record.h"
#include "cassette/watchdog.h"

static cst_status teach_fold(cst_job *job, const cst_trained *name, judgement_note *note)
{
  cst_status st = CST_OK;
  cst_network net = {0};
  judgement j;
  CST_TRY(cst_comm_agree(job->comm, judgement_list(job, name->fold, &j)));
  CST_TRY(cst_network_load(job, name, false, job->data->scenes.n, &net));
  cst_watchdog_enter("inference", "teach", -1, -1);
  CST_TRY(cst_network_predict(job, net.model, &net.weights, j.clip, j.n,
                              (size_t)job->config->evaluate.crops, j.p));
  if (cst_job_root(job)) st = judgement_write(job, "", name->fold, &j, note);
  st = cst_comm_agree(job->comm, st);
done:
  cst_network_reset(&net);
  judgement_reset(&j);
  return st;
}

/* What the models say of themselves. */
static cst_status write_record(const cst_job *job, const judgement_note *notes)
{
  const cst_teacher_run_record record = {
      .strategy = job->config->strategy.name,
      .tier = cst_tier_text(cst_job_tier(job->config, job->config->strategy.name)),
      .seed = job->config->seed,
      .data = job->data_digest,
      .transductive = job->config->split.spec.transductive};
  return judgement_write_record(job, "", &record, notes);
}

static cst_status teach_all(cst_job *job, const cst_trained_fold *models)
{
  cst_status st = CST_OK;
  judgement_note *notes = cst_alloc(job->folds.n, sizeof *notes);
  CST_TRY(cst_comm_agree(job->comm,
                         notes ? CST_OK : cst_no_memory("folds", job->folds.n, sizeof *notes)));
  for (size_t f = 0; f < job->folds.n; f++) {
    const cst_trained final = cst_trained_of(&job->folds.fold[f], models[f].stage[0]);
    CST_TRY(cst_interrupt_agree(job->comm, "tables for students were made"));
    CST_TRY(teach_fold(job, &final, &notes[f]));
  }
  st = cst_comm_agree(job->comm, cst_job_root(job) ? write_record(job, notes) : CST_OK);
done:
  cst_free(notes);
  return st;
}

cst_status cst_job_teach(cst_job *job)
{
  cst_status st = CST_OK;
  const double started_s = cst_now_s();
  cst_trained_fold *models = NULL;
  CST_TRY(cst_job_load_data(job));
  CST_TRY(cst_job_open_features(job));
  CST_TRY(cst_trained_find(job, false, &models));
  CST_TRY(teach_all(job, models));
  CST_TRY(cst_record_phase(job, "teach", cst_now_s() - started_s));
done:
  cst_free(models);
  return st;
}
