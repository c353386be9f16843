/* One training stage: epochs of steps, validation, early stopping, checkpoints. */
#include "training.h"

#include "interrupt.h"
#include "watchdog.h"

#include "cassette/batch.h"
#include "cassette/clock.h"
#include "cassette/log.h"
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/metrics.h"
#include "cassette/schedule.h"

#include <math.h>
#include <stdio.h>

static cst_json *event(const training *self, const char *kind)
{
  cst_json *json = cst_json_object();
  const cst_fold *fold = training_fold(self);
  cst_json_set_string(json, "event", kind);
  cst_json_set_string(json, "stage", stage_name((stage)self->state.stage));
  if (self->state.stage != STAGE_PRETRAIN) cst_json_set_string(json, "fold", fold->name);
  return json;
}

static cst_status log_step(training *self, const learner_batch *batch, const learner_result *result,
                           double seconds)
{
  cst_json *json = event(self, "step");
  cst_json_set_integer(json, "epoch", (int64_t)batch->epoch);
  cst_json_set_integer(json, "step", (int64_t)batch->step);
  cst_json_set_number(json, "loss", result->loss);
  cst_json_set_number(json, "learning_rate", batch->learning_rate);
  cst_json_set_number(json, "clips_per_s", (double)batch->n / seconds);
  return journal_add(&self->journal, json);
}

/* Whether any rank has a reason to stop; rank 0's first, for the message.  Collective. */
static cst_status stop_requested(const training *self)
{
  const cst_job *job = self->job;
  const char *why = interrupt_reason(job->config->run.walltime_s, cst_now_s() - job->started_s,
                                     2.0 * self->slowest_step_s);
  return cst_comm_agree(
      job->comm, why ? cst_raise(CST_INTERRUPTED,
                                 "checkpointed in stage %s, epoch %lld, step %lld "
                                 "after %s; run the same command to go on",
                                 stage_name((stage)self->state.stage), (long long)self->state.epoch,
                                 (long long)self->state.step, why)
                     : CST_OK);
}

/* Rank 0's clock decides, so that all ranks save together. */
static bool checkpoint_due(const training *self)
{
  int64_t due = cst_now_s() - self->checkpoint_s >= self->job->config->run.checkpoint_s;
  cst_comm_broadcast(self->job->comm, &due, sizeof due);
  return due;
}

static cst_status between_steps(training *self)
{
  cst_status st = stop_requested(self);
  if (st == CST_INTERRUPTED) {
    const cst_status saved = training_checkpoint(self);
    return saved == CST_OK ? st : saved;
  }
  if (st == CST_OK && checkpoint_due(self)) st = training_checkpoint(self);
  return st;
}

/* "student Xi'an epoch 3" */
static void name_epoch(const training *self, char *out, size_t bytes)
{
  const bool fold = self->state.stage != STAGE_PRETRAIN;
  snprintf(out, bytes, "%s%s%s epoch %lld", stage_name((stage)self->state.stage), fold ? " " : "",
           fold ? training_fold(self)->name : "", (long long)self->state.epoch + 1);
}

static void show_progress(const training *self)
{
  const training_state *s = &self->state;
  char what[96], note[48];
  name_epoch(self, what, sizeof what);
  snprintf(note, sizeof note, "loss %.4f", s->epoch_loss / (double)s->epoch_clips);
  cst_progress(what, (double)s->epoch_clips, (double)self->n_clips, note);
}

static void say_epoch(const training *self, double accuracy, bool better)
{
  const training_state *s = &self->state;
  char what[96], validation[80] = "";
  name_epoch(self, what, sizeof what);
  if (self->n_validation)
    snprintf(validation, sizeof validation, ", validation macro accuracy %.1f %%%s",
             100.0 * accuracy, better ? " (best)" : "");
  cst_log(CST_LOG_INFO, "%s: train loss %.4f accuracy %.1f %%%s", what,
          s->epoch_loss / (double)s->epoch_clips,
          100.0 * (double)s->epoch_correct / (double)s->epoch_clips, validation);
}

static cst_status run_step(training *self, const uint32_t *order, double learning_rate)
{
  cst_status st = CST_OK;
  training_state *s = &self->state;
  const size_t batch_clips = (size_t)training_recipe(self)->batch;
  const double started_s = cst_now_s();
  learner_result result;
  size_t first, count;
  cst_step_range(self->n_clips, batch_clips, (size_t)s->step, &first, &count);
  const learner_batch batch = {.clips = order + first,
                               .n = count,
                               .label = self->label,
                               .stage = stage_name((stage)s->stage),
                               .fold =
                                   s->stage == STAGE_PRETRAIN ? NULL : training_fold(self)->name,
                               .stage_key = training_stage_key(self),
                               .epoch = (uint64_t)s->epoch,
                               .step = (uint64_t)s->step,
                               .update = (uint64_t)s->updates + 1,
                               .learning_rate = learning_rate};
  CST_TRY(learner_step(&self->learner, self->source, &batch, &result));
  const double seconds = cst_now_s() - started_s;
  if (seconds > self->slowest_step_s) self->slowest_step_s = seconds;
  s->step++;
  s->updates++;
  s->epoch_loss += result.loss * (double)count;
  s->epoch_correct += result.correct;
  s->epoch_clips += (int64_t)count;
  st = cst_comm_agree(self->job->comm, log_step(self, &batch, &result, seconds));
  show_progress(self);
done:
  return st;
}

