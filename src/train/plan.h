/* Which fold, recipe, strategy, classes and random numbers the current stage has.  Private to train. */
#ifndef CST_TRAIN_PLAN_H
#define CST_TRAIN_PLAN_H

#include "training_parts.h"

#include "cassette/trained.h"

const cst_fold *training_fold(const training *self);
const cst_stage_config *training_recipe(const training *self);
uint64_t training_steps(const training *self);       /* of the current stage, at most */
const char *training_strategy(const training *self); /* "supervised" before the student's stage */
const cst_names *training_scenes(const training *self); /* its classes */
size_t training_classes(const training *self);
/* Each pre-training set's classes are told apart among themselves. */
cst_class_groups training_groups(const training *self);
uint32_t training_stage_key(const training *self);
/* What the current stage makes, and the teacher of the current round. */
cst_trained training_model(const training *self);
cst_trained training_teacher(const training *self);

#endif
