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
                           .speed = NAN,
                           .events = cst_json_array()};
  if (!grown->fold || !grown->stage) CST_TRY(cst_no_memory("name", 1, 1));
  *added = grown;
done:
  return st;
}

/* Folds may be named or numbered. */
static const char *fold_name(const cst_json *event, char *number, size_t bytes)
{
  const int64_t index = cst_json_get_integer(event, "fold", -1);
  if (index < 0) return cst_json_get_string(event, "fold", "");
  snprintf(number, bytes, "%lld", (long long)index);
  return number;
}

/* Training says which epoch it kept; a log that does not is judged by accuracy alone. */
static bool is_best(const stage_summary *s, const cst_json *event, double accuracy)
{
  if (cst_json_get(event, "best")) return cst_json_get_bool(event, "best", false);
  return !isnan(accuracy) && !(accuracy <= s->best);
}

static void take_epoch(stage_summary *s, const cst_json *event)
{
  const double loss = cst_json_get_number(event, "train_loss", NAN);
  const double accuracy = cst_json_get_number(event, "validation_macro_accuracy", NAN);
  const double speed = cst_json_get_number(event, "clips_per_s", NAN);
  if (s->epochs++ == 0) s->first_loss = loss;
  s->last_loss = loss;
  s->last_rate = cst_json_get_number(event, "learning_rate", NAN);
  const double checked = cst_json_get_number(event, "pseudo_labels_checked", 0.0);
  if (checked > 0.0) {
    s->pseudo_checked = checked;
    s->pseudo_accuracy = cst_json_get_number(event, "pseudo_label_accuracy", NAN);
    s->checked_by_session =
        strcmp(cst_json_get_string(event, "pseudo_labels_checked_by", ""), "sessions") == 0;
  }
  if (is_best(s, event, accuracy)) {
    s->best = accuracy;
    s->best_epoch = s->epochs;
  }
  if (isfinite(speed)) {
    s->speed = ((s->speeds ? s->speed : 0.0) * (double)s->speeds + speed) / (double)(s->speeds + 1);
    s->speeds++;
  }
}

/* What strategies report of steps. */
static const char *const step_keys[] = {"mask_rate", "threshold"};
enum { STEP_KEYS = sizeof step_keys / sizeof *step_keys };

typedef struct {
  double sum[STEP_KEYS];
  int64_t n[STEP_KEYS];
} step_means;

static void take_step(step_means *means, const cst_json *event)
{
  for (size_t k = 0; k < STEP_KEYS; k++) {
    const double value = cst_json_get_number(event, step_keys[k], NAN);
    if (!isfinite(value)) continue;
    means->sum[k] += value;
    means->n[k]++;
  }
}

/* Steps come before the event of their epoch. */
static void add_step_means(step_means *means, cst_json *event)
{
  for (size_t k = 0; k < STEP_KEYS; k++)
    if (means->n[k] && !cst_json_get(event, step_keys[k]))
      cst_json_set_number(event, step_keys[k], means->sum[k] / (double)means->n[k]);
  *means = (step_means){0};
}

/* Takes @p event. */
static cst_status add_epoch(run_files *out, cst_json *event)
{
  cst_status st = CST_OK;
  char number[24];
  const char *fold = fold_name(event, number, sizeof number);
  const char *stage = cst_json_get_string(event, "stage", "");
  const int64_t round = cst_json_get_integer(event, "round", -1);
  stage_summary *s = find(out, fold, stage, round);
  if (!s) CST_TRY(add(out, fold, stage, round, &s));
  take_epoch(s, event);
  cst_json_append(s->events, event);
  event = NULL; /* now the array's */
done:
  if (event) cst_json_destroy(&event);
  return st;
}

static cst_status take_line(const char *line, size_t bytes, const char *name, size_t number,
                            step_means *means, run_files *out)
{
  cst_status st = CST_OK;
  char where[1024];
  cst_json *event = NULL;
  snprintf(where, sizeof where, "%s: line %zu", name, number);
  CST_TRY(cst_json_parse(line, bytes, where, &event));
  const char *kind = cst_json_get_string(event, "event", "");
  if (strcmp(kind, "epoch") == 0) {
    add_step_means(means, event);
    st = add_epoch(out, event);
    event = NULL;
  } else if (strcmp(kind, "step") == 0) {
    take_step(means, event);
  } else if (strcmp(kind, "pseudo-labels") == 0) {
    if (!out->pseudo_labels) out->pseudo_labels = cst_json_array();
    cst_json_append(out->pseudo_labels, event);
    event = NULL; /* now the array's */
  }
done:
  if (event) cst_json_destroy(&event);
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
