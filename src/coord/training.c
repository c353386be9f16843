/* Training from its first stage to its last: what each starts from, and going on after a stop. */
#include "training.h"

#include "interrupt.h"
#include "monitor.h"
#include "pretrained.h"
#include "watchdog.h"

#include "cassette/clock.h"
#include "cassette/log.h"
#include "cassette/memory.h"

#include <string.h>

static void leave_stage(training *self)
{
  learner_reset(&self->learner);
  stage_clips_reset(&self->clips);
}

static cst_status enter_stage(training *self)
{
  cst_status st = CST_OK;
  const bool fold = self->state.stage != STAGE_PRETRAIN;
  CST_TRY(cst_comm_agree(self->job->comm, stage_clips_make(self, &self->clips)));
  CST_TRY(learner_create(self->job, training_classes(self), training_strategy(self),
                         self->clips.n_unlabelled, self->clips.batch, &self->learner));
  cst_log(CST_LOG_INFO,
          "stage %s%s%s: %zu labelled clips, %zu unlabelled, %zu for validation, %.0f MiB a rank",
          stage_name((stage)self->state.stage), fold ? ", fold " : "",
          fold ? training_fold(self)->name : "", self->clips.n_labelled, self->clips.n_unlabelled,
          self->clips.n_validation, (double)cst_memory_bytes() / 1048576.0);
done:
  return st;
}

/* The stage starts from a finished model. */
static cst_status start_from(training *self, const model_name *model, size_t classes,
                             bool with_head)
{
  cst_status st = CST_OK;
  network other = {0};
  CST_TRY(network_load(self->job, model, false, classes, &other));
  network_take_over(&other, with_head, &self->learner.network);
done:
  network_reset(&other);
  return st;
}

/* Fresh weights; then the teacher's, or, where pre-trained ones are wanted, these below a new final
 * layer. */
static cst_status start_weights(training *self)
{
  cst_status st = CST_OK;
  const cst_job *job = self->job;
  const cst_student_init init = job->config->strategy.init;
  const bool student = self->state.stage == STAGE_STUDENT;
  const model_name pretrained = model_of(NULL, STAGE_PRETRAIN);
  size_t classes = 0;
  cst_model_init(self->learner.network.model, (uint64_t)job->config->seed, training_stage_key(self),
                 &self->learner.network.weights);
  if (student && init == CST_INIT_TEACHER) {
    const model_name teacher = training_teacher(self);
    CST_TRY(start_from(self, &teacher, training_classes(self), true));
  } else if (pretrained_wanted(self) && self->state.stage != STAGE_PRETRAIN &&
             !(student && init == CST_INIT_SCRATCH)) {
    CST_TRY(pretrained_classes(self, &classes));
    CST_TRY(start_from(self, &pretrained, classes, false));
  }
  learner_restart(&self->learner);
done:
  return st;
}

/* From one stage to the beginning of the next, which a checkpoint then holds. */
static cst_status advance(training *self)
{
  cst_status st = CST_OK;
  if (self->state.stage != STAGE_PSEUDO_LABEL) CST_TRY(training_save_best(self));
  training_next_stage(self);
  memset(self->epoch_sums, 0, self->n_epoch_sums * sizeof *self->epoch_sums);
  if (self->state.stage != STAGE_DONE)
    leave_stage(self); /* the last checkpoint keeps its weights */
  if (self->state.stage == STAGE_PSEUDO_LABEL) goto done; /* quick, and made again after a stop */
  if (self->state.stage != STAGE_DONE) {
    CST_TRY(enter_stage(self));
    CST_TRY(start_weights(self));
  }
  CST_TRY(training_checkpoint(self));
done:
  return st;
}

cst_status training_check_pretraining(const training *self)
{
  if (!training_wants_pretraining(self) || self->job->pretrain.role) return CST_OK;
  return cst_raise(CST_ERR_DATA,
                   "%s: no pre-training data was found there; run `cassette prepare` when it is, "
                   "or set dataset.pretrain_root= to train without",
                   self->job->config->dataset.pretrain_root);
}

static cst_status begin(training *self)
{
  const cst_config *c = self->job->config;
  self->state = (training_state){.stage = training_first_stage(self), .best_epoch = CST_NONE};
  if (training_wants_pretraining(self)) return training_check_pretraining(self);
  if (!pretrained_wanted(self))
    cst_log(CST_LOG_INFO, "no pre-training: %s",
            c->pretrain.epochs > 0 ? "dataset.pretrain_root is not set" : "pretrain.epochs is 0");
  return CST_OK;
}

