/* Groups of runs as JSON.  Contract in groups.h. */
#include "groups.h"

#include <math.h>

static const run_group *baseline(const grouping *self)
{
  return self->baseline == SIZE_MAX ? NULL : &self->group[self->baseline];
}

static cst_json *interval_json(const cst_interval *interval)
{
  cst_json *list = cst_json_array();
  cst_json_append_number(list, interval->low);
  cst_json_append_number(list, interval->high);
  return list;
}

static void set_comparison(const run_group *g, cst_json *out)
{
  if (g->compared_with) cst_json_set_string(out, "compared_with", g->compared_with);
  cst_json_set_number(out, "difference", g->difference.mean);
  cst_json_set_number(out, "difference_error", g->difference.error);
  cst_json_set(out, "difference_ci95", interval_json(&g->difference.interval));
  cst_json_set_number(out, "p", g->difference.p);
  cst_json_set_integer(out, "seeds_compared", (int64_t)g->pairs);
}

static cst_json *group_json(const grouping *self, const run_group *g)
{
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
  if (*g->setting) cst_json_set_string(out, "setting", g->setting);
  cst_json_set_string(out, "strategy", g->strategy);
  cst_json_set_string(out, "tier", cst_tier_text(g->tier));
  cst_json_set_bool(out, "transductive", g->transductive);
  cst_json_set_integer(out, "seeds", (int64_t)g->seeds);
  cst_json_set_integer(out, "folds", (int64_t)self->folds.n);
  cst_json_set_number(out, "macro_accuracy", g->accuracy.mean);
  cst_json_set_number(out, "sd", g->sd);
  cst_json_set(out, "ci95", interval_json(&g->accuracy.interval));
  set_comparison(g, out);
  cst_json_set_number(out, "pseudo_label_accuracy", g->pseudo_labels);
  if (!isnan(g->pseudo_labels))
    cst_json_set_string(out, "pseudo_labels_checked_by",
                        g->checked_by_session ? "sessions" : "hidden labels");
  cst_json_set_number(out, "core_hours", g->core_hours);
  cst_json_set_number(out, "updates", g->updates);
  cst_json_set_number(out, "rows_seen", g->rows);
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
  cst_json_set_integer(out, "comparisons", (int64_t)self->comparisons);
  cst_json_set(out, "groups", list);
}
