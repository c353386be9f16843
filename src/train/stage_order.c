/* Contract in stage_order.h. */
#include "stage_order.h"

static stage_position begin_fold(const stage_order *self, int64_t fold)
{
  stage_position at = {CST_STAGE_DONE, fold, 0};
  if (fold < self->folds)
    at.stage = self->fold[fold].finetune ? CST_STAGE_FINETUNE
               : self->teacher           ? CST_STAGE_PSEUDO_LABEL
                                         : CST_STAGE_STUDENT;
  return at;
}

stage_position stage_order_first(const stage_order *self)
{
  return self->pretrain ? (stage_position){CST_STAGE_PRETRAIN, 0, 0} : begin_fold(self, 0);
}

stage_position stage_order_next(const stage_order *self, stage_position at)
{
  switch (at.stage) {
  case CST_STAGE_PRETRAIN:
    return begin_fold(self, 0);
  case CST_STAGE_FINETUNE:
    if (!self->fold[at.fold].student) return begin_fold(self, at.fold + 1);
    return (stage_position){self->teacher ? CST_STAGE_PSEUDO_LABEL : CST_STAGE_STUDENT, at.fold, 0};
  case CST_STAGE_PSEUDO_LABEL:
    return (stage_position){CST_STAGE_STUDENT, at.fold, at.round};
  case CST_STAGE_STUDENT:
    if (at.round + 1 < self->rounds)
      return (stage_position){CST_STAGE_PSEUDO_LABEL, at.fold, at.round + 1};
    return begin_fold(self, at.fold + 1);
  case CST_STAGE_DONE:
    break;
  }
  return at;
}
