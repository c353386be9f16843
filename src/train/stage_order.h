/* The order of stages: a state machine that knows nothing but what decides it.  Private to train. */
#ifndef CST_TRAIN_STAGE_ORDER_H
#define CST_TRAIN_STAGE_ORDER_H

#include "cassette/job_stages.h"
#include "cassette/stage.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct {
  bool pretrain;  /* stage 1 is trained here */
  bool teacher;   /* students learn what a teacher says */
  int64_t rounds; /* of teacher and student */
  int64_t folds;
  const cst_fold_stages *fold; /* [folds] */
} stage_order;

/* A stage of a round of a fold; the folds are done in their order.  CST_STAGE_DONE: fold == folds. */
typedef struct {
  cst_stage stage;
  int64_t fold, round; /* from 0 */
} stage_position;

stage_position stage_order_first(const stage_order *self);
stage_position stage_order_next(const stage_order *self, stage_position at);

#endif
