/* The training stages as a state machine whose whole state is in the checkpoint.  Private to coord.
 */
#ifndef CST_COORD_TRAINING_H
#define CST_COORD_TRAINING_H

#include "journal.h"
#include "learner.h"

#include "cassette/checkpoint.h"

typedef enum {
  STAGE_PRETRAIN,     /* on the TAU set, its own classes */
  STAGE_FINETUNE,     /* on the labelled clips; new final layer */
  STAGE_PSEUDO_LABEL, /* the teacher labels the unlabelled clips */
  STAGE_STUDENT,      /* on labelled and pseudo-labelled clips */
  STAGE_DONE
} stage;
const char *stage_name(stage s);

/* Where training stands: the numbers of a checkpoint.  "Next" means not done yet. */
typedef struct {
  int64_t stage, fold;
  int64_t epoch, step;  /* next */
  int64_t updates;      /* optimiser steps done in the stage */
  int64_t best_epoch;   /* CST_NONE before the first epoch's end */
  double best_accuracy; /* macro, on the validation clips */
  double best_loss;
  double epoch_loss; /* sum over the steps of this epoch so far */
  int64_t epoch_correct, epoch_clips;
  int64_t journal_bytes;
} training_state;

typedef struct {
  cst_job *job; /* borrowed */
  feature_source *source;
  journal journal;
  training_state state;
  learner learner; /* of the current stage */
  bool ready;      /* learner and lists belong to the current stage */
  int *label;      /* class by clip, of the current stage */
  uint32_t *clips, *validation;
  size_t n_clips, n_validation;
  int8_t *pseudo_label;     /* by clip; CST_NONE: none */
  float *pseudo_confidence; /* by clip */
  uint64_t sequence;        /* of the last checkpoint written */
  double checkpoint_s;      /* when that was */
  double slowest_step_s;    /* with a checkpoint it is what stopping may take */
} training;

/* stage.c: run the current stage from where the state says to its end.  CST_INTERRUPTED after a
 * checkpoint. Collective. */
cst_status stage_run(training *self);
/* pseudo_label.c: label the unlabelled clips of the fold by the teacher. Collective. */
cst_status stage_pseudo_label(training *self);

/* training.c: which fold, recipe, classes and random numbers the current stage has. */
const cst_fold *training_fold(const training *self); /* of the current stage */
const cst_stage_config *training_recipe(const training *self);
size_t training_classes(const training *self);
uint32_t training_stage_key(const training *self);
bool training_has_student(const training *self, const cst_fold *fold); /* sooner or later */
bool training_wants_pretraining(const training *self);

/* training_state.c, training_resume.c */
enum { TRAINING_MAX_FIELDS = 24 };
/* What does not depend on the stage's model: the numbers of `state`, then two arrays of
 * pseudo-labels. */
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
/* Checkpoint file with a finished stage's best weights.  @p fold NULL: pre-training.  cst_free. */
char *training_best_path(const cst_job *job, const cst_fold *fold, stage s);
/* Read the best weights of a finished stage into @p weights of @p model, on all ranks. Collective.
 */
cst_status training_load_best(const cst_job *job, const cst_fold *fold, stage s,
                              const learner *owner, cst_weights *weights);
/* Whether that file exists, according to rank 0. Collective. */
cst_status training_has_best(const cst_job *job, const cst_fold *fold, stage s, bool *has);
/* Directory name of a fold: its name with anything but letters, digits, '-' and '_' made '_'. */
void training_fold_name(const cst_fold *fold, char out[64]);

#endif
