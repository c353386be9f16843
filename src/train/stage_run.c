/* One training stage: epochs of steps, validation, early stopping, checkpoints. */
#include "stage_run.h"

#include "monitor.h"
#include "plan.h"
#include "stage_clips.h"
#include "stage_result.h"
#include "step.h"
#include "training_state.h"

#include "cassette/clock.h"
#include "cassette/interrupt.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/schedule.h"
#include "cassette/watchdog.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What lies ahead, so that who reads the journal can tell how far a job has come. */
static cst_status log_stage(training *self)
{
  const stage_clips *c = &self->clips;
  cst_journal_event event = stage_event(self, CST_EVENT_STAGE);
  event.labelled = (int64_t)c->n_labelled;
  event.unlabelled = (int64_t)c->n_unlabelled;
  event.validation = (int64_t)c->n_validation;
  event.batch = (int64_t)(c->batch.labelled + c->batch.unlabelled);
  event.steps = (int64_t)c->steps;
  event.epochs = (int64_t)((training_steps(self) + c->steps - 1) / c->steps);
  event.updates = (int64_t)training_steps(self);
  return cst_comm_agree(self->job->comm, cst_journal_add(self->journal, &event));
}

static cst_status log_step(training *self, const learner_batch *batch, const double *tallies,
                           double seconds)
{
  cst_journal_event event = stage_event(self, CST_EVENT_STEP);
  const monitor_sum sum = {tallies, 1, (int64_t)batch->n.labelled, (int64_t)batch->n.unlabelled};
  event.epoch = (int64_t)batch->epoch;
  event.step = (int64_t)batch->step;
  event.loss = monitor_loss(tallies);
  monitor_step(&sum, &event);
  event.learning_rate = batch->learning_rate;
  if (batch->recipe->clip_norm > 0.0) event.gradient_norm = self->learner.gradient_norm;
  event.clips_per_s = (double)(batch->n.labelled + batch->n.unlabelled) / seconds;
  return cst_journal_add(self->journal, &event);
}