/* A pre-trained model that stands in the directory already, shared with other runs (ablation.h);
 * not one that this run made itself and has no checkpoint of any more: its journal is made again
 * with it. */
static cst_status take_pretrained(training *self)
{
  const model_name pretrained = model_of(NULL, STAGE_PRETRAIN);
  int64_t whole = false;
  if (self->state.stage != STAGE_PRETRAIN) return CST_OK;
  if (job_root(self->job)) {
    char *path = training_best_path(self->job, &pretrained);
    whole = path && cst_file_exists(path) &&
            !journal_tells_of(self->job->dir, stage_name(STAGE_PRETRAIN)) &&
            cst_checkpoint_verify(path) == CST_OK &&
            model_check_data(self->job, &pretrained) == CST_OK;
    if (path && !whole) cst_clear(); /* made again */
    cst_free(path);
  }
  cst_comm_broadcast(self->job->comm, &whole, sizeof whole);
  if (!whole) return CST_OK;
  cst_log(CST_LOG_INFO, "the pre-trained model is there already");
  training_next_stage(self);
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
  if (self->state.stage == STAGE_DONE) goto done;
  if (job_root(self->job))
    st = journal_open(self->job->dir, (uint64_t)self->state.journal_bytes, &self->journal);
  CST_TRY(cst_comm_agree(self->job->comm, st));
  CST_TRY(enter_stage(self));
  if (found) {
    CST_TRY(training_restore(self, path));
    cst_log(CST_LOG_INFO, "going on from checkpoint %llu: stage %s, epoch %lld, step %lld",
            (unsigned long long)self->sequence, stage_name((stage)self->state.stage),
            (long long)self->state.epoch, (long long)self->state.step);
  } else {
    CST_TRY(pretrained_import(self));
    CST_TRY(start_weights(self));
    CST_TRY(training_checkpoint(self));
  }
done:
  cst_free(path);
  return st;
}

static cst_status open_training(training *self, cst_job *job)
{
  cst_status st = CST_OK;
  const size_t n = job->data->n, K = job->data->scenes.n, other = job->data->pretrain_scenes.n;
  *self = (training){.job = job, .checkpoint_s = cst_now_s()};
  self->n_epoch_sums = monitor_tallies(K > other ? K : other);
  CST_ALLOC(self->epoch_sums, self->n_epoch_sums);
  CST_ALLOC(self->pseudo_target, n * K);
  CST_ALLOC(self->pseudo_copies, n);
  CST_ALLOC(self->truth, n);
  CST_TRY(job_truth(job, self->truth));
done:
  return cst_comm_agree(job->comm, st);
}

static void close_training(training *self)
{
  leave_stage(self);
  journal_close(&self->journal);
  cst_free(self->epoch_sums);
  cst_free(self->pseudo_target);
  cst_free(self->pseudo_copies);
  cst_free(self->truth);
}

/* Up to the beginning of stage @p end. */
static cst_status train_until(cst_job *job, stage end)
{
  cst_status st = CST_OK;
  const double started_s = cst_now_s();
  training self = {0};
  CST_TRY(job_load_data(job));
  CST_TRY(open_training(&self, job));
  CST_TRY(job_open_features(job));
  CST_TRY(resume(&self));
  if (self.state.stage == STAGE_DONE) {
    cst_log(CST_LOG_INFO, "training is done already");
    goto done;
  }
  while ((stage)self.state.stage < end) {
    if (self.state.stage == STAGE_PSEUDO_LABEL)
      CST_TRY(stage_pseudo_label(&self));
    else
      CST_TRY(stage_run(&self));
    CST_TRY(advance(&self));
  }
done:
  if (self.job) close_training(&self);
  if (st == CST_OK || st == CST_INTERRUPTED) {
    const cst_status recorded = record_phase(job, "train", cst_now_s() - started_s);
    if (st == CST_OK) st = recorded;
  }
  return st;
}

cst_status cst_job_train(cst_job *job) { return train_until(job, STAGE_DONE); }

cst_status cst_job_pretrain(cst_job *job) { return train_until(job, STAGE_FINETUNE); }

cst_status cst_job_check(cst_job *job)
{
  cst_status st = CST_OK;
  const training self = {.job = job};
  CST_TRY(job_load_data(job));
  st = training_check_pretraining(&self);
  if (st == CST_OK) st = job_check_truth(job);
  st = cst_comm_agree(job->comm, st);
done:
  return st;
}
