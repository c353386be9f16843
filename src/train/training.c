/* Training from its first stage to its last: what each starts from, and going on after a stop. */
#include "cassette/training.h"

#include "monitor.h"
#include "plan.h"
#include "pretrained.h"
#include "pseudo_labels.h"
#include "stage_clips.h"
#include "stage_run.h"
#include "training_resume.h"
#include "training_state.h"

#include "cassette/clock.h"
#include "cassette/job_data.h"
#include "cassette/job_stages.h"
#include "cassette/job_teachers.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/run_record.h"
#include "cassette/teacher_run.h"
#include "cassette/trained.h"
#include "cassette/truth_file.h"

#include <string.h>

static void leave_stage(training *self)
{
  learner_reset(&self->learner);
  stage_clips_reset(&self->clips);
}

static cst_status enter_stage(training *self)
{
  cst_status st = CST_OK;
  const bool fold = self->state.stage != CST_STAGE_PRETRAIN;
  CST_TRY(cst_comm_agree(self->job->comm, stage_clips_make(self, &self->clips)));
  CST_TRY(learner_create(self->job, training_classes(self), fold, training_strategy(self),
                         self->clips.n_unlabelled, self->clips.batch, &self->learner));
  if (training_recipe(self)->average > 0.0)
    CST_TRY(cst_comm_agree(self->job->comm, learner_keep_mean(&self->learner)));
  cst_log(CST_LOG_INFO,
          "stage %s%s%s: %zu labelled clips, %zu unlabelled, %zu for validation, %.0f MiB a rank",
          cst_stage_name((cst_stage)self->state.stage), fold ? ", fold " : "",
          fold ? training_fold(self)->name : "", self->clips.n_labelled, self->clips.n_unlabelled,
          self->clips.n_validation, (double)cst_memory_bytes() / 1048576.0);
done:
  return st;
}

/* The stage starts from a finished model. */
static cst_status start_from(training *self, const cst_trained *model, size_t classes,
                             bool with_head)
{
  cst_status st = CST_OK;
  cst_network other = {0};
  CST_TRY(cst_network_load(self->job, model, false, classes, &other));
  cst_network_take_over(&other, with_head, &self->learner.network);
done:
  cst_network_reset(&other);
  return st;
}

/* Those of the fold's training clips, whose embeddings are learned. */
static cst_status know_cities(training *self)
{
  cst_status st = CST_OK;
  const cst_dataset *data = self->job->data;
  bool *known = NULL;
  CST_ALLOC(known, data->cities.n);
  for (size_t i = 0; i < data->n; i++)
    if (cst_role_is(training_fold(self)->role[i], CST_ROLE_TRAIN) ||
        cst_role_is(training_fold(self)->role[i], CST_ROLE_UNLABELLED))
      if (data->clip[i].city != CST_NONE) known[data->clip[i].city] = true;
  cst_model_know_cities(self->learner.network.model, known, &self->learner.network.weights);
done:
  cst_free(known);
  return st;
}

/* Fresh weights; then the teacher's, or, where pre-trained ones are wanted, these below a new final
 * layer. */
static cst_status start_weights(training *self)
{
  cst_status st = CST_OK;
  const cst_job *job = self->job;
  const cst_student_init init = job->config->strategy.init;
  const bool student = self->state.stage == CST_STAGE_STUDENT;
  const cst_trained pretrained = cst_trained_of(NULL, CST_STAGE_PRETRAIN);
  size_t classes = 0;
  cst_model_init(self->learner.network.model, (uint64_t)job->config->seed, training_stage_key(self),
                 &self->learner.network.weights);
  if (student && init == CST_INIT_TEACHER) {
    const cst_trained teacher = training_teacher(self);
    CST_TRY(start_from(self, &teacher, training_classes(self), true));
  } else if (pretrained_wanted(self->job->config) && self->state.stage != CST_STAGE_PRETRAIN &&
             !(student && init == CST_INIT_SCRATCH)) {
    CST_TRY(pretrained_classes(job, &classes));
    CST_TRY(start_from(self, &pretrained, classes, false));
  }
  st = cst_comm_agree(job->comm, know_cities(self));
  learner_restart(&self->learner);
done:
  return st;
}

static void stand_at(training *self, stage_position at)
{
  self->state = (training_state){.stage = at.stage,
                                 .fold = at.fold,
                                 .round = at.round,
                                 .best_epoch = CST_NONE,
                                 .journal_bytes = self->state.journal_bytes};
}

