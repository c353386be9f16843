/*
 * Predictions of the evaluation set in the challenge's format.  With several folds their final
 * models vote by the mean of their probabilities: none of them saw the evaluation set.
 */
#include "cassette/predict.h"

#include "adaptation.h"
#include "answer_table.h"
#include "model_answers.h"

#include "cassette/clock.h"
#include "cassette/inference.h"
#include "cassette/interrupt.h"
#include "cassette/job_data.h"
#include "cassette/log.h"
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/named_run.h"
#include "cassette/network.h"
#include "cassette/opinions.h"
#include "cassette/run_record.h"
#include "cassette/table.h"
#include "cassette/watchdog.h"

#include <stdio.h>
#include <string.h>

/* Evaluation clips in metadata order, and those of them with usable audio. */
typedef struct {
  uint32_t *all, *usable;
  size_t n_all, n_usable;
} evaluation;

static cst_status list_evaluation(const cst_job *job, evaluation *out)
{
  cst_status st = CST_OK;
  const cst_dataset *data = job->data;
  CST_ALLOC(out->all, data->n);
  CST_ALLOC(out->usable, data->n);
  for (size_t i = 0; i < data->n; i++) {
    if (data->clip[i].set != CST_SET_EVALUATION) continue;
    out->all[out->n_all++] = (uint32_t)i;
    if (cst_audio_usable(data->clip[i].status)) out->usable[out->n_usable++] = (uint32_t)i;
  }
done:
  return st;
}

/* Add one fold's model's probabilities to @p sum [n][classes]. */
static cst_status add_fold(cst_job *job, const cst_trained *name, const uint32_t *clips, size_t n,
                           double *sum)
{
  cst_status st = CST_OK;
  const size_t K = job->data->scenes.n;
  cst_network net = {0};
  float *p = NULL;
  p = cst_alloc(n * K, sizeof *p);
  CST_TRY(cst_comm_agree(job->comm, p ? CST_OK : cst_no_memory("probabilities", n * K, sizeof *p)));
  CST_TRY(cst_network_load(job, name, false, K, &net));
  CST_TRY(adaptation_run(job, name->fold, clips, n, &net));
  cst_watchdog_enter("prediction", "", -1, -1);
  CST_TRY(cst_network_predict(job, net.model, &net.weights, clips, n,
                              (size_t)job->config->evaluate.crops, p));
  for (size_t i = 0; i < n * K; i++) sum[i] += (double)p[i] / (double)job->folds.n;
done:
  cst_network_reset(&net);
  cst_free(p);
  return st;
}

/* Rows [n_all][K] from the rows [n_usable][K] of the clips with usable audio. */
static cst_status complete(const evaluation *e, size_t K, const double *usable, double **out)
{
  cst_status st = CST_OK;
  double *mean = NULL;
  size_t at = 0;
  CST_ALLOC(mean, K);
  CST_ALLOC(*out, e->n_all * K);
  for (size_t i = 0; i < e->n_usable * K; i++) mean[i % K] += usable[i] / (double)e->n_usable;
  for (size_t i = 0; i < e->n_all; i++) {
    const bool is_usable = at < e->n_usable && e->usable[at] == e->all[i];
    memcpy(*out + i * K, is_usable ? usable + at * K : mean, K * sizeof *mean);
    at += is_usable;
  }
done:
  cst_free(mean);
  return st;
}

/* The challenge's format, and the probabilities beside it: predictions/NAME.csv and
 * NAME-probabilities.csv. */
static cst_status write_answers(const cst_job *job, const char *name, const evaluation *e,
                                const double *p)
{
  cst_status st = CST_OK;
  const cst_names *scenes = &job->data->scenes;
  cst_text labels = {0};
  char *answers = cst_format("predictions/%s.csv", name);
  char *probabilities = cst_format("predictions/%s-probabilities.csv", name);
  if (!answers || !probabilities) CST_TRY(cst_no_memory("a path", 1, 1));
  cst_text_add(&labels, "filename,scene_label\n");
  for (size_t i = 0; i < e->n_all; i++) {
    cst_csv_add(&labels, job->data->clip[e->all[i]].id);
    cst_text_add(&labels, ",");
    cst_csv_add(&labels, scenes->item[cst_argmax(scenes->n, p + i * scenes->n)]);
    cst_text_add(&labels, "\n");
  }
  CST_TRY(answer_table_write(job, probabilities, e->all, e->n_all, p));
  CST_TRY(cst_job_write_text(job, answers, &labels));
  printf("predictions: %zu clips in %s/%s\n", e->n_all, job->dir, answers);
done:
  cst_free(answers);
  cst_free(probabilities);
  cst_text_reset(&labels);
  return st;
}

