/* The stages in order, for every fold; their checkpoints. */
#include "training.h"

#include "interrupt.h"
#include "watchdog.h"

#include "cassette/clock.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/pseudo_label.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *stage_name(stage s)
{
  static const char *const name[] = {"pretrain", "finetune", "pseudo-label", "student", "done"};
  return name[s];
}

const cst_fold *training_fold(const training *self)
{
  const cst_job *job = self->job;
  return self->state.stage == STAGE_PRETRAIN ? &job->pretrain : &job->folds.fold[self->state.fold];
}

const cst_stage_config *training_recipe(const training *self)
{
  const cst_config *c = self->job->config;
  switch ((stage)self->state.stage) {
  case STAGE_PRETRAIN:
    return &c->pretrain;
  case STAGE_FINETUNE:
    return &c->finetune;
  default:
    return &c->student;
  }
}

size_t training_classes(const training *self)
{
  const cst_dataset *data = self->job->data;
  return self->state.stage == STAGE_PRETRAIN ? data->pretrain_scenes.n : data->scenes.n;
}

/* Random numbers differ between stages and folds; a fold's depend on its name, not on which other
 * folds are run beside it. */
uint32_t training_stage_key(const training *self)
{
  uint32_t hash = 2166136261u; /* FNV-1a */
  if (self->state.stage != STAGE_PRETRAIN)
    for (const char *at = training_fold(self)->name; *at; at++)
      hash = (hash ^ (unsigned char)*at) * 16777619u;
  return (hash & 0xffffu) << 8 | (uint32_t)self->state.stage;
}

void training_fold_name(const cst_fold *fold, char out[64])
{
  snprintf(out, 64, "%s", fold->name);
  for (char *at = out; *at; at++)
    if (!isalnum((unsigned char)*at) && *at != '-') *at = '_';
}

char *training_best_path(const cst_job *job, const cst_fold *fold, stage s)
{
  char fold_name[64] = "", *path = NULL, *relative;
  if (fold) training_fold_name(fold, fold_name);
  relative = cst_format("checkpoints/best-%s%s%s.h5", fold_name, fold ? "-" : "", stage_name(s));
  if (relative) path = job_path(job, relative);
  cst_free(relative);
  return path;
}

/* --- lists and weights of a stage --- */

static void leave_stage(training *self)
{
  learner_reset(&self->learner);
  cst_free(self->clips);
  cst_free(self->validation);
  self->clips = self->validation = NULL;
  self->n_clips = self->n_validation = 0;
}

/* Labels by clip: the metadata's; in the student stage the teacher's for unlabelled clips. */
static void set_labels(training *self)
{
  const cst_dataset *data = self->job->data;
  const cst_fold *fold = training_fold(self);
  for (size_t i = 0; i < data->n; i++) {
    const bool unlabelled = fold->role[i] == CST_ROLE_UNLABELLED;
    self->label[i] = unlabelled ? self->pseudo_label[i] : data->clip[i].scene;
  }
}

/* Clips to train on: the labelled ones, then in the student stage those with a pseudo-label. */
static cst_status list_clips(training *self)
{
  cst_status st = CST_OK;
  const cst_dataset *data = self->job->data;
  const cst_fold *fold = training_fold(self);
  const bool student = self->state.stage == STAGE_STUDENT;
  CST_TRY(cst_fold_list(data, fold, CST_ROLE_VALIDATION, &self->validation, &self->n_validation));
  CST_ALLOC(self->clips, data->n);
  for (size_t i = 0; i < data->n; i++) {
    const bool pseudo =
        student && fold->role[i] == CST_ROLE_UNLABELLED && self->label[i] != CST_NONE;
    if (fold->role[i] == CST_ROLE_TRAIN || pseudo) self->clips[self->n_clips++] = (uint32_t)i;
  }
  if (self->n_clips < 2)
    CST_FAIL(CST_ERR_DATA,
             "fold %s: %zu clips to train on in stage %s; BatchNorm needs two at least", fold->name,
             self->n_clips, stage_name((stage)self->state.stage));
done:
  return st;
}

