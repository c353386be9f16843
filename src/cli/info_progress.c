/*
 * How far a run has come: who works in its directory, and what the last lines of metrics.jsonl say.
 */
#include "info.h"

#include "cassette/clock.h"
#include "cassette/file.h"
#include "cassette/journal_event.h"
#include "cassette/memory.h"
#include "cassette/run_status.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPEED_STEPS = 21 };

/* --- the job --- */

static void print_phase(const cst_run_status *s)
{
  if (s->ranks == 0) return;
  printf("; %d rank%s on %d host%s", s->ranks, s->ranks == 1 ? "" : "s", s->hosts,
         s->hosts == 1 ? "" : "s");
  if (!s->phase[0]) return;
  printf("; %s", s->phase);
  if (!s->stage[0]) return;
  printf(" (stage %s", s->stage);
  if (s->epoch >= 0) printf(", epoch %lld", (long long)s->epoch + 1);
  if (s->step >= 0) printf(", step %lld", (long long)s->step + 1);
  printf(")");
}

static cst_status print_job(const char *dir)
{
  cst_status st = CST_OK;
  cst_run_status s;
  CST_TRY(cst_run_status_read(dir, &s));
  switch (s.state) {
  case CST_RUN_IDLE:
    printf("job: none running");
    break;
  case CST_RUN_ALIVE:
    printf("job: running, %s", s.holder);
    print_phase(&s);
    break;
  case CST_RUN_SILENT:
    printf("job: %s holds the lock but shows no sign of life", s.holder);
    print_phase(&s);
    break;
  case CST_RUN_KILLED:
    printf("job: none running; the last one, %s, was killed", s.holder);
    print_phase(&s);
    break;
  }
  printf("\n");
done:
  return st;
}

/* --- the journal, from its end --- */

typedef struct {
  cst_json *document; /* NULL: no such event */
  cst_journal_event event;
} last_event;

typedef struct {
  last_event stage, epoch, step; /* the last of each kind in the current stage */
  double time_s[SPEED_STEPS];    /* of its last steps, the last one first */
  size_t n_times;
} journal_tail;

static void tail_reset(journal_tail *self)
{
  cst_json_destroy(&self->stage.document);
  cst_json_destroy(&self->epoch.document);
  cst_json_destroy(&self->step.document);
}

/* Keep @p line if it is the last of its kind; true: nothing before it matters. */
static bool take(journal_tail *self, last_event *line)
{
  const cst_journal_event *event = &line->event;
  last_event *place = cst_journal_event_is(event, CST_EVENT_STAGE)   ? &self->stage
                      : cst_journal_event_is(event, CST_EVENT_EPOCH) ? &self->epoch
                      : cst_journal_event_is(event, CST_EVENT_STEP)  ? &self->step
                                                                     : NULL;
  if (place == &self->step && self->n_times < SPEED_STEPS)
    self->time_s[self->n_times++] = event->time;
  if (!place || place->document) return false;
  *place = *line;
  line->document = NULL;
  return place == &self->stage;
}

static cst_status read_tail(const char *dir, journal_tail *out)
{
  cst_status st = CST_OK;
  char *path = cst_path_join(dir, "metrics.jsonl"), *text = NULL;
  size_t n = 0;
  bool enough = false;
  *out = (journal_tail){0};
  if (!path) CST_TRY(cst_no_memory("a path", strlen(dir), 1));
  if (!cst_file_exists(path)) goto done;
  CST_TRY(cst_file_read(path, &text, &n));
  while (n > 0 && text[n - 1] != '\n') n--; /* a line in the making */
  while (n > 0 && !enough) {
    const size_t end = --n; /* of the line, which begins at n */
    while (n > 0 && text[n - 1] != '\n') n--;
    last_event line = {0};
    st = cst_journal_event_parse(text + n, end - n, path, &line.document, &line.event);
    if (st == CST_ERR_DATA) {
      cst_clear(); /* a damaged line: for the report to complain of */
      st = CST_OK;
      continue;
    }
    CST_TRY(st);
    enough = take(out, &line);
    cst_json_destroy(&line.document);
  }
done:
  cst_free(text);
  cst_free(path);
  return st;
}

static int by_size(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Median seconds from one step to the next, so that validation and resumes do not count; NaN where
 * there are too few. */
static double step_s(const journal_tail *self)
{
  double s[SPEED_STEPS];
  if (self->n_times < 2) return NAN;
  for (size_t i = 0; i + 1 < self->n_times; i++) s[i] = self->time_s[i] - self->time_s[i + 1];
  qsort(s, self->n_times - 1, sizeof *s, by_size);
  return s[(self->n_times - 1) / 2];
}

static int64_t or_zero(int64_t count) { return count == CST_NO_COUNT ? 0 : count; }

/* "remaining: 0:12 in this epoch, 12:34 in this stage at most", and the rate behind it. */
static void print_remaining(const journal_tail *self, int64_t epoch, int64_t steps_done)
{
  const cst_journal_event *plan = &self->stage.event;
  const int64_t steps = or_zero(plan->steps), all = or_zero(plan->updates);
  const int64_t ahead = all - epoch * steps - steps_done;
  const double each_s = step_s(self);
  char here[32], stage[32];
  if (!(each_s > 0.0)) return;
  cst_duration_text((double)(steps - steps_done < ahead ? steps - steps_done : ahead) * each_s,
                    here);
  cst_duration_text((double)ahead * each_s, stage);
  printf("rate: %.3g clips/s\nremaining: %s in this epoch, %s in this stage at most\n",
         (double)plan->batch / each_s, here, stage);
}

static void print_place(const journal_tail *self)
{
  const bool planned = self->stage.document != NULL;
  const cst_journal_event *any = planned ? &self->stage.event : &self->step.event;
  const int64_t epoch = self->step.document ? or_zero(self->step.event.epoch) : 0;
  const int64_t done = self->step.document ? or_zero(self->step.event.step) + 1 : 0;
  const bool ended = self->epoch.document && self->epoch.event.epoch == epoch;
  printf("progress: stage %s%s%s, epoch %lld", any->stage ? any->stage : "?",
         any->fold ? ", fold " : "", any->fold ? any->fold : "", (long long)epoch + 1);
  if (planned) printf(" of %lld", (long long)or_zero(self->stage.event.epochs));
  printf(", step %lld", (long long)done);
  if (planned) printf(" of %lld", (long long)or_zero(self->stage.event.steps));
  printf("%s\n", ended ? ", validated" : "");
  if (planned) print_remaining(self, epoch, done);
}

static void print_figures(const journal_tail *self)
{
  const cst_journal_event *epoch = &self->epoch.event;
  if (self->step.document) printf("last step: loss %.4f\n", self->step.event.loss);
  if (!self->epoch.document) return;
  printf("last epoch: %lld, train loss %.4f, accuracy %.1f %%",
         (long long)or_zero(epoch->epoch) + 1, epoch->train_loss, 100.0 * epoch->train_accuracy);
  if (!isnan(epoch->validation_macro_accuracy))
    printf(", validation macro accuracy %.1f %%", 100.0 * epoch->validation_macro_accuracy);
  printf("\n");
}

cst_status cli_info_progress(const char *dir, bool trained)
{
  cst_status st = CST_OK;
  journal_tail tail = {0};
  CST_TRY(print_job(dir));
  CST_TRY(read_tail(dir, &tail));
  if (trained)
    printf("progress: training is done\n");
  else if (tail.stage.document || tail.step.document)
    print_place(&tail);
  print_figures(&tail);
done:
  tail_reset(&tail);
  return st;
}