static void next_stage(training *self)
{
  const training_state *s = &self->state;
  const stage_position at = {(cst_stage)s->stage, s->fold, s->round};
  if (s->stage == CST_STAGE_FINETUNE && !self->order.fold[s->fold].student &&
      self->job->config->student.epochs > 0)
    cst_log(CST_LOG_WARN, "fold %s has no unlabelled clips: no student", training_fold(self)->name);
  stand_at(self, stage_order_next(&self->order, at));
}

/* From one stage to the beginning of the next, which a checkpoint then holds. */
static cst_status advance(training *self)
{
  cst_status st = CST_OK;
  if (self->state.stage != CST_STAGE_PSEUDO_LABEL) CST_TRY(training_save_best(self));
  next_stage(self);
  memset(self->epoch_sums, 0, self->n_epoch_sums * sizeof *self->epoch_sums);
  if (self->state.stage != CST_STAGE_DONE)
    leave_stage(self); /* the last checkpoint keeps its weights */
  if (self->state.stage == CST_STAGE_PSEUDO_LABEL)
    goto done; /* quick, and made again after a stop */
  if (self->state.stage != CST_STAGE_DONE) {
    CST_TRY(enter_stage(self));
    CST_TRY(start_weights(self));
  }
  CST_TRY(training_checkpoint(self));
done:
  return st;
}

static cst_status begin(training *self)
{
  const cst_config *c = self->job->config;
  stand_at(self, stage_order_first(&self->order));
  if (self->order.pretrain) return pretrained_check(self->job);
  if (!pretrained_wanted(c))
    cst_log(CST_LOG_INFO, "no pre-training: %s",
            c->pretrain.epochs > 0 ? "dataset.pretrain is empty" : "pretrain.epochs is 0");
  return CST_OK;
}

/* Rank 0: whether it is there, whole, of these data, and none that this run made. */
static cst_status pretrained_stands(const training *self, bool *whole)
{
  cst_status st = CST_OK;
  const cst_trained pretrained = cst_trained_of(NULL, CST_STAGE_PRETRAIN);
  char *path = cst_trained_path(self->job, &pretrained);
  bool told = false;
  *whole = false;
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  if (!cst_file_exists(path)) goto done;
  CST_TRY(cst_journal_tells_of(self->job->dir, cst_stage_name(CST_STAGE_PRETRAIN), &told));
  if (told) goto done;
  st = cst_checkpoint_verify(path);
  if (st == CST_OK) st = cst_trained_check_data(self->job, &pretrained);
  *whole = st == CST_OK;
  if (st == CST_ERR_INTERNAL) goto done;
  cst_clear(); /* made again */
  st = CST_OK;
done:
  cst_free(path);
  return st;
}

/* A pre-trained model that stands in the directory already, shared with other runs (ablation.h);
 * not one that this run made itself and has no checkpoint of any more: its journal is made again
 * with it. */
static cst_status take_pretrained(training *self)
{
  cst_status st = CST_OK;
  bool whole = false;
  if (self->state.stage != CST_STAGE_PRETRAIN) return CST_OK;
  if (cst_job_root(self->job)) st = pretrained_stands(self, &whole);
  if ((st = cst_comm_agree(self->job->comm, st)) != CST_OK) return st;
  cst_comm_broadcast(self->job->comm, &whole, sizeof whole);
  if (!whole) return CST_OK;
  cst_log(CST_LOG_INFO, "the pre-trained model is there already");
  next_stage(self);
  return CST_OK;
}

static cst_status resume(training *self)
{
  cst_status st = CST_OK;
  char *path = NULL;
  CST_TRY(cst_comm_agree(self->job->comm, begin(self)));
  CST_TRY(training_find_checkpoint(self, &path));
  const bool found = self->sequence > 0;
  if (!found) CST_TRY(take_pretrained(self));
  if (self->state.stage == CST_STAGE_DONE) goto done;
  if (cst_job_root(self->job))
    st = cst_journal_open(self->job->dir, (uint64_t)self->state.journal_bytes, &self->journal);
  CST_TRY(cst_comm_agree(self->job->comm, st));
  if (!found) CST_TRY(pretrained_import(self->job));
  if (self->state.stage == CST_STAGE_PSEUDO_LABEL)
    goto done; /* of the first fold, by tables: nothing was trained before */
  CST_TRY(enter_stage(self));
  if (found) {
    CST_TRY(training_restore(self, path));
    cst_log(CST_LOG_INFO, "going on from checkpoint %llu: stage %s, epoch %lld, step %lld",
            (unsigned long long)self->sequence, cst_stage_name((cst_stage)self->state.stage),
            (long long)self->state.epoch, (long long)self->state.step);
  } else {
    CST_TRY(start_weights(self));
    CST_TRY(training_checkpoint(self));
  }
done:
  cst_free(path);
  return st;
}