static cst_status enter_stage(training *self)
{
  cst_status st = CST_OK;
  size_t batch = (size_t)training_recipe(self)->batch;
  set_labels(self);
  CST_TRY(cst_comm_agree(self->job->comm, list_clips(self)));
  if (batch > self->n_clips) batch = self->n_clips;
  CST_TRY(learner_create(self->job, training_classes(self), batch, &self->learner));
  cst_log(CST_LOG_INFO, "stage %s%s%s: %zu clips, %zu for validation, %.0f MiB a rank",
          stage_name((stage)self->state.stage),
          self->state.stage == STAGE_PRETRAIN ? "" : ", fold ",
          self->state.stage == STAGE_PRETRAIN ? "" : training_fold(self)->name, self->n_clips,
          self->n_validation, (double)cst_memory_bytes() / 1048576.0);
done:
  return st;
}

/* Tensors of the same name and shape; the final layer is never taken over. */
static void take_over(const cst_layout *from_layout, const float *from, const cst_layout *to_layout,
                      float *to)
{
  for (size_t i = 0; i < from_layout->n; i++) {
    const cst_param *a = &from_layout->list[i], *b = cst_layout_find(to_layout, a->name);
    if (!b || b->count != a->count || strncmp(a->name, "fc.", 3) == 0) continue;
    memcpy(to + b->offset, from + a->offset, a->count * sizeof(float));
  }
}

/* Fresh weights; then, where pre-training was done, its best weights below a new final layer. */
static cst_status start_weights(training *self)
{
  cst_status st = CST_OK;
  learner pretrained = {0}, *l = &self->learner;
  bool has = false;
  cst_model_init(l->model, (uint64_t)self->job->config->seed, training_stage_key(self),
                 &l->weights);
  learner_restart(l);
  if (self->state.stage == STAGE_PRETRAIN) goto done;
  CST_TRY(training_has_best(self->job, NULL, STAGE_PRETRAIN, &has));
  if (!has) goto done;
  CST_TRY(learner_create(self->job, self->job->data->pretrain_scenes.n, 0, &pretrained));
  CST_TRY(training_load_best(self->job, NULL, STAGE_PRETRAIN, &pretrained, &pretrained.weights));
  take_over(pretrained.params, pretrained.weights.params, l->params, l->weights.params);
  take_over(pretrained.stats, pretrained.weights.stats, l->stats, l->weights.stats);
done:
  learner_reset(&pretrained);
  return st;
}

/* --- the order of stages --- */

static bool has_unlabelled(const training *self, const cst_fold *fold)
{
  for (size_t i = 0; i < self->job->data->n; i++)
    if (fold->role[i] == CST_ROLE_UNLABELLED) return true;
  return false;
}

static bool uses_unlabelled(const training *self)
{
  return strcmp(self->job->config->strategy.name, "supervised") != 0 &&
         self->job->config->student.epochs > 0;
}

bool training_has_student(const training *self, const cst_fold *fold)
{
  return uses_unlabelled(self) && has_unlabelled(self, fold);
}

bool training_wants_pretraining(const training *self)
{
  const cst_config *c = self->job->config;
  return c->pretrain.epochs > 0 && c->dataset.pretrain_root[0];
}

static void next_stage(training *self)
{
  training_state *s = &self->state;
  const int64_t fold = s->fold;
  switch ((stage)s->stage) {
  case STAGE_PRETRAIN:
    s->stage = STAGE_FINETUNE;
    break;
  case STAGE_FINETUNE:
    if (training_has_student(self, training_fold(self))) {
      s->stage = STAGE_PSEUDO_LABEL;
      break;
    }
    if (uses_unlabelled(self))
      cst_log(CST_LOG_WARN, "fold %s has no unlabelled clips: no student",
              training_fold(self)->name);
    /* fall through */
  case STAGE_STUDENT:
    s->stage = (size_t)fold + 1 < self->job->folds.n ? STAGE_FINETUNE : STAGE_DONE;
    s->fold = fold + 1;
    break;
  case STAGE_PSEUDO_LABEL:
    s->stage = STAGE_STUDENT;
    break;
  case STAGE_DONE:
    break;
  }
  *s = (training_state){.stage = s->stage,
                        .fold = s->fold,
                        .best_epoch = CST_NONE,
                        .journal_bytes = s->journal_bytes};
}

