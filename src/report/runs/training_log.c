/*
 * metrics.jsonl: one JSON object per line.  Events with "event": "epoch" are gathered into one
 * summary per (fold, stage, round), in the order in which these first appear; those with
 * "pseudo-labels" are kept as they are; of "step" events the means over an epoch are kept where the
 * epoch itself does not tell; others are passed over, so that the log may grow new kinds.
 */
#include "run_files.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Takes *document. */
static cst_status append(event_list *self, cst_json **document, const cst_journal_event *event)
{
  cst_status st = CST_OK;
  cst_json **documents = cst_realloc(self->document, self->n + 1, sizeof *documents);
  if (documents) self->document = documents;
  cst_journal_event *events = cst_realloc(self->event, self->n + 1, sizeof *events);
  if (events) self->event = events;
  if (!documents || !events) CST_TRY(cst_no_memory("events", self->n + 1, sizeof *events));
  self->event[self->n] = *event;
  self->document[self->n++] = *document;
  *document = NULL;
done:
  return st;
}

void event_list_reset(event_list *self)
{
  for (size_t i = 0; i < self->n; i++) cst_json_destroy(&self->document[i]);
  cst_free(self->document);
  cst_free(self->event);
  *self = (event_list){0};
}

const cst_journal_event *stage_last_epoch(const stage_summary *self)
{
  return self->epochs_of.n ? &self->epochs_of.event[self->epochs_of.n - 1] : NULL;
}

static stage_summary *find(run_files *out, const char *fold, const char *stage, int64_t round)
{
  for (size_t i = 0; i < out->n_stages; i++) {
    stage_summary *s = &out->stages[i];
    if (s->round == round && strcmp(s->fold, fold) == 0 && strcmp(s->stage, stage) == 0) return s;
  }
  return NULL;
}

static cst_status add(run_files *out, const char *fold, const char *stage, int64_t round,
                      stage_summary **added)
{
  cst_status st = CST_OK;
  stage_summary *grown = cst_realloc(out->stages, out->n_stages + 1, sizeof *grown);
  if (!grown) CST_TRY(cst_no_memory("stages", out->n_stages + 1, sizeof *grown));
  out->stages = grown;
  grown += out->n_stages++;
  *grown = (stage_summary){.fold = cst_strdup(fold),
                           .stage = cst_strdup(stage),
                           .round = round,
                           .first_loss = NAN,
                           .last_loss = NAN,
                           .best = NAN,
                           .last_rate = NAN,
                           .speed = NAN};
  if (!grown->fold || !grown->stage) CST_TRY(cst_no_memory("name", 1, 1));
  *added = grown;
done:
  return st;
}

static void take_epoch(stage_summary *s, const cst_journal_event *event)
{
  if (s->epochs++ == 0) s->first_loss = event->train_loss;
  s->last_loss = event->train_loss;
  s->last_rate = event->learning_rate;
  if (event->pseudo_labels_checked > 0) {
    const char *by = event->pseudo_labels_checked_by;
    s->pseudo_checked = event->pseudo_labels_checked;
    s->pseudo_accuracy = event->pseudo_label_accuracy;
    s->checked_by_session = by && strcmp(by, "sessions") == 0;
  }
  if (event->best) { /* training says which epoch it kept */
    s->best = event->validation_macro_accuracy;
    s->best_epoch = s->epochs;
  }
  if (isfinite(event->clips_per_s)) {
    s->speed = ((s->speeds ? s->speed : 0.0) * (double)s->speeds + event->clips_per_s) /
               (double)(s->speeds + 1);
    s->speeds++;
  }
}

/* A mean over the steps of an epoch, of what strategies report of steps. */
typedef struct {
  double sum;
  int64_t n;
} mean;
typedef struct {
  mean mask_rate, threshold;
} step_means;

static void take(mean *self, double value)
{
  if (!isfinite(value)) return;
  self->sum += value;
  self->n++;
}

/* Where the epoch itself does not tell. */
static void give(const mean *self, double *value)
{
  if (self->n && isnan(*value)) *value = self->sum / (double)self->n;
}

/* Steps come before the event of their epoch.  Takes *document. */
static cst_status add_epoch(run_files *out, step_means *means, cst_json **document,
                            cst_journal_event *event)
{
  cst_status st = CST_OK;
  const char *fold = event->fold ? event->fold : "", *stage = event->stage ? event->stage : "";
  stage_summary *s = find(out, fold, stage, event->round);
  give(&means->mask_rate, &event->mask_rate);
  give(&means->threshold, &event->threshold);
  *means = (step_means){0};
  if (!s) CST_TRY(add(out, fold, stage, event->round, &s));
  take_epoch(s, event);
  CST_TRY(append(&s->epochs_of, document, event));
done:
  return st;
}

static cst_status take_line(const char *line, size_t bytes, const char *name, size_t number,
                            step_means *means, run_files *out)
{
  cst_status st = CST_OK;
  char where[1024];
  cst_json *document = NULL;
  cst_journal_event event;
  snprintf(where, sizeof where, "%s: line %zu", name, number);
  CST_TRY(cst_journal_event_parse(line, bytes, where, &document, &event));
  if (cst_journal_event_is(&event, CST_EVENT_EPOCH)) {
    CST_TRY(add_epoch(out, means, &document, &event));
  } else if (cst_journal_event_is(&event, CST_EVENT_STEP)) {
    take(&means->mask_rate, event.mask_rate);
    take(&means->threshold, event.threshold);
  } else if (cst_journal_event_is(&event, CST_EVENT_PSEUDO_LABELS)) {
    CST_TRY(append(&out->pseudo_labels, &document, &event));
  }
done:
  if (document) cst_json_destroy(&document);
  return st;
}

/* A last line without its line break was being written when the job was killed: passed over. */
cst_status training_log_parse(const char *text, const char *name, run_files *out)
{
  cst_status st = CST_OK;
  size_t number = 1;
  step_means means = {0};
  for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1, number++)
    if (end > text) CST_TRY(take_line(text, (size_t)(end - text), name, number, &means, out));
done:
  return st;
}