/* Whether any rank has a reason to stop; rank 0's first, for the message.  Collective. */
static cst_status stop_requested(const training *self)
{
  const cst_job *job = self->job;
  const char *why = cst_interrupt_reason(job->config->run.walltime_s, cst_now_s() - job->started_s,
                                         2.0 * self->slowest_step_s);
  return cst_comm_agree(
      job->comm, why ? cst_raise(CST_INTERRUPTED,
                                 "checkpointed in stage %s, epoch %lld, step %lld "
                                 "after %s; run the same command to go on",
                                 cst_stage_name((cst_stage)self->state.stage),
                                 (long long)self->state.epoch, (long long)self->state.step, why)
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
  const bool fold = self->state.stage != CST_STAGE_PRETRAIN;
  char round[32] = "";
  if (self->order.rounds > 1 && self->state.stage == CST_STAGE_STUDENT)
    snprintf(round, sizeof round, " round %lld", (long long)self->state.round + 1);
  snprintf(out, bytes, "%s%s%s%s epoch %lld", cst_stage_name((cst_stage)self->state.stage), round,
           fold ? " " : "", fold ? training_fold(self)->name : "",
           (long long)self->state.epoch + 1);
}

/* Of the epoch so far. */
static monitor_sum epoch_sum(const training *self)
{
  const training_state *s = &self->state;
  return (monitor_sum){self->epoch_sums, s->step, s->epoch_labelled, s->epoch_unlabelled};
}

static double epoch_loss(const training *self)
{
  return monitor_loss(self->epoch_sums) / (double)self->state.step;
}

static double epoch_accuracy(const training *self)
{
  return self->epoch_sums[TALLY_CORRECT] / (double)self->state.epoch_labelled;
}

static void show_progress(const training *self)
{
  const stage_clips *c = &self->clips;
  const training_state *s = &self->state;
  const size_t all =
      c->endless ? c->steps * (c->batch.labelled + c->batch.unlabelled) : c->n_labelled;
  char what[96], note[64];
  name_epoch(self, what, sizeof what);
  snprintf(note, sizeof note, "loss %.4f  accuracy %.1f %%", epoch_loss(self),
           100.0 * epoch_accuracy(self));
  cst_progress(what, (double)(s->epoch_labelled + s->epoch_unlabelled), (double)all, note);
}

static void say_epoch(const training *self, double accuracy, bool better)
{
  const training_state *s = &self->state;
  char what[96], validation[80] = "", mask[48] = "";
  name_epoch(self, what, sizeof what);
  if (self->clips.n_validation)
    snprintf(validation, sizeof validation, ", validation macro accuracy %.1f %%%s",
             100.0 * accuracy, better ? " (best)" : "");
  if (s->epoch_unlabelled)
    snprintf(mask, sizeof mask, ", %.1f %% of unlabelled clips used",
             100.0 * self->epoch_sums[TALLY_MASK] / (double)s->epoch_unlabelled);
  cst_log(CST_LOG_INFO, "%s: train loss %.4f accuracy %.1f %%%s%s", what, epoch_loss(self),
          100.0 * epoch_accuracy(self), mask, validation);
}

/* A share of the stage's steps, but not all of them. */
static uint64_t share_of_steps(const training *self, double share)
{
  const uint64_t all = training_steps(self), asked = (uint64_t)(share * (double)all + 0.5);
  return asked < all ? asked : all - 1;
}

/* Of step @p step of the current epoch. */
static double learning_rate(const training *self, size_t step)
{
  const cst_stage_config *r = training_recipe(self);
  const uint64_t epoch = (uint64_t)self->state.epoch, all = training_steps(self);
  const uint64_t warm = share_of_steps(self, r->warmup);
  const uint64_t at = epoch * self->clips.steps + step, after = at > warm ? at - warm : 0;
  const double base = r->learning_rate * cst_warmup(warm, at);
  switch (r->schedule) {
  case CST_SCHEDULE_COSINE:
    return cst_cosine_decay(base, all - warm, after);
  case CST_SCHEDULE_ANNEALING:
    return cst_cosine_annealing(base, r->final_rate, all - warm, after);
  case CST_SCHEDULE_STEP:
    break;
  }
  return cst_step_decay(base, r->decay, (uint64_t)r->decay_every, epoch);
}

static cst_status run_step(training *self, step_clips *clips, double *tallies)
{
  cst_status st = CST_OK;
  training_state *s = &self->state;
  const double started_s = cst_now_s();
  step_clips_draw(self, (size_t)s->step, clips);
  learner_batch batch = {.n = clips->n,
                         .labelled = clips->labelled,
                         .unlabelled = clips->unlabelled,
                         .number = clips->number,
                         .background = self->clips.background,
                         .n_background = self->clips.n_background,
                         .responses = self->responses.gain_db,
                         .n_responses = self->responses.n,
                         .groups = training_groups(self),
                         .target = self->clips.target,
                         .taught = self->pseudo_target,
                         .check = self->clips.check,
                         .stage = cst_stage_name((cst_stage)s->stage),
                         .fold = s->stage == CST_STAGE_PRETRAIN ? NULL : training_fold(self)->name,
                         .stage_key = training_stage_key(self),
                         .epoch = (uint64_t)s->epoch,
                         .step = (uint64_t)s->step,
                         .update = (uint64_t)s->updates + 1,
                         .average_from =
                             share_of_steps(self, self->job->config->strategy.ema_start),
                         .progress = (double)s->updates / (double)training_steps(self),
                         .learning_rate = learning_rate(self, (size_t)s->step),
                         .recipe = training_recipe(self)};
  cst_step_times_begin(&self->times);
  CST_TRY(learner_step(&self->learner, self->job->source, &batch, tallies));
  const double seconds = cst_now_s() - started_s;
  cst_step_times_end(&self->times, seconds);
  if (seconds > self->slowest_step_s) self->slowest_step_s = seconds;
  s->step++;
  s->updates++;
  for (size_t i = 0; i < monitor_tallies(training_classes(self)); i++)
    self->epoch_sums[i] += tallies[i];
  s->epoch_labelled += (int64_t)batch.n.labelled;
  s->epoch_unlabelled += (int64_t)batch.n.unlabelled;
  st = cst_comm_agree(self->job->comm, log_step(self, &batch, tallies, seconds));
  show_progress(self);
done:
  return st;
}

/* Accuracy decides, loss where accuracies are equal; without validation clips the last epoch is
 * best. */
static bool is_better(const training_state *s, bool validated, double accuracy, double loss)
{
  if (s->best_epoch == CST_NONE || !validated) return true;
  return accuracy > s->best_accuracy || (accuracy == s->best_accuracy && loss < s->best_loss);
}

/* Confidence that each class needs by now, where the strategy has thresholds; new. */
static cst_json *thresholds_json(const training *self)
{
  const cst_names *classes = training_scenes(self);
  const cst_strategy *strategy = self->learner.strategy;
  double largest = 0.0;
  cst_json *thresholds = cst_json_object();
  for (size_t k = 0; k < classes->n; k++) {
    const double threshold = cst_strategy_threshold(strategy, k);
    if (threshold > largest) largest = threshold;
    cst_json_set_number(thresholds, classes->item[k], threshold);
  }
  if (!self->state.epoch_unlabelled || !(largest > 0.0)) cst_json_destroy(&thresholds);
  return thresholds;
}

/* What the epoch cost, in steps, clips and views of clips: effort.h adds them up. */
static void add_effort(const training *self, const monitor_sum *sum, cst_journal_event *event)
{
  const cst_views *views = cst_strategy_views(self->learner.strategy);
  event->updates = sum->steps;
  event->clips = sum->labelled + sum->unlabelled;
  event->rows = sum->labelled * (int64_t)cst_views_labelled(views) +
                sum->unlabelled * (int64_t)cst_views_unlabelled(views);
}

/* Collective. */
static cst_status log_epoch(training *self, const monitor_sum *sum, double accuracy, double loss,
                            bool better, double seconds)
{
  cst_journal_event event = stage_event(self, CST_EVENT_EPOCH);
  cst_json *counts = NULL, *thresholds = thresholds_json(self);
  cst_json *step_s = cst_step_times_take(&self->times, self->job->comm);
  event.epoch = self->state.epoch;
  event.train_loss = epoch_loss(self);
  event.train_accuracy = epoch_accuracy(self);
  event.validation_macro_accuracy = accuracy;
  event.validation_loss = loss;
  event.best = better;
  event.learning_rate = learning_rate(self, 0);
  monitor_epoch(training_scenes(self), sum, &event, &counts);
  if (sum->unlabelled > 0) event.pseudo_labels_checked_by = self->clips.checked_by;
  event.class_counts = counts;
  event.thresholds = thresholds;
  add_effort(self, sum, &event);
  event.clips_per_s = (double)(sum->labelled + sum->unlabelled) / seconds;
  event.step_s = step_s;
  const cst_status st = cst_comm_agree(self->job->comm, cst_journal_add(self->journal, &event));
  cst_json_destroy(&counts);
  cst_json_destroy(&thresholds);
  cst_json_destroy(&step_s);
  return st;
}

static cst_status end_epoch(training *self, double seconds)
{
  cst_status st = CST_OK;
  training_state *s = &self->state;
  double accuracy = NAN, loss = NAN;
  char what[96];
  if (self->clips.n_validation)
    CST_TRY(stage_validate(self, learner_final(&self->learner), &accuracy, &loss));
  const bool better = is_better(s, self->clips.n_validation > 0, accuracy, loss);
  if (better) {
    s->best_epoch = s->epoch;
    s->best_accuracy = self->clips.n_validation ? accuracy : 0.0;
    s->best_loss = self->clips.n_validation ? loss : 0.0;
    learner_keep_best(&self->learner);
  }
  if (self->learner.mean &&
      (uint64_t)s->updates > share_of_steps(self, 1.0 - training_recipe(self)->average))
    learner_add_to_mean(&self->learner);
  const monitor_sum sum = epoch_sum(self);
  st = log_epoch(self, &sum, accuracy, loss, better, seconds);
  say_epoch(self, accuracy, better);
  name_epoch(self, what, sizeof what);
  monitor_warn(self->job->config->strategy.name, self->job->parameters, training_scenes(self), &sum,
               what);
  s->epoch++;
  s->step = 0;
  s->epoch_labelled = s->epoch_unlabelled = 0;
  memset(self->epoch_sums, 0, self->n_epoch_sums * sizeof *self->epoch_sums);
done:
  return st;
}

/* Asked between epochs, and when a job goes on: inside one it is never so. */
static bool finished(const training *self)
{
  const cst_stage_config *recipe = training_recipe(self);
  const training_state *s = &self->state;
  if (s->step == 0 && (uint64_t)s->updates >= training_steps(self)) return true;
  return recipe->patience > 0 && self->clips.n_validation > 0 && s->best_epoch != CST_NONE &&
         s->epoch - s->best_epoch > recipe->patience;
}

cst_status stage_run(training *self)
{
  cst_status st = CST_OK;
  training_state *s = &self->state;
  step_clips clips = {0};
  double *tallies = cst_alloc(monitor_tallies(training_classes(self)), sizeof *tallies);
  st = tallies ? step_clips_create(self, &clips) : cst_no_memory("tallies", 1, sizeof *tallies);
  CST_TRY(cst_comm_agree(self->job->comm, st));
  if (s->updates == 0) CST_TRY(log_stage(self));
  while (!finished(self)) {
    const double started_s = cst_now_s();
    while ((size_t)s->step < self->clips.steps && (uint64_t)s->updates < training_steps(self)) {
      CST_TRY(run_step(self, &clips, tallies));
      CST_TRY(between_steps(self));
    }
    cst_watchdog_enter("validation", cst_stage_name((cst_stage)s->stage), s->epoch, -1);
    CST_TRY(end_epoch(self, cst_now_s() - started_s));
    CST_TRY(training_checkpoint(self));
  }
  if (self->learner.mean_epochs > 0) CST_TRY(stage_average(self));
done:
  cst_free(tallies);
  step_clips_reset(&clips);
  return st;
}
