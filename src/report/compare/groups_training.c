/* How the models of a group came about: what training cost, and its pseudo-labels.  Contract in
 * groups.h. */
#include "findings.h"
#include "groups.h"

#include <math.h>
#include <string.h>

/* Whether a run belongs to a seed with every fold. */
static bool is_counted(const grouping *self, const run_group *g, size_t run)
{
  for (size_t s = 0; s < g->seeds; s++)
    if (groups_seed_of(self, run) == g->seed[s]) return true;
  return false;
}

static double group_hours(const grouping *self, const run_group *g)
{
  double sum = 0.0;
  for (size_t i = 0; i < g->runs; i++)
    if (is_counted(self, g, g->run[i])) sum += run_core_seconds(self->runs[g->run[i]]);
  return sum / 3600.0 / (double)g->seeds;
}

/* Mean over the models of all seeds and folds of what their metrics.json says they had. */
static double mean_of_models(const grouping *self, const run_group *g, bool rows)
{
  double sum = 0.0;
  size_t models = 0;
  for (size_t i = 0; i < g->runs; i++) {
    const cst_metrics *m = &self->runs[g->run[i]]->metrics;
    if (!is_counted(self, g, g->run[i])) continue;
    for (size_t f = 0; f < m->folds.n; f++, models++) {
      const cst_effort *effort = &m->folds.item[f].last.effort;
      const int64_t count = rows ? effort->rows_seen : effort->updates;
      sum += count == CST_NO_COUNT ? NAN : (double)count;
    }
  }
  return models ? sum / (double)models : NAN;
}

/* Right ones and all, of pseudo-labels that can be checked. */
typedef struct {
  double right, all;
} tally;

static void count(tally *t, double share, int64_t n)
{
  if (isnan(share) || n <= 0) return;
  t->right += share * (double)n;
  t->all += (double)n;
}

/* The last round of a fold counts: its pseudo-labels trained the model that was scored. */
static bool is_last(const event_list *events, size_t i)
{
  const char *fold = events->event[i].fold;
  for (size_t j = i + 1; j < events->n; j++) {
    const char *later = events->event[j].fold;
    if (fold && later ? strcmp(fold, later) == 0 : fold == later) return false;
  }
  return true;
}

/* What teachers gave and what training steps went by in the last epoch, against hidden labels or
 * sessions. */
typedef struct {
  tally teacher_hidden, steps_hidden, teacher_session, steps_session;
} checks;

static void count_run(const run_files *run, checks *out)
{
  const event_list *events = &run->pseudo_labels;
  for (size_t i = 0; i < events->n; i++) {
    const cst_journal_event *e = &events->event[i];
    if (!is_last(events, i)) continue;
    count(&out->teacher_hidden, e->accuracy_against_hidden_labels, e->clips_with_hidden_label);
    count(&out->teacher_session, e->accuracy_against_sessions, e->clips_with_session_label);
  }
  for (size_t i = 0; i < run->n_stages; i++) {
    const stage_summary *s = &run->stages[i];
    if (strcmp(s->stage, "student") != 0) continue;
    count(s->checked_by_session ? &out->steps_session : &out->steps_hidden, s->pseudo_accuracy,
          s->pseudo_checked);
  }
}

/* Hidden labels first, whatever the strategy: clips of labelled sessions are the easy ones.  With
 * sessions given, agreement is by construction. */
static void check_pseudo_labels(const grouping *self, run_group *g)
{
  checks all = {0};
  const tally *const order[] = {&all.teacher_hidden, &all.steps_hidden, &all.teacher_session,
                                &all.steps_session};
  if (g->tier >= CST_TIER_SESSION) return;
  for (size_t r = 0; r < g->runs; r++) count_run(self->runs[g->run[r]], &all);
  for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
    if (!(order[i]->all > 0.0)) continue;
    g->pseudo_labels = order[i]->right / order[i]->all;
    g->checked_by_session = i >= 2;
    return;
  }
}

void groups_measure_training(const grouping *self, run_group *g)
{
  check_pseudo_labels(self, g);
  g->core_hours = group_hours(self, g);
  g->updates = mean_of_models(self, g, false);
  g->rows = mean_of_models(self, g, true);
}
