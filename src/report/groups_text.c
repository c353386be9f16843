/* Groups of runs as Markdown and JSON.  Contract in groups.h. */
#include "groups.h"

#include "markdown.h"

#include "cassette/file.h"

#include <math.h>
#include <string.h>

static const struct {
  const char *tier, *heading;
} tiers[] = {{"none", "Audio of unlabelled clips alone"},
             {"session", "Also which clips were recorded together"},
             {"oracle", "Also the label of the session: an upper bound"}};

static const run_group *baseline(const grouping *self)
{
  return self->baseline == SIZE_MAX ? NULL : &self->group[self->baseline];
}

static void add_range(cst_text *out, const cst_interval *interval)
{
  if (isnan(interval->low))
    cst_text_add(out, "–");
  else
    cst_text_add(out, "%.1f to %.1f", 100.0 * interval->low, 100.0 * interval->high);
}

static void add_p(cst_text *out, double p)
{
  if (isnan(p))
    cst_text_add(out, "–");
  else if (p < 0.001)
    cst_text_add(out, "< 0.001");
  else
    cst_text_add(out, "%.3f", p);
}

static void add_row(const grouping *self, const run_group *g, cst_text *out)
{
  const bool is_baseline = g == baseline(self);
  cst_text_add(out, "| ");
  markdown_cell(out, g->name);
  if (g->seeds == 0) {
    cst_text_add(out, " | 0 | – | – | – | – | – | – | – | – | – |\n");
    return;
  }
  cst_text_add(out, " | %zu | ", g->seeds);
  cst_text_add(out, "%.1f | ", 100.0 * g->paired.macro[0]);
  if (isnan(g->sd))
    cst_text_add(out, "–");
  else
    cst_text_add(out, "%.1f", 100.0 * g->sd);
  cst_text_add(out, " | ");
  add_range(out, &g->paired.interval[0]);
  cst_text_add(out, " | ");
  if (is_baseline) {
    cst_text_add(out, "– | – | – | –");
  } else {
    cst_text_add(out, "%+.1f | ", 100.0 * g->paired.difference);
    add_range(out, &g->paired.difference_interval);
    cst_text_add(out, " | ");
    add_p(out, g->p_holm);
    cst_text_add(out, " | ");
    add_p(out, g->p_flip_holm);
  }
  cst_text_add(out, " | ");
  markdown_percent(out, g->pseudo_labels);
  if (isnan(g->core_hours))
    cst_text_add(out, " | – |\n");
  else
    cst_text_add(out, " | %.3g |\n", g->core_hours);
}

static void add_tier(const grouping *self, size_t t, cst_text *out)
{
  bool any = false;
  for (size_t g = 0; g < self->groups; g++)
    any = any || strcmp(self->group[g].tier, tiers[t].tier) == 0;
  if (!any) return;
  cst_text_add(
      out,
      "\n### %s\n\n| strategy | seeds | macro accuracy, %% | ± over seeds | 95 %% interval "
      "| difference, points | 95 %% interval | p (bootstrap) | p (sign flips) | "
      "pseudo-labels right | core-hours a seed |\n"
      "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
      tiers[t].heading);
  for (size_t g = 0; g < self->groups; g++)
    if (strcmp(self->group[g].tier, tiers[t].tier) == 0) add_row(self, &self->group[g], out);
}

static void add_meaning(const grouping *self, cst_text *out)
{
  const run_group *base = baseline(self);
  if (!base) {
    cst_text_add(out, "\nNo group has a seed that covers every fold.\n");
    return;
  }
  cst_text_add(out, "\nAll were scored on the same ");
  markdown_count(out, (int64_t)self->clips.n);
  cst_text_add(out, " clips of ");
  markdown_count(out, (int64_t)self->sessions.n);
  cst_text_add(out,
               " sessions (%zu fold%s). Accuracy is the mean over seeds, intervals and p-values "
               "resample sessions and speak of other recordings; the spread of seeds stands "
               "beside them. Differences are to **",
               self->folds.n, self->folds.n == 1 ? "" : "s");
  markdown_cell(out, base->name);
  cst_text_add(out, "**, paired on the same sessions; their p-values carry Holm's correction over "
                    "the table. Cost leaves out what cells share (features, pre-training).\n");
}

static void add_left_out(const grouping *self, cst_text *out)
{
  for (size_t g = 0; g < self->groups; g++) {
    const run_group *one = &self->group[g];
    if (one->left_out == 0) continue;
    cst_text_add(out, "\n**Left out:** %zu seed%s of ", one->left_out,
                 one->left_out == 1 ? "" : "s");
    markdown_cell(out, one->name);
    cst_text_add(out, ", without a run of every fold.\n");
  }
}

static void add_classes(const grouping *self, cst_text *out)
{
  cst_text_add(out, "\n## Classes\n\nAccuracy in %%, mean over seeds.\n\n| strategy |");
  for (size_t k = 0; k < self->classes.n; k++) {
    cst_text_add(out, " ");
    markdown_cell(out, self->classes.item[k]);
    cst_text_add(out, " |");
  }
  cst_text_add(out, "\n|---|");
  for (size_t k = 0; k < self->classes.n; k++) cst_text_add(out, "---:|");
  for (size_t g = 0; g < self->groups; g++) {
    const run_group *one = &self->group[g];
    if (one->seeds == 0) continue;
    cst_text_add(out, "\n| ");
    markdown_cell(out, one->name);
    cst_text_add(out, " |");
    for (size_t k = 0; k < self->classes.n; k++) {
      if (isnan(one->class_accuracy[k]))
        cst_text_add(out, " – |");
      else
        cst_text_add(out, " %.1f |", 100.0 * one->class_accuracy[k]);
    }
  }
  cst_text_add(out, "\n");
}

