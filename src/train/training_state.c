/* What a training checkpoint holds, and the best weights of finished stages. */
#include "training_state.h"

#include "plan.h"

#include "cassette/clock.h"
#include "cassette/conv.h"
#include "cassette/delay.h"
#include "cassette/effort.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/trained.h"
#include "cassette/watchdog.h"

#include <math.h>
#include <string.h>

/* What the teacher said is among it, because it decides what a student trains on. */
size_t training_state_fields(training *self, cst_field *fields)
{
  training_state *s = &self->state;
  const size_t clips = self->job->data->n, classes = self->job->data->scenes.n;
  const cst_field list[] = {
      {"state/stage", CST_I64, 1, NULL, &s->stage},
      {"state/fold", CST_I64, 1, NULL, &s->fold},
      {"state/round", CST_I64, 1, NULL, &s->round},
      {"state/epoch", CST_I64, 1, NULL, &s->epoch},
      {"state/step", CST_I64, 1, NULL, &s->step},
      {"state/updates", CST_I64, 1, NULL, &s->updates},
      {"state/best_epoch", CST_I64, 1, NULL, &s->best_epoch},
      {"state/best_accuracy", CST_F64, 1, NULL, &s->best_accuracy},
      {"state/best_loss", CST_F64, 1, NULL, &s->best_loss},
      {"state/epoch_labelled", CST_I64, 1, NULL, &s->epoch_labelled},
      {"state/epoch_unlabelled", CST_I64, 1, NULL, &s->epoch_unlabelled},
      {"state/journal_bytes", CST_I64, 1, NULL, &s->journal_bytes},
      {"state/epoch_sums", CST_F64, self->n_epoch_sums, NULL, self->epoch_sums},
      {"pseudo/target", CST_F32, clips * classes, NULL, self->pseudo_target},
      {"pseudo/copies", CST_I32, clips, NULL, self->pseudo_copies},
  };
  memcpy(fields, list, sizeof list);
  return sizeof list / sizeof *list;
}

size_t training_fields(training *self, cst_field *fields)
{
  learner *l = &self->learner;
  size_t n = training_state_fields(self, fields);
  n += cst_network_fields(l->network.model, CST_NETWORK_CURRENT, &l->network.weights, fields + n);
  fields[n++] = (cst_field){"adam_m", CST_F32, l->params->floats, l->params, l->m};
  fields[n++] = (cst_field){"adam_v", CST_F32, l->params->floats, l->params, l->v};
  n += cst_network_fields(l->network.model, CST_NETWORK_BEST, &l->best, fields + n);
  if (l->ema > 0.0) {
    n += cst_network_fields(l->network.model, CST_NETWORK_AVERAGE, &l->average, fields + n);
    n += cst_network_fields(l->network.model, CST_NETWORK_BEST_RAW, &l->best_raw, fields + n);
  }
  if (l->mean) {
    fields[n++] = (cst_field){"mean_params", CST_F64, l->params->floats, NULL, l->mean};
    fields[n++] = (cst_field){"mean_epochs", CST_I64, 1, NULL, &l->mean_epochs};
  }
  size_t numbers;
  double *strategy = cst_strategy_state(l->strategy, &numbers);
  if (numbers) fields[n++] = (cst_field){"strategy", CST_F64, numbers, NULL, strategy};
  CST_ASSERT(n <= TRAINING_MAX_FIELDS);
  return n;
}

void training_teachers_digest(const training *self, char hex[CST_DIGEST_HEX])
{
  const cst_job *job = self->job;
  hex[0] = '\0';
  if (job->teachers) cst_digest_bytes(job->teachers, job->folds.n * sizeof *job->teachers, hex);
}

void training_responses_digest(const training *self, char hex[CST_DIGEST_HEX])
{
  const cst_band_gains *g = &self->responses;
  hex[0] = '\0';
  if (g->n) cst_digest_bytes(g->gain_db, g->n * g->bins * sizeof *g->gain_db, hex);
}

