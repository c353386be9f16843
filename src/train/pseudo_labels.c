/*
 * The pseudo-label stage: the teacher judges the unlabelled clips, the strategy turns its
 * probabilities into labels, and what can be checked of them is logged.  Tables of other models' judgement
 * take the teacher's place in the first round; clips that they do not have take no part, and where
 * the teacher stands beside labels, they may have labelled ones.
 */
#include "pseudo_labels.h"

#include "plan.h"
#include "stage_clips.h"

#include "cassette/delay.h"
#include "cassette/inference.h"
#include "cassette/job_strategy.h"
#include "cassette/job_teachers.h"
#include "cassette/log.h"
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/network.h"
#include "cassette/table.h"
#include "cassette/watchdog.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

/* Clips that the teacher looked at, and what the strategy made of it. */
typedef struct {
  uint32_t *clip;    /* [n] data set indices: the unlabelled ones first */
  size_t unlabelled; /* of them */
  size_t n, K;
  float *p, *target; /* [n][K] */
  int32_t *copies;   /* [n] */
  int *session;      /* [n] */
  int *class;        /* [sessions] of their training labels */
} judged;

static int label_of(const judged *j, size_t i)
{
  return j->copies[i] ? (int)cst_argmax_f32(j->K, j->target + i * j->K) : CST_NONE;
}

/* One event with class counts and two checks: against labels that dataset.hide_labels or
 * dataset.truth keep from training, and against the session's class.  The first is the figure where
 * it is there: sessions with a label have near copies of their clips in training. */
static cst_status log_quality(training *self, const judged *j)
{
  const cst_dataset *data = self->job->data;
  tally session = {0}, hidden = {0};
  cst_journal_event event;
  cst_json *counts = cst_json_object();
  size_t used = 0;
  for (size_t k = 0; k < j->K; k++) {
    int64_t labelled = 0;
    for (size_t i = 0; i < j->unlabelled; i++)
      labelled += label_of(j, i) == (int)k ? j->copies[i] : 0;
    cst_json_set_integer(counts, data->scenes.item[k], labelled);
  }
  for (size_t i = 0; i < j->unlabelled; i++) {
    const int label = label_of(j, i);
    if (label == CST_NONE) continue;
    used++;
    count(&hidden, self->truth[j->clip[i]], label);
    if (j->session[i] != CST_NONE) count(&session, j->class[j->session[i]], label);
  }
  cst_journal_event_init(&event);
  event.event = CST_EVENT_PSEUDO_LABELS;
  event.fold = training_fold(self)->name;
  event.round = self->state.round + 1;
  event.clips = (int64_t)used;
  event.counts = counts;
  event.accuracy_against_hidden_labels = share(&hidden);
  event.clips_with_hidden_label = (int64_t)hidden.known;
  event.accuracy_against_sessions = share(&session);
  event.clips_with_session_label = (int64_t)session.known;
  cst_log(CST_LOG_INFO, "fold %s: pseudo-labels for %zu of %zu unlabelled clips",
          training_fold(self)->name, used, j->unlabelled);
  say_share("labels that training does not see", &hidden);
  say_share("the class of their session", &session);
  const cst_status st = cst_journal_add(self->journal, &event);
  cst_json_destroy(&counts);
  return st;
}

/* pseudo_labels/[FOLD/]round-R@p end */
static cst_status write_round(const training *self, const char *end, const cst_text *text)
{
  cst_status st;
  const int round = (int)self->state.round + 1;
  char fold[CST_SAFE_NAME_BYTES], *relative;
  cst_safe_name(training_fold(self)->name, fold);
  relative = self->job->folds.n == 1
                 ? cst_format("pseudo_labels/round-%d%s.csv", round, end)
                 : cst_format("pseudo_labels/%s/round-%d%s.csv", fold, round, end);
  st = relative ? cst_job_write_text(self->job, relative, text) : cst_no_memory("path", 1, 1);
  cst_free(relative);
  return st;
}

static cst_status write_labels(const training *self, const judged *j)
{
  const cst_dataset *data = self->job->data;
  cst_text text = {0};
  cst_text_add(&text, "clip,label,confidence\n");
  for (size_t i = 0; i < j->unlabelled; i++) {
    const int label = label_of(j, i);
    if (label == CST_NONE) continue;
    cst_csv_add(&text, data->clip[j->clip[i]].id);
    cst_text_add(&text, ",");
    cst_csv_add(&text, data->scenes.item[label]);
    cst_text_add(&text, ",%.9g\n", (double)j->p[i * j->K + (size_t)label]);
  }
  const cst_status st = write_round(self, "", &text);
  cst_text_reset(&text);
  return st;
}

/* All that the teacher said, in the form in which teacher.files takes it. */
static cst_status write_probabilities(const training *self, const judged *j)
{
  cst_text text = {0};
  cst_teacher_header(&self->job->data->scenes, &text);
  for (size_t i = 0; i < j->n; i++)
    cst_teacher_row(self->job->data->clip[j->clip[i]].id, j->K, j->p + i * j->K, &text);
  const cst_status st = write_round(self, "-probabilities", &text);
  cst_text_reset(&text);
  return st;
}