/* Settings in which groups depart from the baseline. */
static void add_differences(const grouping *self, cst_text *out)
{
  const config_lines *base = &self->runs[baseline(self)->run[0]]->config;
  cst_text_add(out, "\n## What differs from ");
  markdown_cell(out, baseline(self)->name);
  cst_text_add(out, "\n\n");
  for (size_t g = 0; g < self->groups; g++) {
    const config_lines *own = &self->runs[self->group[g].run[0]]->config;
    size_t n = 0;
    if (g == self->baseline) continue;
    cst_text_add(out, "- ");
    markdown_cell(out, self->group[g].name);
    cst_text_add(out, ": ");
    for (size_t i = 0; i < own->n; i++)
      if (groups_tells_apart(own->line[i]) && !config_lines_has(base, own->line[i]))
        cst_text_add(out, "%s`%s`", n++ ? ", " : "", own->line[i]);
    cst_text_add(out, "%s\n", n ? "" : "nothing in config.yaml");
  }
}

void groups_markdown(const grouping *self, cst_text *out)
{
  cst_text_add(out, "\n## Strategies\n");
  for (size_t t = 0; t < sizeof tiers / sizeof *tiers; t++) add_tier(self, t, out);
  add_meaning(self, out);
  add_left_out(self, out);
  if (!baseline(self)) return;
  if (self->groups > 1) add_differences(self, out);
  add_classes(self, out);
}

/* --- JSON --- */

static cst_json *interval_json(const cst_interval *interval)
{
  cst_json *list = cst_json_array();
  cst_json_append_number(list, interval->low);
  cst_json_append_number(list, interval->high);
  return list;
}

static void set_comparison(const grouping *self, const run_group *g, cst_json *out)
{
  const cst_interval none = {NAN, NAN};
  const bool compared = g != baseline(self) && g->seeds > 0;
  cst_json_set_number(out, "difference", compared ? g->paired.difference : NAN);
  cst_json_set(out, "difference_ci95",
               interval_json(compared ? &g->paired.difference_interval : &none));
  cst_json_set_number(out, "p_bootstrap", compared ? g->paired.p_bootstrap : NAN);
  cst_json_set_number(out, "p_holm", g->p_holm);
  cst_json_set_number(out, "p_flip", compared ? g->paired.p_flip : NAN);
  cst_json_set_number(out, "p_flip_holm", g->p_flip_holm);
}

static cst_json *group_json(const grouping *self, const run_group *g)
{
  const cst_interval none = {NAN, NAN};
  cst_json *out = cst_json_object(), *runs = cst_json_array(), *seeds = cst_json_array();
  cst_json *macro = cst_json_array(), *classes = cst_json_object();
  for (size_t i = 0; i < g->runs; i++) cst_json_append_string(runs, self->runs[g->run[i]]->dir);
  for (size_t s = 0; s < g->seeds; s++) {
    cst_json_append_integer(seeds, g->seed[s]);
    cst_json_append_number(macro, g->macro[s]);
  }
  for (size_t k = 0; k < self->classes.n && g->seeds > 0; k++)
    cst_json_set_number(classes, self->classes.item[k], g->class_accuracy[k]);
  cst_json_set_string(out, "name", g->name);
  cst_json_set_string(out, "strategy", g->strategy);
  cst_json_set_string(out, "tier", g->tier);
  cst_json_set_integer(out, "seeds", (int64_t)g->seeds);
  cst_json_set_integer(out, "folds", (int64_t)self->folds.n);
  cst_json_set_number(out, "macro_accuracy", g->seeds ? g->paired.macro[0] : NAN);
  cst_json_set_number(out, "sd", g->sd);
  cst_json_set(out, "ci95", interval_json(g->seeds ? &g->paired.interval[0] : &none));
  set_comparison(self, g, out);
  cst_json_set_number(out, "pseudo_label_accuracy", g->pseudo_labels);
  cst_json_set_number(out, "core_hours", g->core_hours);
  cst_json_set_integer(out, "clips", (int64_t)self->clips.n);
  cst_json_set_integer(out, "sessions", (int64_t)self->sessions.n);
  cst_json_set_integer(out, "seeds_left_out", (int64_t)g->left_out);
  cst_json_set(out, "seed", seeds);
  cst_json_set(out, "seed_macro_accuracy", macro);
  cst_json_set(out, "class_accuracy", classes);
  cst_json_set(out, "runs", runs);
  return out;
}

void groups_json(const grouping *self, cst_json *out)
{
  const run_group *base = baseline(self);
  cst_json *list = cst_json_array();
  for (size_t g = 0; g < self->groups; g++)
    cst_json_append(list, group_json(self, &self->group[g]));
  if (base)
    cst_json_set_string(out, "baseline", base->name);
  else
    cst_json_set_null(out, "baseline");
  cst_json_set_integer(out, "resamples", GROUP_RESAMPLES);
  cst_json_set(out, "groups", list);
}
