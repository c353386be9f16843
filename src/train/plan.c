/* Contract in plan.h. */
#include "plan.h"

#include "cassette/job_stages.h"

const cst_fold *training_fold(const training *self)
{
  const cst_job *job = self->job;
  return self->state.stage == CST_STAGE_PRETRAIN ? &job->pretrain
                                                 : &job->folds.fold[self->state.fold];
}

const cst_stage_config *training_recipe(const training *self)
{
  const cst_config *c = self->job->config;
  switch ((cst_stage)self->state.stage) {
  case CST_STAGE_PRETRAIN:
    return &c->pretrain;
  case CST_STAGE_FINETUNE:
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
  return self->state.stage == CST_STAGE_PRETRAIN ? &data->pretrain_scenes : &data->scenes;
}

size_t training_classes(const training *self) { return training_scenes(self)->n; }

cst_class_groups training_groups(const training *self)
{
  const cst_dataset *data = self->job->data;
  if (self->state.stage != CST_STAGE_PRETRAIN || data->pretrain_sets < 2)
    return (cst_class_groups){0, NULL};
  return (cst_class_groups){data->pretrain_sets, data->pretrain_classes};
}

uint32_t training_stage_key(const training *self)
{
  const bool fold = self->state.stage != CST_STAGE_PRETRAIN;
  return cst_stage_key(fold ? training_fold(self)->name : NULL, (cst_stage)self->state.stage,
                       self->state.round);
}

const char *training_strategy(const training *self)
{
  return self->state.stage == CST_STAGE_STUDENT && cst_job_can_teach(self->job, training_fold(self))
             ? self->job->config->strategy.name
             : "supervised";
}

cst_trained training_model(const training *self)
{
  const training_state *s = &self->state;
  const bool last = s->stage != CST_STAGE_STUDENT || s->round + 1 == self->order.rounds;
  return (cst_trained){s->stage == CST_STAGE_PRETRAIN ? NULL : training_fold(self),
                       (cst_stage)s->stage, last ? CST_LAST_ROUND : s->round};
}

cst_trained training_teacher(const training *self)
{
  const cst_fold *fold = training_fold(self);
  return self->state.round == 0 ? cst_trained_of(fold, CST_STAGE_FINETUNE)
                                : (cst_trained){fold, CST_STAGE_STUDENT, self->state.round - 1};
}
