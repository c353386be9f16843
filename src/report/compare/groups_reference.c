/* What each group is compared with.  Contract in groups.h. */
#include "groups.h"

#include <string.h>

/* The first group of a setting and a strategy, each NULL: any, that has a whole seed. */
static size_t find_group(const grouping *self, const char *setting, const char *strategy)
{
  for (size_t g = 0; g < self->groups; g++) {
    const run_group *one = &self->group[g];
    if (one->seeds == 0 || (setting && strcmp(one->setting, setting) != 0)) continue;
    if (!strategy || strcmp(one->strategy, strategy) == 0) return g;
  }
  return SIZE_MAX;
}

static bool has_setting(const grouping *self, const char *name)
{
  for (size_t g = 0; g < self->groups; g++)
    if (*name && strcmp(self->group[g].setting, name) == 0) return true;
  return false;
}

static bool has_strategy(const grouping *self, const char *name)
{
  for (size_t g = 0; g < self->groups; g++)
    if (strcmp(self->group[g].strategy, name) == 0) return true;
  return false;
}

/* The setting that the ablation names, "" where there are none. */
static const char *own_reference(const grouping *self)
{
  const char *name = "";
  for (size_t i = 0; i < self->n && !*name; i++)
    if (self->runs[i]->metrics.reference) name = self->runs[i]->metrics.reference;
  return name;
}

static cst_status refuse(const grouping *self, const char *reference)
{
  cst_status st = CST_OK;
  cst_text known = {0};
  for (size_t g = 0; g < self->groups; g++)
    cst_text_add(&known, "%s%s", g ? ", " : "", self->group[g].name);
  CST_TRY(cst_text_status(&known));
  st = cst_raise(CST_ERR_USAGE, "--reference %s: no setting and no strategy of these runs: %s",
                 reference, known.data);
done:
  cst_text_reset(&known);
  return st;
}

/* What is nearest to the strategy under the setting. */
static size_t choose_baseline(const grouping *self, const char *setting, const char *strategy)
{
  const char *const choice[][2] = {
      {setting, strategy}, {setting, NULL}, {NULL, strategy}, {NULL, NULL}};
  size_t found = SIZE_MAX;
  for (size_t i = 0; i < 4 && found == SIZE_MAX; i++)
    found = find_group(self, choice[i][0], choice[i][1]);
  return found;
}

cst_status groups_choose_references(grouping *self, const char *reference, size_t *other)
{
  const bool of_setting = reference && has_setting(self, reference);
  const char *setting = of_setting ? reference : own_reference(self);
  const char *strategy = reference && !of_setting ? reference : "supervised";
  if (reference && !of_setting && !has_strategy(self, reference)) return refuse(self, reference);
  self->baseline = choose_baseline(self, setting, strategy);
  for (size_t g = 0; g < self->groups; g++) {
    run_group *one = &self->group[g];
    size_t same = SIZE_MAX;
    one->in_reference = strcmp(one->setting, setting) == 0;
    one->is_baseline = g == self->baseline;
    if (!one->in_reference) same = find_group(self, setting, one->strategy);
    other[g] = same != SIZE_MAX ? same : self->baseline;
    if (other[g] == g || one->seeds == 0) other[g] = SIZE_MAX;
  }
  return CST_OK;
}
