/* The order of stages, and which fold, recipe, strategy and random numbers each of them has. */
#include "training.h"

#include "cassette/log.h"

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

uint64_t training_steps(const training *self)
{
  const cst_stage_config *r = training_recipe(self);
  return r->steps ? (uint64_t)r->steps : (uint64_t)r->epochs * self->clips.steps;
}

const cst_names *training_scenes(const training *self)
{
  const cst_dataset *data = self->job->data;
  return self->state.stage == STAGE_PRETRAIN ? &data->pretrain_scenes : &data->scenes;
}

size_t training_classes(const training *self) { return training_scenes(self)->n; }

uint32_t training_key_of(const cst_fold *fold, stage s, int64_t round)
{
  uint32_t hash = 2166136261u; /* FNV-1a */
  for (const char *at = fold ? fold->name : ""; *at; at++)
    hash = (hash ^ (unsigned char)*at) * 16777619u;
  return hash << 8 | (uint32_t)round << 3 | (uint32_t)s; /* rounds: 31 at most */
}

uint32_t training_stage_key(const training *self)
{
  const bool fold = self->state.stage != STAGE_PRETRAIN;
  return training_key_of(fold ? training_fold(self) : NULL, (stage)self->state.stage,
                         self->state.round);
}

/* --- the order of stages --- */

static bool has_unlabelled(const cst_job *job, const cst_fold *fold)
{
  for (size_t i = 0; i < job->data->n; i++)
    if (fold->role[i] == CST_ROLE_UNLABELLED) return true;
  return false;
}

/* A student of a teacher needs clips for the teacher to label; others can do without. */
bool training_has_student(const cst_job *job, const cst_fold *fold)
{
  if (job->config->student.epochs == 0) return false;
  return !job->views.teacher || has_unlabelled(job, fold);
}

bool training_has_finetune(const cst_job *job, const cst_fold *fold)
{
  return !training_has_student(job, fold) || job->views.teacher ||
         job->config->strategy.init == CST_INIT_TEACHER;
}

int64_t training_rounds(const cst_job *job)
{
  return job->views.teacher ? (int64_t)job->params.rounds : 1;
}

const char *training_strategy(const training *self)
{
  return self->state.stage == STAGE_STUDENT && has_unlabelled(self->job, training_fold(self))
             ? self->job->config->strategy.name
             : "supervised";
}

bool training_wants_pretraining(const training *self)
{
  const cst_config *c = self->job->config;
  return c->pretrain.epochs > 0 && c->dataset.pretrain_root[0] && !c->dataset.pretrain_weights[0];
}

static stage first_stage(const training *self, int64_t fold)
{
  if (fold == (int64_t)self->job->folds.n) return STAGE_DONE;
  return training_has_finetune(self->job, &self->job->folds.fold[fold]) ? STAGE_FINETUNE
                                                                        : STAGE_STUDENT;
}

static stage after_finetune(const training *self)
{
  const cst_fold *fold = training_fold(self);
  if (training_has_student(self->job, fold))
    return self->job->views.teacher ? STAGE_PSEUDO_LABEL : STAGE_STUDENT;
  if (self->job->config->student.epochs > 0)
    cst_log(CST_LOG_WARN, "fold %s has no unlabelled clips: no student", fold->name);
  return STAGE_DONE; /* of the fold */
}

void training_next_stage(training *self)
{
  const training_state *s = &self->state;
  training_state next = {.stage = STAGE_DONE,
                         .fold = s->fold,
                         .round = s->round,
                         .best_epoch = CST_NONE,
                         .journal_bytes = s->journal_bytes};
  if (s->stage == STAGE_PRETRAIN) {
    next.stage = first_stage(self, 0);
  } else if (s->stage == STAGE_FINETUNE) {
    next.stage = after_finetune(self);
  } else if (s->stage == STAGE_PSEUDO_LABEL) {
    next.stage = STAGE_STUDENT;
  } else if (s->round + 1 < training_rounds(self->job)) {
    next.stage = STAGE_PSEUDO_LABEL;
    next.round++;
  }
  if (next.stage == STAGE_DONE) { /* with this fold */
    next.fold++;
    next.round = 0;
    next.stage = first_stage(self, next.fold);
  }
  self->state = next;
}

int64_t training_first_stage(const training *self)
{
  return training_wants_pretraining(self) ? STAGE_PRETRAIN : first_stage(self, 0);
}
