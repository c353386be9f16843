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

/* Whose labels the fold's model knows, and which table is its, in @p folds.  Rank 0. */
static cst_status note_fold(const cst_job *job, const cst_fold *fold, const cst_text *table,
                            cst_json *folds)
{
  char labels[CST_DIGEST_HEX], digest[CST_DIGEST_HEX];
  const cst_status st = cst_teacher_run_labels(job, fold, labels);
  cst_json *json = cst_json_object();
  cst_digest_bytes(table->data, table->bytes, digest);
  cst_json_set_string(json, "name", fold->name);
  cst_json_set_string(json, "labels", labels);
  cst_json_set_string(json, "table", digest);
  cst_json_append(folds, json);
  return st;
}

static cst_status write_table(const cst_job *job, const cst_fold *fold, const judgement *j,
                              cst_json *folds)
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
  CST_TRY(note_fold(job, fold, &text, folds));
  printf("teacher: fold %s, %zu clips in %s/%s\n", fold->name, j->n, job->dir, relative);
done:
  cst_free(relative);
  cst_text_reset(&text);
  return st;
}

static cst_status teach_fold(cst_job *job, const cst_trained *name, cst_json *folds)
{
  cst_status st = CST_OK;
  cst_network net = {0};
  judgement j;
  CST_TRY(cst_comm_agree(job->comm, list(job, name->fold, &j)));
  CST_TRY(cst_network_load(job, name, false, job->data->scenes.n, &net));
  cst_watchdog_enter("inference", "teach", -1, -1);
  CST_TRY(cst_network_predict(job, net.model, &net.weights, j.clip, j.n,
                              (size_t)job->config->evaluate.crops, j.p));
  if (cst_job_root(job)) st = write_table(job, name->fold, &j, folds);
  st = cst_comm_agree(job->comm, st);
done:
  cst_network_reset(&net);
  reset(&j);
  return st;
}

/* Last: it says that the tables are whole. */
static cst_status write_record(const cst_job *job, cst_json *folds)
{
  cst_status st = CST_OK;
  cst_json *json = cst_json_object();
  char *path = cst_job_path(job, CST_TEACHER_RUN_RECORD);
  cst_json_set_string(json, "strategy", job->config->strategy.name);
  cst_json_set_string(json, "tier",
                      cst_tier_text(cst_job_tier(job->config, job->config->strategy.name)));
  cst_json_set_integer(json, "seed", job->config->seed);
  cst_json_set_string(json, "data", job->data_digest);
  cst_json_set_bool(json, "transductive", job->config->split.spec.transductive);
  cst_json_set(json, "folds", folds);
  st = path ? cst_json_write(json, path) : cst_no_memory("a path", 1, 1);
  cst_json_destroy(&json);
  cst_free(path);
  return st;
}

static cst_status teach_all(cst_job *job, const cst_trained_fold *models)
{
  cst_status st = CST_OK;
  cst_json *folds = cst_json_array();
  for (size_t f = 0; f < job->folds.n; f++) {
    const cst_trained final = cst_trained_of(&job->folds.fold[f], models[f].stage[0]);
    CST_TRY(cst_interrupt_agree(job->comm, "tables for students were made"));
    CST_TRY(teach_fold(job, &final, folds));
  }
  if (cst_job_root(job)) {
    st = write_record(job, folds);
    folds = NULL;
  }
  st = cst_comm_agree(job->comm, st);
done:
  if (folds) cst_json_destroy(&folds);
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
