/* The training stages as a state machine whose whole state is in the checkpoint.  Private to coord.
 */
#ifndef CST_COORD_TRAINING_H
#define CST_COORD_TRAINING_H

#include "journal.h"
#include "learner.h"
#include "models.h"
#include "stage_name.h"
#include "step_times.h"

#include "cassette/checkpoint.h"

/* Where training stands: the numbers of a checkpoint.  "Next" means not done yet. */
typedef struct {
  int64_t stage, fold;
  int64_t round;        /* of teacher and student, from 0 */
  int64_t epoch, step;  /* next */
  int64_t updates;      /* optimiser steps done in the stage */
  int64_t best_epoch;   /* CST_NONE before the first epoch's end */
  double best_accuracy; /* macro, on the validation clips */
  double best_loss;
  int64_t epoch_labelled, epoch_unlabelled; /* clips of this epoch so far */
  int64_t journal_bytes;
} training_state;

/* stage_clips.c: what a stage trains on. */
typedef struct {
  int *label; /* class by data set index, CST_NONE: none or not to be known */
  int *check; /* unlabelled clips: class known from elsewhere, to check pseudo-labels by */
  const char *checked_by; /* "hidden labels", or where the fold has none "sessions" */
  float *target;          /* [data set][classes] of the clips in `labelled` */
  uint32_t *labelled, *unlabelled, *validation; /* data set indices; copies stand side by side */
  size_t n_labelled, n_unlabelled, n_validation;
  size_t steps; /* of an epoch */
  batch_size batch;
  bool endless; /* batches come from endless streams, not from epochs of the list */
} stage_clips;

typedef struct {
  cst_job *job; /* borrowed */
  journal journal;
  training_state state;
  learner learner;        /* of the current stage */
  double *epoch_sums;     /* tallies added up over the steps of this epoch so far, see monitor.h */
  size_t n_epoch_sums;    /* room for the classes of any stage */
  stage_clips clips;      /* of the current stage */
  float *pseudo_target;   /* [data set][classes] what the teacher says; the student's stage */
  int32_t *pseudo_copies; /* [data set] how often the clip is in the student's list */
  int *truth;             /* [data set] class, CST_NONE: not known; checks pseudo-labels, no more */
  uint64_t sequence;      /* of the last checkpoint written */
  double checkpoint_s;    /* when that was */
  step_times times;       /* of this epoch's steps */
  double slowest_step_s;  /* with a checkpoint it is what stopping may take */
} training;

/* stage.c: run the current stage from where the state says to its end.  CST_INTERRUPTED after a
 * checkpoint. Collective. */
cst_status stage_run(training *self);
/* pseudo_labels.c: the teacher labels the unlabelled clips of the fold. Collective. */
cst_status stage_pseudo_label(training *self);
/* stage_clips.c: lists, targets and batch sizes of the current stage. */
cst_status stage_clips_make(const training *self, stage_clips *out);
void stage_clips_reset(stage_clips *self);
/* Which clips step @p step of the current epoch takes: data set indices in labelled
 * [batch.labelled + 1], numbers in clips->unlabelled in unlabelled.  scratch: of the larger list.
 */
void stage_clips_batch(const training *self, size_t step, uint32_t *scratch, uint32_t *labelled,
                       uint32_t *unlabelled, batch_size *n);
/* What pseudo-labels of the fold are checked by: "hidden labels" if any of its unlabelled clips has
 * one, else "sessions". */
const char *stage_checked_by(const training *self);
/* The one class of each session's training labels, CST_NONE if there is none or several; new. */
cst_status stage_session_classes(const cst_job *job, const cst_fold *fold, int **out);

/* plan.c: which fold, recipe, strategy, classes and random numbers the current stage has. */
const cst_fold *training_fold(const training *self); /* of the current stage */
const cst_stage_config *training_recipe(const training *self);
uint64_t training_steps(const training *self);       /* of the current stage, at most */
const char *training_strategy(const training *self); /* "supervised" before the student's stage */
const cst_names *training_scenes(const training *self); /* its classes */
size_t training_classes(const training *self);
/* Random numbers differ between stages, rounds and folds (but for one pair of names in 2^24, to no
 * harm).  A fold's depend on its whole name, not on which other folds are run beside it. */
uint32_t training_key_of(const cst_fold *fold, stage s, int64_t round);
uint32_t training_stage_key(const training *self);
bool training_has_student(const cst_job *job, const cst_fold *fold);  /* sooner or later */
bool training_has_finetune(const cst_job *job, const cst_fold *fold); /* at first */
bool training_wants_pretraining(const training *self);
/* CST_ERR_DATA where it is wanted and there are no data for it.  Local. */
cst_status training_check_pretraining(const training *self);
int64_t training_rounds(const cst_job *job); /* of teacher and student */
int64_t training_first_stage(const training *self);
/* The state after the current stage. */
void training_next_stage(training *self);

/* training_state.c, training_resume.c */
enum { TRAINING_MAX_FIELDS = 32 };
/* What does not depend on the stage's model: the numbers of `state`, the sums of the epoch, then
 * two arrays of pseudo-labels. */
size_t training_state_fields(training *self, cst_field *fields);
enum { TRAINING_PSEUDO_FIELDS = 2 };
/* Rank 0's values to all.  Collective. */
void training_share_fields(const training *self, const cst_field *fields, size_t n);
/* Everything that a checkpoint of the current stage holds. */
size_t training_fields(training *self, cst_field *fields);
/* Save a checkpoint, prune older ones.  Collective. */
cst_status training_checkpoint(training *self);
/* Newest checkpoint that is whole and whose finished stages' models are, too: its state and
 * pseudo-labels on all ranks, its path on rank 0 (NULL: none).  Newer ones are removed: what comes
 * after it is made again, to the same bits.  Collective. */
cst_status training_find_checkpoint(training *self, char **path);
/* Everything else of it, once the learner of its stage exists.  Collective. */
cst_status training_restore(training *self, const char *path);
/* Write the best weights of the current stage to their file.  Collective. */
cst_status training_save_best(training *self);

/* models.c: what the current stage makes, and the teacher of the current round. */
model_name training_model(const training *self);
model_name training_teacher(const training *self);

#endif