/* Macro accuracy and mean loss on the validation clips, on all ranks. Collective. */
static cst_status validate(training *self, double *accuracy, double *loss)
{
  cst_status st = CST_OK;
  const size_t K = training_classes(self), n = self->n_validation;
  cst_score *scores = NULL;
  int64_t *counts = NULL;
  float *p = NULL;
  CST_ALLOC(scores, n);
  CST_ALLOC(counts, K * K);
  CST_ALLOC(p, n * K);
  CST_TRY(learner_predict(&self->learner, &self->learner.weights, self->source, self->validation, n,
                          p));
  *loss = 0.0;
  for (size_t i = 0; i < n; i++) {
    const float *row = p + i * K;
    const int truth = self->label[self->validation[i]];
    int best = 0;
    for (size_t k = 1; k < K; k++)
      if (row[k] > row[best]) best = (int)k;
    scores[i] =
        (cst_score){.truth = truth, .predicted = best, .session = CST_NONE, .city = CST_NONE};
    *loss -= log(fmax((double)row[truth], 1e-38)) / (double)n;
  }
  cst_confusion(n, scores, K, counts);
  *accuracy = cst_macro_accuracy(K, counts, NULL);
done:
  cst_free(p);
  cst_free(counts);
  cst_free(scores);
  return st;
}

/* Accuracy decides, loss where accuracies are equal; without validation clips the last epoch is
 * best. */
static bool is_better(const training_state *s, bool validated, double accuracy, double loss)
{
  if (s->best_epoch == CST_NONE || !validated) return true;
  return accuracy > s->best_accuracy || (accuracy == s->best_accuracy && loss < s->best_loss);
}

static cst_status end_epoch(training *self, double learning_rate, double seconds)
{
  cst_status st = CST_OK;
  training_state *s = &self->state;
  double accuracy = NAN, loss = NAN;
  if (self->n_validation) CST_TRY(validate(self, &accuracy, &loss));
  const bool better = is_better(s, self->n_validation > 0, accuracy, loss);
  if (better) {
    s->best_epoch = s->epoch;
    s->best_accuracy = self->n_validation ? accuracy : 0.0;
    s->best_loss = self->n_validation ? loss : 0.0;
    cst_weights_copy(self->learner.model, &self->learner.weights, &self->learner.best);
  }
  cst_json *json = event(self, "epoch");
  cst_json_set_integer(json, "epoch", s->epoch);
  cst_json_set_number(json, "train_loss", s->epoch_loss / (double)s->epoch_clips);
  cst_json_set_number(json, "train_accuracy", (double)s->epoch_correct / (double)s->epoch_clips);
  cst_json_set_number(json, "validation_macro_accuracy", accuracy);
  cst_json_set_number(json, "validation_loss", loss);
  cst_json_set_bool(json, "best", better);
  cst_json_set_number(json, "learning_rate", learning_rate);
  cst_json_set_integer(json, "clips", s->epoch_clips);
  cst_json_set_number(json, "clips_per_s", (double)s->epoch_clips / seconds);
  st = cst_comm_agree(self->job->comm, journal_add(&self->journal, json));
  say_epoch(self, accuracy, better);
  s->epoch++;
  s->step = 0;
  s->epoch_loss = 0.0;
  s->epoch_correct = s->epoch_clips = 0;
done:
  return st;
}

static bool finished(const training *self)
{
  const cst_stage_config *recipe = training_recipe(self);
  const training_state *s = &self->state;
  if (s->epoch >= recipe->epochs) return true;
  return recipe->patience > 0 && self->n_validation > 0 && s->best_epoch != CST_NONE &&
         s->epoch - s->best_epoch > recipe->patience;
}

cst_status stage_run(training *self)
{
  cst_status st = CST_OK;
  training_state *s = &self->state;
  const cst_stage_config *recipe = training_recipe(self);
  const size_t steps = cst_epoch_steps(self->n_clips, (size_t)recipe->batch);
  const uint64_t seed = (uint64_t)self->job->config->seed;
  uint32_t *order = NULL;
  order = cst_alloc(self->n_clips, sizeof *order);
  CST_TRY(
      cst_comm_agree(self->job->comm, order ? CST_OK : cst_no_memory("order", self->n_clips, 4)));
  while (!finished(self)) {
    const double started_s = cst_now_s();
    const double learning_rate = cst_step_decay(recipe->learning_rate, recipe->decay,
                                                (uint64_t)recipe->decay_every, (uint64_t)s->epoch);
    cst_epoch_order(seed, training_stage_key(self), (uint64_t)s->epoch, self->n_clips, order);
    for (size_t i = 0; i < self->n_clips; i++) order[i] = self->clips[order[i]];
    while ((size_t)s->step < steps) {
      CST_TRY(run_step(self, order, learning_rate));
      CST_TRY(between_steps(self));
    }
    watchdog_enter("validation", stage_name((stage)s->stage), s->epoch, -1);
    CST_TRY(end_epoch(self, learning_rate, cst_now_s() - started_s));
    CST_TRY(training_checkpoint(self));
  }
done:
  cst_free(order);
  return st;
}