static cst_status list_stages(training *self)
{
  cst_status st = CST_OK;
  const cst_job *job = self->job;
  CST_ALLOC(self->fold_stages, job->folds.n);
  for (size_t f = 0; f < job->folds.n; f++)
    self->fold_stages[f] = cst_job_stages(job, &job->folds.fold[f]);
  self->order = (stage_order){.pretrain = cst_job_pretrains(job->config),
                              .teacher = job->views.teacher,
                              .rounds = cst_job_rounds(job),
                              .folds = (int64_t)job->folds.n,
                              .fold = self->fold_stages};
done:
  return st;
}

/* Recorders' responses, which rank 0 reads for all. */
static cst_status open_responses(training *self)
{
  cst_status st = CST_OK;
  const cst_job *job = self->job;
  cst_band_gains *g = &self->responses;
  int64_t n = 0;
  if (!*job->config->augment.responses) return CST_OK;
  if (cst_job_root(job)) {
    st = cst_band_gains_read(job->config->augment.responses, &job->spec, g);
    n = (int64_t)g->n;
  }
  st = cst_comm_agree(job->comm, st);
  if (st != CST_OK) return st;
  cst_comm_broadcast(job->comm, &n, sizeof n);
  g->n = (size_t)n;
  g->bins = job->spec.bins;
  if (!cst_job_root(job)) CST_ALLOC(g->gain_db, g->n * g->bins);
done:
  st = cst_comm_agree(job->comm, st);
  if (st == CST_OK) cst_comm_broadcast(job->comm, g->gain_db, g->n * g->bins * sizeof *g->gain_db);
  return st;
}

static cst_status open_training(training *self, cst_job *job)
{
  cst_status st = CST_OK;
  const size_t n = job->data->n, K = job->data->scenes.n, other = job->data->pretrain_scenes.n;
  *self = (training){.job = job, .checkpoint_s = cst_now_s()};
  self->n_epoch_sums = monitor_tallies(K > other ? K : other);
  CST_TRY(list_stages(self));
  CST_ALLOC(self->epoch_sums, self->n_epoch_sums);
  CST_ALLOC(self->pseudo_target, n * K);
  CST_ALLOC(self->pseudo_copies, n);
  CST_ALLOC(self->truth, n);
  CST_TRY(cst_job_truth(job, self->truth));
done:
  return cst_comm_agree(job->comm, st);
}

static void close_training(training *self)
{
  leave_stage(self);
  cst_band_gains_reset(&self->responses);
  cst_journal_close(&self->journal);
  cst_free(self->fold_stages);
  cst_free(self->epoch_sums);
  cst_free(self->pseudo_target);
  cst_free(self->pseudo_copies);
  cst_free(self->truth);
}

/* Up to the beginning of stage @p end. */
static cst_status train_until(cst_job *job, cst_stage end)
{
  cst_status st = CST_OK;
  const double started_s = cst_now_s();
  training self = {0};
  CST_TRY(cst_job_load_data(job));
  CST_TRY(cst_job_check_teachers(job, NULL));
  CST_TRY(open_training(&self, job));
  CST_TRY(open_responses(&self));
  CST_TRY(cst_job_open_features(job));
  CST_TRY(resume(&self));
  if (self.state.stage == CST_STAGE_DONE) {
    cst_log(CST_LOG_INFO, "training is done already");
    goto done;
  }
  while ((cst_stage)self.state.stage < end) {
    if (self.state.stage == CST_STAGE_PSEUDO_LABEL)
      CST_TRY(stage_pseudo_label(&self));
    else
      CST_TRY(stage_run(&self));
    CST_TRY(advance(&self));
  }
done:
  if (self.job) close_training(&self);
  if (st == CST_OK || st == CST_INTERRUPTED) {
    const cst_status recorded = cst_record_phase(job, "train", cst_now_s() - started_s);
    if (st == CST_OK) st = recorded;
  }
  return st;
}

cst_status cst_job_train(cst_job *job) { return train_until(job, CST_STAGE_DONE); }

cst_status cst_job_pretrain(cst_job *job) { return train_until(job, CST_STAGE_FINETUNE); }

cst_status cst_job_check(cst_job *job)
{
  cst_status st = CST_OK;
  bool wait;
  CST_TRY(cst_job_load_data(job));
  st = pretrained_check(job);
  if (st == CST_OK) st = cst_job_check_truth(job);
  CST_TRY(cst_comm_agree(job->comm, st));
  CST_TRY(cst_teacher_runs_wait(job, &wait));
  if (!wait) CST_TRY(cst_job_check_teachers(job, NULL));
done:
  return st;
}
