/* What models say of held-out clips.  Private to score. */
#ifndef CST_SCORE_FOLD_SCORES_H
#define CST_SCORE_FOLD_SCORES_H

#include "cassette/metrics.h"
#include "cassette/split.h"
#include "cassette/stage.h"

#include <stdbool.h>

/* What one model of one fold says of clips whose class is known. */
typedef struct {
  const cst_fold *fold; /* borrowed */
  cst_stage stage;      /* CST_STAGE_FINETUNE or CST_STAGE_STUDENT */
  cst_score *test;      /* held-out clips */
  uint32_t *test_clip;  /* [n_test] which they are */
  float *test_p;        /* [n_test][classes] probabilities */
  size_t n_test;
  cst_score *validation;     /* held-out sessions of seen cities */
  uint32_t *validation_clip; /* [n_validation] */
  float *validation_p;       /* [n_validation][classes] */
  size_t n_validation;
  bool *trained;      /* [classes] with labelled training clips of this fold */
  bool *seen_session; /* [sessions] cst_fold_seen_sessions() */
  double temperature; /* by the validation clips; 0: none */
} fold_scores;

/* Answers of one or several folds' models.  Where folds share clips, a clip has several answers. */
typedef struct {
  cst_score *scores;
  size_t n;     /* answers */
  size_t clips; /* distinct ones */
  size_t sessions;
} score_set;

#endif
