/* Which runs belong together.  Contract in groups.h. */
#include "groups.h"

#include "cassette/memory.h"

#include <math.h>
#include <string.h>

static const char *strategy_of(const run_files *run)
{
  return run->metrics.strategy ? run->metrics.strategy : "?";
}

static const char *setting_of(const run_files *run)
{
  return run->metrics.setting ? run->metrics.setting : "";
}

static int64_t seed_of(const run_files *run) { return run->metrics.seed; }

/* Digests have shown that the data are the same. */
bool groups_tells_apart(const char *line)
{
  static const char *const repeated[] = {"seed:",
                                         "split.held_out:"}; /* what makes runs of a group */
  for (size_t i = 0; i < sizeof repeated / sizeof *repeated; i++)
    if (strncmp(line, repeated[i], strlen(repeated[i])) == 0) return false;
  return config_line_matters(line);
}

static bool covers(const run_files *a, const run_files *b)
{
  for (size_t i = 0; i < b->config.n; i++)
    if (groups_tells_apart(b->config.line[i]) && !config_lines_has(&a->config, b->config.line[i]))
      return false;
  return true;
}

static bool same_group(const run_files *a, const run_files *b)
{
  return strcmp(setting_of(a), setting_of(b)) == 0 && strcmp(strategy_of(a), strategy_of(b)) == 0 &&
         covers(a, b) && covers(b, a);
}

static cst_status add_group(grouping *self, size_t run, run_group **out)
{
  cst_status st = CST_OK;
  const cst_estimate none = {
      .mean = NAN, .error = NAN, .freedom = NAN, .interval = {NAN, NAN}, .p = NAN};
  run_group *grown = cst_realloc(self->group, self->groups + 1, sizeof *grown);
  if (!grown) CST_TRY(cst_no_memory("groups", self->groups + 1, sizeof *grown));
  self->group = grown;
  *out = &grown[self->groups++];
  **out =
      (run_group){.setting = setting_of(self->runs[run]),
                  .strategy = strategy_of(self->runs[run]),
                  .tier = self->runs[run]->metrics.tier ? cst_tier_of(self->runs[run]->metrics.tier)
                                                        : CST_TIER_NONE,
                  .transductive = self->runs[run]->metrics.transductive,
                  .sd = NAN,
                  .pseudo_labels = NAN,
                  .core_hours = NAN,
                  .updates = NAN,
                  .rows = NAN,
                  .accuracy = none,
                  .difference = none};
  self->has_settings = self->has_settings || *(*out)->setting;
  CST_ALLOC((*out)->run, self->n);
done:
  return st;
}

static cst_status assign(grouping *self)
{
  cst_status st = CST_OK;
  for (size_t i = 0; i < self->n; i++) {
    run_group *found = NULL;
    for (size_t g = 0; g < self->groups && !found; g++)
      if (same_group(self->runs[self->group[g].run[0]], self->runs[i])) found = &self->group[g];
    if (!found) CST_TRY(add_group(self, i, &found));
    found->run[found->runs++] = i;
  }
done:
  return st;
}

static bool one_strategy(const grouping *self)
{
  for (size_t g = 1; g < self->groups; g++)
    if (strcmp(self->group[0].strategy, self->group[g].strategy) != 0) return false;
  return true;
}

/* "mixup / fixmatch", "mixup" where all are of one strategy; "fixmatch (strategy.threshold: 0.8)":
 * what the first group of that setting and strategy does not have. */
static cst_status name_group(const grouping *self, run_group *g)
{
  cst_status st = CST_OK;
  const run_group *first = self->group;
  cst_text text = {0};
  size_t n = 0;
  while (strcmp(first->setting, g->setting) != 0 || strcmp(first->strategy, g->strategy) != 0)
    first++;
  const run_files *a = self->runs[first->run[0]], *b = self->runs[g->run[0]];
  const bool setting = *g->setting, strategy = !setting || !one_strategy(self);
  cst_text_add(&text, "%s%s%s", g->setting, setting && strategy ? " / " : "",
               strategy ? g->strategy : "");
  for (size_t i = 0; i < b->config.n; i++)
    if (groups_tells_apart(b->config.line[i]) && !config_lines_has(&a->config, b->config.line[i]))
      cst_text_add(&text, "%s%s", n++ ? ", " : " (", b->config.line[i]);
  cst_text_add(&text, "%s", n ? ")" : "");
  CST_TRY(cst_text_status(&text));
  g->name = text.data;
  text.data = NULL;
done:
  cst_text_reset(&text);
  return st;
}

/* The same seed and fold twice in a group would count twice. */
static cst_status check_twins(const grouping *self, const run_group *g)
{
  for (size_t i = 0; i < g->runs; i++)
    for (size_t j = 0; j < i; j++) {
      const run_files *a = self->runs[g->run[j]], *b = self->runs[g->run[i]];
      if (seed_of(a) != seed_of(b)) continue;
      for (size_t f = 0; f < a->metrics.folds.n; f++) {
        const char *name = a->metrics.folds.item[f].last.name;
        if (name && cst_metrics_fold(&b->metrics, name))
          return cst_raise(CST_ERR_DATA,
                           "%s and %s are the same run twice: strategy, settings, seed %lld and "
                           "fold %s are equal; name one of them",
                           a->dir, b->dir, (long long)seed_of(a), name);
      }
    }
  return CST_OK;
}

static cst_status add_name(const char *name, cst_names *out)
{
  return cst_names_add(out, name ? name : "") == CST_NONE ? cst_no_memory("names", 1, 1) : CST_OK;
}

cst_status grouping_make(size_t n, const run_files *const *runs, const char *reference,
                         grouping *out)
{
  cst_status st = CST_OK;
  *out = (grouping){.runs = runs, .n = n, .baseline = SIZE_MAX};
  CST_ALLOC(out->answers, n);
  for (size_t i = 0; i < n; i++) CST_TRY(answers_read(runs[i], &out->answers[i]));
  CST_TRY(groups_check(n, runs));
  for (size_t k = 0; k < cst_json_size(runs[0]->metrics.classes); k++)
    CST_TRY(add_name(cst_metrics_class(&runs[0]->metrics, k), &out->classes));
  for (size_t i = 0; i < n; i++)
    for (size_t f = 0; f < runs[i]->metrics.folds.n; f++)
      CST_TRY(add_name(runs[i]->metrics.folds.item[f].last.name, &out->folds));
  CST_TRY(assign(out));
  for (size_t g = 0; g < out->groups; g++) {
    CST_TRY(name_group(out, &out->group[g]));
    CST_TRY(check_twins(out, &out->group[g]));
  }
  CST_TRY(groups_score(out, reference));
done:
  if (st != CST_OK) grouping_reset(out);
  return st;
}

static void group_reset(run_group *self)
{
  cst_free(self->name);
  cst_free(self->run);
  cst_free(self->seed);
  cst_free(self->macro);
  cst_free(self->right);
  cst_free(self->class_accuracy);
}

void grouping_reset(grouping *self)
{
  for (size_t g = 0; g < self->groups; g++) group_reset(&self->group[g]);
  for (size_t i = 0; self->answers && i < self->n; i++) answers_reset(&self->answers[i]);
  cst_free(self->group);
  cst_free(self->answers);
  answers_reset(&self->clips);
  cst_names_reset(&self->folds);
  cst_names_reset(&self->classes);
  cst_names_reset(&self->sessions);
  cst_free(self->truth);
  cst_free(self->session);
  *self = (grouping){0};
}