/* Of models with @p effort behind them and @p epoch, the next or the best one; new. */
static cst_json *summary(const training *self, int64_t epoch, double accuracy,
                         const cst_effort *effort)
{
  const cst_job *job = self->job;
  const training_state *s = &self->state;
  const bool done = s->stage == CST_STAGE_DONE;
  char responses[CST_DIGEST_HEX], teachers[CST_DIGEST_HEX];
  cst_json *models = done ? cst_trained_names(job) : NULL;
  training_responses_digest(self, responses);
  training_teachers_digest(self, teachers);
  const cst_model_manifest manifest = {
      .stage = cst_stage_name((cst_stage)s->stage),
      .models = models,
      .fold = done ? NULL : training_fold(self)->name,
      .strategy = job->config->strategy.name,
      .round = s->round + 1,
      .epoch = epoch,
      .step = s->step,
      .kernels = cst_conv_isa(),
      .numerics = job->numerics.all,
      .trained_on = job->data_digest,
      .teachers = *teachers ? teachers : NULL,
      .teacher =
          *teachers && !done && s->stage != CST_STAGE_PRETRAIN ? job->teachers[s->fold] : NULL,
      .responses = *responses ? responses : NULL,
      .clips = (int64_t)job->data->n,
      .configuration = job->config_digest,
      .validation_macro_accuracy = accuracy,
      .effort = *effort};
  cst_json *json = cst_rows_json(&cst_model_manifest_shape, &manifest);
  if (models) cst_json_destroy(&models);
  return json;
}

static cst_status save_last(training *self)
{
  cst_status st = CST_OK;
  cst_field fields[TRAINING_MAX_FIELDS];
  cst_json *json = summary(self, self->state.epoch, NAN, &cst_effort_unknown);
  uint64_t bytes;
  char *dir = cst_job_path(self->job, "checkpoints"), *path = NULL;
  CST_TRY(cst_journal_sync(self->journal, &bytes));
  self->state.journal_bytes = (int64_t)bytes;
  if (dir) path = cst_format("%s/last-%08llu.h5", dir, (unsigned long long)self->sequence + 1);
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_make_dirs(dir));
  CST_TRY(cst_checkpoint_save(path, fields, training_fields(self, fields), json));
  cst_delay_point("checkpoint-manifest-written");
  CST_TRY(cst_checkpoint_prune(dir, (size_t)self->job->config->run.keep));
done:
  cst_json_destroy(&json);
  cst_free(path);
  cst_free(dir);
  return st;
}

cst_status training_checkpoint(training *self)
{
  cst_watchdog_enter("writing a checkpoint", cst_stage_name((cst_stage)self->state.stage),
                     self->state.epoch, self->state.step - 1);
  cst_status st = cst_job_root(self->job) ? save_last(self) : CST_OK;
  cst_watchdog_wait();
  st = cst_comm_agree(self->job->comm, st);
  self->sequence++;
  self->checkpoint_s = cst_now_s();
  return st;
}

static cst_status save_best(training *self)
{
  cst_status st = CST_OK;
  cst_field fields[TRAINING_MAX_FIELDS];
  const learner *l = &self->learner;
  const cst_layout kept = cst_model_final_params(l->network.model);
  size_t n = cst_network_fields(l->network.model, CST_NETWORK_CURRENT, &l->best, fields);
  const cst_trained model = training_model(self);
  char *path = cst_trained_path(self->job, &model);
  cst_effort effort = cst_effort_unknown;
  cst_json *json = NULL;
  if (self->state.stage == CST_STAGE_PRETRAIN) /* it may begin other runs: its cost goes with it */
    CST_TRY(cst_effort_read(self->job, NULL, CST_STAGE_PRETRAIN, &effort));
  json = summary(self, self->state.best_epoch,
                 self->clips.n_validation ? self->state.best_accuracy : NAN, &effort);
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  cst_delay_point("best-begun");
  if (l->ema > 0.0)
    n += cst_network_fields(l->network.model, CST_NETWORK_RAW, &l->best_raw, fields + n);
  for (size_t i = 0; i < n; i++) { /* a finished model has no second head */
    if (fields[i].layout != l->params) continue;
    fields[i].layout = &kept;
    fields[i].count = kept.floats;
  }
  CST_TRY(cst_checkpoint_save(path, fields, n, json));
  cst_delay_point("best-written");
done:
  cst_json_destroy(&json);
  cst_free(path);
  return st;
}

cst_status training_save_best(training *self)
{
  cst_watchdog_enter("saving the best model", cst_stage_name((cst_stage)self->state.stage), -1, -1);
  const cst_status st = cst_job_root(self->job) ? save_best(self) : CST_OK;
  cst_watchdog_wait();
  return cst_comm_agree(self->job->comm, st);
}

void training_share_fields(const training *self, const cst_field *fields, size_t n)
{
  for (size_t i = 0; i < n; i++)
    cst_comm_broadcast(self->job->comm, fields[i].data,
                       fields[i].count * cst_type_bytes(fields[i].type));
}

cst_status training_restore(training *self, const char *path)
{
  cst_status st = CST_OK;
  cst_field fields[TRAINING_MAX_FIELDS];
  const size_t n = training_fields(self, fields);
  if (cst_job_root(self->job)) st = cst_checkpoint_load(path, fields, n);
  CST_TRY(cst_comm_agree(self->job->comm, st));
  training_share_fields(self, fields, n);
done:
  return st;
}
