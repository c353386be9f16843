/* Contract in cassette/teach.h. */
#include "cassette/teach.h"

#include "cassette/clock.h"
#include "cassette/inference.h"
#include "cassette/interrupt.h"
#include "cassette/job_data.h"
#include "cassette/job_strategy.h"
#include "cassette/memory.h"
#include "cassette/network.h"
#include "cassette/run_record.h"
#include "cassette/teacher_run.h"
#include "cassette/teacher_table.h"
#include "cassette/watchdog.h"

#include <stdio.h>

/* What one fold's model says. */
typedef struct {
  uint32_t *clip; /* [n] */
  size_t n;
  float *p; /* [n][K] */
} judgement;

static cst_status list(const cst_job *job, const cst_fold *fold, judgement *out)
{
  cst_status st = CST_OK;
  const cst_dataset *data = job->data;
  *out = (judgement){0};
  CST_ALLOC(out->clip, data->n);
  for (size_t i = 0; i < data->n; i++)
    if (data->clip[i].set != CST_SET_PRETRAIN && cst_audio_usable(data->clip[i].status) &&
        fold->role[i] != CST_ROLE_TEST && fold->role[i] != CST_ROLE_NONE)
      out->clip[out->n++] = (uint32_t)i;
  CST_ALLOC(out->p, out->n * data->scenes.n);
done:
  return st;
}

static void reset(judgement *j)
{
  cst_free(j->clip);
  cst_free(j->p);
}

/* Of a fold: whose labels its model knows, and which table is its. */
typedef struct {
  char labels[CST_DIGEST_HEX], table[CST_DIGEST_HEX];
} fold_note;

static cst_status write_table(const cst_job *job, const cst_fold *fold, const judgement *j,
                              fold_note *note)
{
  cst_status st = CST_OK;
  const cst_names *classes = &job->data->scenes;
  cst_text text = {0};
  char *relative = cst_teacher_run_table(fold);
  if (!relative) CST_TRY(cst_no_memory("a path", 1, 1));
  cst_teacher_header(classes, &text);
  for (size_t i = 0; i < j->n; i++)
    cst_teacher_row(job->data->clip[j->clip[i]].id, classes->n, j->p + i * classes->n, &text);
  CST_TRY(cst_job_write_text(job, relative, &text));
  CST_TRY(cst_teacher_run_labels(job, fold, note->labels));
  cst_digest_bytes(text.data, text.bytes, note->table);
  printf("teacher: fold %s, %zu clips in %s/%s\n", fold->name, j->n, job->dir, relative);
done:
  cst_free(relative);
  cst_text_reset(&text);
  return st;
}

static cst_status teach_fold(cst_job *job, const cst_trained *name, fold_note *note)
{
  cst_status st = CST_OK;
  cst_network net = {0};
  judgement j;
  CST_TRY(cst_comm_agree(job->comm, list(job, name->fold, &j)));
  CST_TRY(cst_network_load(job, name, false, job->data->scenes.n, &net));
  cst_watchdog_enter("inference", "teach", -1, -1);
  CST_TRY(cst_network_predict(job, net.model, &net.weights, j.clip, j.n,
                              (size_t)job->config->evaluate.crops, j.p));
  if (cst_job_root(job)) st = write_table(job, name->fold, &j, note);
  st = cst_comm_agree(job->comm, st);
done:
  cst_network_reset(&net);
  reset(&j);
  return st;
}

/* Last: it says that the tables are whole. */
static cst_status write_record(const cst_job *job, const fold_note *notes)
{
  cst_status st = CST_OK;
  cst_teacher_run_fold *folds = NULL;
  cst_json *json = NULL;
  char *path = cst_job_path(job, CST_TEACHER_RUN_RECORD);
  if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
  CST_ALLOC(folds, job->folds.n);
  for (size_t f = 0; f < job->folds.n; f++)
    folds[f] = (cst_teacher_run_fold){job->folds.fold[f].name, notes[f].labels, notes[f].table};
  const cst_teacher_run_record record = {
      .strategy = job->config->strategy.name,
      .tier = cst_tier_text(cst_job_tier(job->config, job->config->strategy.name)),
      .seed = job->config->seed,
      .data = job->data_digest,
      .transductive = job->config->split.spec.transductive,
      .folds = {folds, job->folds.n}};
  json = cst_rows_json(&cst_teacher_run_shape, &record);
  CST_TRY(cst_json_write(json, path));
done:
  if (json) cst_json_destroy(&json);
  cst_free(folds);
  cst_free(path);
  return st;
}

static cst_status teach_all(cst_job *job, const cst_trained_fold *models)
{
  cst_status st = CST_OK;
  fold_note *notes = cst_alloc(job->folds.n, sizeof *notes);
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