/* From one stage to the beginning of the next, which a checkpoint then holds. */
static cst_status advance(training *self)
{
  cst_status st = CST_OK;
  if (self->state.stage != STAGE_PSEUDO_LABEL) CST_TRY(training_save_best(self));
  next_stage(self);
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

static cst_status begin(training *self)
{
  const cst_config *c = self->job->config;
  const bool wanted = training_wants_pretraining(self);
  if (self->job->data->scenes.n > CST_PSEUDO_CLASSES_MAX)
    return cst_raise(CST_ERR_DATA, "%zu classes; at most %d can be pseudo-labelled",
                     self->job->data->scenes.n, CST_PSEUDO_CLASSES_MAX);
  self->state = (training_state){.stage = STAGE_PRETRAIN, .best_epoch = CST_NONE};
  if (wanted && self->job->pretrain.role) return CST_OK;
  if (wanted)
    return cst_raise(
        CST_ERR_DATA,
        "%s: no pre-training data was found there; run `cassette prepare` when it is, or "
        "set dataset.pretrain_root= to train without",
        c->dataset.pretrain_root);
  cst_log(CST_LOG_INFO, "no pre-training: %s",
          c->pretrain.epochs > 0 ? "dataset.pretrain_root is not set" : "pretrain.epochs is 0");
  self->state.stage = STAGE_FINETUNE;
  return CST_OK;
}

static cst_status resume(training *self)
{
  cst_status st = CST_OK;
  char *path = NULL;
  CST_TRY(cst_comm_agree(self->job->comm, begin(self)));
  CST_TRY(training_find_checkpoint(self, &path));
  const bool found = self->sequence > 0;
  if (self->state.stage == STAGE_DONE) goto done;
  if (job_root(self->job))
    st = journal_open(self->job, (uint64_t)self->state.journal_bytes, &self->journal);
  CST_TRY(cst_comm_agree(self->job->comm, st));
  CST_TRY(enter_stage(self));
  if (found) {
    CST_TRY(training_restore(self, path));
    cst_log(CST_LOG_INFO, "going on from checkpoint %llu: stage %s, epoch %lld, step %lld",
            (unsigned long long)self->sequence, stage_name((stage)self->state.stage),
            (long long)self->state.epoch, (long long)self->state.step);
  } else {
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
  const size_t n = job->data->n;
  *self = (training){.job = job, .checkpoint_s = cst_now_s()};
  CST_ALLOC(self->label, n);
  CST_ALLOC(self->pseudo_label, n);
  CST_ALLOC(self->pseudo_confidence, n);
  memset(self->pseudo_label, CST_NONE, n);
done:
  return cst_comm_agree(job->comm, st);
}

static void close_training(training *self)
{
  leave_stage(self);
  journal_close(&self->journal);
  feature_source_close(&self->source);
  cst_free(self->label);
  cst_free(self->pseudo_label);
  cst_free(self->pseudo_confidence);
}

cst_status cst_job_train(cst_job *job)
{
  cst_status st = CST_OK;
  const double started_s = cst_now_s();
  training self = {0};
  interrupt_install();
  CST_TRY(job_load_data(job));
  CST_TRY(open_training(&self, job));
  CST_TRY(feature_source_open(job, &self.source));
  CST_TRY(resume(&self));
  if (self.state.stage == STAGE_DONE) {
    cst_log(CST_LOG_INFO, "training is done already");
    goto done;
  }
  while (self.state.stage != STAGE_DONE) {
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