/* Tables judge in the first round; then each student is the next teacher. */
static bool by_tables(const training *self)
{
  return self->job->teachers && self->state.round == 0;
}

static void add_clips(const training *self, cst_role role, judged *out)
{
  const cst_fold *fold = training_fold(self);
  for (size_t i = 0; i < self->job->data->n; i++)
    if (cst_role_is(fold->role[i], role)) out->clip[out->n++] = (uint32_t)i;
}

static cst_status list(const training *self, judged *out)
{
  cst_status st = CST_OK;
  const cst_dataset *data = self->job->data;
  *out = (judged){.K = data->scenes.n};
  CST_ALLOC(out->clip, data->n);
  add_clips(self, CST_ROLE_UNLABELLED, out);
  out->unlabelled = out->n;
  if (by_tables(self) && self->job->views.taught) add_clips(self, CST_ROLE_TRAIN, out);
  CST_TRY(stage_session_classes(self->job, training_fold(self), &out->class));
  CST_ALLOC(out->p, out->n * out->K);
  CST_ALLOC(out->target, out->n * out->K);
  CST_ALLOC(out->copies, out->n);
  CST_ALLOC(out->session, out->n);
done:
  return cst_comm_agree(self->job->comm, st);
}

static void reset(judged *j)
{
  cst_free(j->clip);
  cst_free(j->class);
  cst_free(j->p);
  cst_free(j->target);
  cst_free(j->copies);
  cst_free(j->session);
}

/* The teacher's probabilities of all clips, on every rank.  Collective. */
static cst_status ask_teacher(training *self, judged *j)
{
  cst_status st = CST_OK;
  const cst_trained name = training_teacher(self);
  cst_network teacher = {0};
  CST_TRY(cst_network_load(self->job, &name, false, j->K, &teacher));
  CST_TRY(cst_network_predict(self->job, teacher.model, &teacher.weights, j->clip, j->n, 1, j->p));
done:
  cst_network_reset(&teacher);
  return st;
}

/* Of the clips that the tables have; the others are no longer among @p j. */
static cst_status ask_tables(const training *self, judged *j)
{
  cst_status st = CST_OK;
  cst_teacher table = {0};
  size_t n = 0, unlabelled = 0;
  CST_TRY(cst_job_read_teachers(self->job, training_fold(self), &table));
  for (size_t i = 0; i < j->n; i++) {
    const uint32_t clip = j->clip[i];
    if (table.tables[clip] == 0) continue;
    for (size_t k = 0; k < j->K; k++) j->p[n * j->K + k] = (float)table.p[clip * j->K + k];
    j->clip[n++] = clip;
    unlabelled += i < j->unlabelled;
  }
  cst_log(CST_LOG_INFO, "fold %s: %zu of %zu clips are in no table of a teacher",
          training_fold(self)->name, j->n - n, j->n);
  j->n = n;
  j->unlabelled = unlabelled;
done:
  cst_teacher_reset(&table);
  return st;
}

/* From probabilities to targets, by the strategy. */
static cst_status label(training *self, judged *j)
{
  cst_status st = CST_OK;
  for (size_t i = 0; i < j->n; i++) j->session[i] = self->job->data->clip[j->clip[i]].session;
  const cst_teacher_view view = {.n = j->n,
                                 .K = j->K,
                                 .p = j->p,
                                 .session = j->session,
                                 .session_label = j->class,
                                 .sessions = self->job->data->sessions.n};
  cst_strategy *strategy = NULL;
  CST_TRY(
      cst_job_strategy(self->job->config, self->job->config->strategy.name, j->K, j->n, &strategy));
  CST_TRY(cst_strategy_label(strategy, &view, j->target, j->copies));
  memset(self->pseudo_copies, 0, self->job->data->n * sizeof *self->pseudo_copies);
  memset(self->pseudo_target, 0, self->job->data->n * j->K * sizeof *self->pseudo_target);
  for (size_t i = 0; i < j->n; i++) {
    self->pseudo_copies[j->clip[i]] = j->copies[i];
    memcpy(self->pseudo_target + j->clip[i] * j->K, j->target + i * j->K, j->K * sizeof(float));
  }
done:
  cst_strategy_destroy(&strategy);
  return cst_comm_agree(self->job->comm, st);
}

cst_status stage_pseudo_label(training *self)
{
  cst_status st = CST_OK;
  judged j;
  cst_watchdog_enter("inference", "pseudo-label", -1, -1);
  CST_TRY(list(self, &j));
  CST_TRY(by_tables(self) ? ask_tables(self, &j) : ask_teacher(self, &j));
  CST_TRY(label(self, &j));
  if (cst_job_root(self->job)) {
    st = write_labels(self, &j);
    if (st == CST_OK) st = write_probabilities(self, &j);
    if (st == CST_OK) st = log_quality(self, &j);
    cst_delay_point("pseudo-labels-written");
  }
  CST_TRY(cst_comm_agree(self->job->comm, st));
done:
  reset(&j);
  return st;
}
