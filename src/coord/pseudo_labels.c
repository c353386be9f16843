/*
 * The pseudo-label stage: the teacher judges the unlabelled clips, the strategy turns its
 * probabilities into labels, and what can be checked of them is logged.
 */
#include "training.h"

#include "watchdog.h"

#include "cassette/delay.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/pseudo_label.h"
#include "cassette/table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The one class of a session's training labels, CST_NONE if there is none or several: a free check
 * on pseudo-labels, never used for training here. */
static cst_status session_classes(const training *self, int **out)
{
  cst_status st = CST_OK;
  enum { UNSEEN = -2 };
  const cst_dataset *data = self->job->data;
  const cst_fold *fold = training_fold(self);
  int *class = NULL;
  CST_ALLOC(class, data->sessions.n);
  for (size_t s = 0; s < data->sessions.n; s++) class[s] = UNSEEN;
  for (size_t i = 0; i < data->n; i++) {
    const cst_clip *clip = &data->clip[i];
    if (fold->role[i] != CST_ROLE_TRAIN || clip->session == CST_NONE) continue;
    int *c = &class[clip->session];
    *c = *c == UNSEEN || *c == clip->scene ? clip->scene : CST_NONE;
  }
  for (size_t s = 0; s < data->sessions.n; s++)
    if (class[s] == UNSEEN) class[s] = CST_NONE;
done:
  *out = class;
  return st;
}

typedef struct {
  size_t right, known;
} tally;

static void count(tally *t, int truth, int label)
{
  if (truth == CST_NONE) return;
  t->known++;
  t->right += truth == label;
}

static double share(const tally *t) { return t->known ? (double)t->right / (double)t->known : NAN; }

static void say_share(const char *truth, const tally *t)
{
  if (t->known)
    cst_log(CST_LOG_INFO, "pseudo-labels against %s: %.1f %% right of %zu", truth, 100.0 * share(t),
            t->known);
}

/* One event with class counts and the two checks: against the session's class, and against labels
 * that dataset.hide_labels hid. */
static cst_status log_quality(training *self, const uint32_t *clips, size_t n)
{
  cst_status st = CST_OK;
  const cst_dataset *data = self->job->data;
  int *class = NULL;
  tally session = {0}, hidden = {0};
  cst_json *json = cst_json_object(), *counts = cst_json_object();
  CST_TRY(session_classes(self, &class));
  for (size_t k = 0; k < data->scenes.n; k++) {
    int64_t labelled = 0;
    for (size_t i = 0; i < n; i++) labelled += self->pseudo_label[clips[i]] == (int)k;
    cst_json_set_integer(counts, data->scenes.item[k], labelled);
  }
  for (size_t i = 0; i < n; i++) {
    const cst_clip *clip = &data->clip[clips[i]];
    const int label = self->pseudo_label[clips[i]];
    count(&hidden, clip->scene, label);
    if (clip->session != CST_NONE) count(&session, class[clip->session], label);
  }
  cst_json_set_string(json, "event", "pseudo-labels");
  cst_json_set_string(json, "fold", training_fold(self)->name);
  cst_json_set_integer(json, "round", 1);
  cst_json_set_integer(json, "clips", (int64_t)n);
  cst_json_set(json, "counts", counts);
  counts = NULL;
  cst_json_set_number(json, "accuracy_against_sessions", share(&session));
  cst_json_set_integer(json, "clips_with_session_label", (int64_t)session.known);
  cst_json_set_number(json, "accuracy_against_hidden_labels", share(&hidden));
  cst_json_set_integer(json, "clips_with_hidden_label", (int64_t)hidden.known);
  cst_log(CST_LOG_INFO, "fold %s: %zu pseudo-labels", training_fold(self)->name, n);
  say_share("the class of their session", &session);
  say_share("labels hidden by dataset.hide_labels", &hidden);
  st = journal_add(&self->journal, json);
  json = NULL;
done:
  if (counts) cst_json_destroy(&counts);
  if (json) cst_json_destroy(&json);
  cst_free(class);
  return st;
}

static cst_status write_csv(const training *self, const uint32_t *clips, size_t n)
{
  cst_status st = CST_OK;
  const cst_dataset *data = self->job->data;
  char fold[64], *relative = NULL;
  cst_text text = {0};
  training_fold_name(training_fold(self), fold);
  relative = self->job->folds.n == 1 ? cst_strdup("pseudo_labels/round-1.csv")
                                     : cst_format("pseudo_labels/%s/round-1.csv", fold);
  if (!relative) CST_TRY(cst_no_memory("path", 1, 1));
  cst_text_add(&text, "clip,label,confidence\n");
  for (size_t i = 0; i < n; i++) {
    cst_csv_add(&text, data->clip[clips[i]].id);
    cst_text_add(&text, ",");
    cst_csv_add(&text, data->scenes.item[self->pseudo_label[clips[i]]]);
    cst_text_add(&text, ",%.9g\n", (double)self->pseudo_confidence[clips[i]]);
  }
  CST_TRY(job_write_text(self->job, relative, &text));
done:
  cst_text_reset(&text);
  cst_free(relative);
  return st;
}

cst_status stage_pseudo_label(training *self)
{
  cst_status st = CST_OK;
  const cst_dataset *data = self->job->data;
  const cst_fold *fold = training_fold(self);
  const size_t K = data->scenes.n;
  learner teacher = {0};
  uint32_t *clips = NULL;
  float *p = NULL;
  size_t n = 0;
  watchdog_enter("inference", "pseudo-label", -1, -1);
  st = cst_fold_list(data, fold, CST_ROLE_UNLABELLED, &clips, &n);
  p = cst_alloc(n * K, sizeof *p);
  if (st == CST_OK && !p) st = cst_no_memory("probabilities", n * K, sizeof *p);
  CST_TRY(cst_comm_agree(self->job->comm, st));
  CST_TRY(learner_create(self->job, K, 0, &teacher));
  CST_TRY(training_load_best(self->job, fold, STAGE_FINETUNE, &teacher, &teacher.weights));
  CST_TRY(learner_predict(&teacher, &teacher.weights, self->source, clips, n, p));
  memset(self->pseudo_label, CST_NONE, data->n);
  cst_pseudo_label_one_shot(n, K, p, clips, self->pseudo_label, self->pseudo_confidence);
  if (job_root(self->job)) {
    st = write_csv(self, clips, n);
    if (st == CST_OK) st = log_quality(self, clips, n);
    cst_delay_point("pseudo-labels-written");
  }
  CST_TRY(cst_comm_agree(self->job->comm, st));
done:
  learner_reset(&teacher);
  cst_free(p);
  cst_free(clips);
  return st;
}