/* Clips recorded together with one voice, from the rows @p p of all clips. */
static cst_status write_vote(const cst_job *job, const evaluation *e, const char *name,
                             const double *p)
{
  cst_status st = CST_OK;
  int *session = NULL;
  double *voice = NULL;
  CST_ALLOC(session, e->n_all);
  CST_ALLOC(voice, e->n_all * job->data->scenes.n);
  for (size_t i = 0; i < e->n_all; i++) session[i] = job->data->clip[e->all[i]].session;
  CST_TRY(cst_opinions_of_sessions(e->n_all, job->data->scenes.n, session, p, voice));
  CST_TRY(write_answers(job, name, e, voice));
done:
  cst_free(session);
  cst_free(voice);
  return st;
}

static const char table_name[] = "predictions/evaluation-probabilities.csv";

/* Rank 0. */
static cst_status write_file_answers(const cst_job *job, const char *name, const evaluation *e,
                                     const double *usable)
{
  cst_status st = CST_OK;
  double *p = NULL;
  char *relative = NULL;
  CST_TRY(complete(e, job->data->scenes.n, usable, &p));
  CST_TRY(cst_named_run_relative(name, table_name, &relative));
  CST_TRY(answer_table_write(job, relative, e->all, e->n_all, p));
done:
  cst_free(relative);
  cst_free(p);
  return st;
}

/* Files of evaluate.with, where answer_table_pool() looks for them; @p p [n_usable][K] is room. */
static cst_status ask_files(const cst_job *job, const evaluation *e, double *p)
{
  cst_status st = CST_OK;
  const cst_strings *with = &job->config->evaluate.with;
  cst_classifier *by = NULL;
  for (size_t i = 0; i < with->n; i++) {
    if (!model_answers_is_file(job, with->item[i])) continue;
    CST_TRY(model_answers_open_with(job, with->item[i], &by));
    CST_TRY(model_answers_mean(job, by, e->usable, e->n_usable, p));
    st = cst_job_root(job) ? write_file_answers(job, with->item[i], e, p) : CST_OK;
    CST_TRY(cst_comm_agree(job->comm, st));
    cst_classifier_close(&by);
  }
done:
  cst_classifier_close(&by);
  return st;
}

/* This run's answers; those of all runs of evaluate.with; and the votes of sessions of either. */
static cst_status write_predictions(const cst_job *job, const evaluation *e, const double *usable)
{
  cst_status st = CST_OK;
  const bool votes = job->config->evaluate.vote == CST_VOTE_SESSION;
  double *p = NULL;
  CST_TRY(complete(e, job->data->scenes.n, usable, &p));
  CST_TRY(write_answers(job, "evaluation", e, p));
  if (votes) CST_TRY(write_vote(job, e, "evaluation-vote", p));
  if (job->config->evaluate.with.n == 0) goto done;
  CST_TRY(answer_table_pool(job, table_name, e->all, e->n_all, p));
  CST_TRY(write_answers(job, "ensemble", e, p));
  if (votes) CST_TRY(write_vote(job, e, "ensemble-vote", p));
done:
  cst_free(p);
  return st;
}

cst_status cst_job_predict(cst_job *job)
{
  cst_status st = CST_OK;
  const double started_s = cst_now_s();
  cst_trained_fold *models = NULL;
  evaluation e = {0};
  double *p = NULL;
  CST_TRY(cst_job_load_data(job));
  CST_TRY(cst_comm_agree(job->comm, list_evaluation(job, &e)));
  if (e.n_usable == 0) {
    cst_log(CST_LOG_INFO, "no evaluation clips with usable audio: nothing to predict");
    goto done;
  }
  if (e.n_usable < e.n_all)
    cst_log(
        CST_LOG_WARN,
        "%zu evaluation clips have no usable audio and get the mean prediction; see manifest.csv",
        e.n_all - e.n_usable);
  p = cst_alloc(e.n_usable * job->data->scenes.n, sizeof *p);
  CST_TRY(cst_comm_agree(job->comm, p ? CST_OK : cst_no_memory("probabilities", e.n_usable, 8)));
  CST_TRY(cst_job_open_features(job));
  CST_TRY(ask_files(job, &e, p));
  memset(p, 0, e.n_usable * job->data->scenes.n * sizeof *p);
  CST_TRY(cst_trained_find(job, false, &models));
  for (size_t f = 0; f < job->folds.n; f++) {
    const cst_trained final = cst_trained_of(&job->folds.fold[f], models[f].stage[0]);
    CST_TRY(cst_interrupt_agree(job->comm, "predictions were made"));
    CST_TRY(add_fold(job, &final, e.usable, e.n_usable, p));
  }
  st = cst_job_root(job) ? write_predictions(job, &e, p) : CST_OK;
  CST_TRY(cst_comm_agree(job->comm, st));
  CST_TRY(cst_record_phase(job, "predict", cst_now_s() - started_s));
done:
  cst_free(models);
  cst_free(p);
  cst_free(e.all);
  cst_free(e.usable);
  return st;
}
