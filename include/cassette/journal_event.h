/**
 * @file journal_event.h
 * A line of metrics.jsonl: what happened in training.
 */
#ifndef CST_JOURNAL_EVENT_H
#define CST_JOURNAL_EVENT_H

#include "cassette/json_rows.h"

/* Values of `event`. */
#define CST_EVENT_STAGE         "stage"         /**< one begins */
#define CST_EVENT_STEP          "step"          /**< of the optimiser */
#define CST_EVENT_EPOCH         "epoch"         /**< one ended */
#define CST_EVENT_AVERAGE       "average"       /**< of the weights of epochs, as the stage's end */
#define CST_EVENT_PSEUDO_LABELS "pseudo-labels" /**< a teacher has judged */

/** Which members there are depends on the kind of event and on what training does.  Texts are borrowed, trees
 *  the caller's; shares are in [0, 1]. */
typedef struct {
  const char *event, *stage, *fold; /**< no fold: all of them, in pre-training */
  int64_t round;                    /**< of the student, from 1; none: it has one */
  /* CST_EVENT_STAGE: what lies ahead. */
  int64_t labelled, unlabelled, validation; /**< clips */
  int64_t batch, steps, epochs; /**< clips of a step, steps of an epoch, epochs at most */
  /* CST_EVENT_STEP and CST_EVENT_EPOCH. */
  int64_t epoch, step; /**< from 0 */
  double loss, train_loss, train_accuracy, validation_macro_accuracy, validation_loss;
  bool best; /**< validates best so far */
  double learning_rate, gradient_norm;
  double loss_supervised, loss_unsupervised, loss_extra;
  double mask_rate;              /**< share of unlabelled clips that are learned from */
  double threshold;              /**< confidence that they need; see training_log.c */
  double kl;                     /**< of labelled clips' classes from unlabelled ones', nats */
  double pseudo_label_accuracy;  /**< of those that can be checked ... */
  int64_t pseudo_labels_checked; /**< ... how many ... */
  const char *pseudo_labels_checked_by; /**< ... "hidden labels" or "sessions" */
  const cst_json *class_counts;         /**< pseudo-labels by class */
  const cst_json *thresholds;           /**< by class */
  int64_t updates, clips, rows; /**< of the epoch, see effort.h; of a stage: updates ahead */
  double clips_per_s;
  const cst_json *step_s; /**< step_times.h */
  /* CST_EVENT_PSEUDO_LABELS, which has `clips`, too. */
  const cst_json *counts; /**< by class */
  double accuracy_against_hidden_labels, accuracy_against_sessions;
  int64_t clips_with_hidden_label, clips_with_session_label;
  double time; /**< wall clock, s; set by the journal */
} cst_journal_event;
extern const cst_json_shape cst_journal_event_shape;

/** A line without members; then what is set. */
void cst_journal_event_init(cst_journal_event *out);
/** Parse @p n bytes of a line; @p name appears in the error.  Texts and trees are borrowed from
 *  *document, new. */
cst_status cst_journal_event_parse(const char *line, size_t n, const char *name,
                                   cst_json **document, cst_journal_event *out);
/** Whether it is of that kind. */
bool cst_journal_event_is(const cst_journal_event *self, const char *kind);

#endif
