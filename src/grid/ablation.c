/* The grid of an ablation.  Contract in cassette/ablation.h. */
#include "ablation_cells.h"

#include "cassette/job_data.h"
#include "cassette/job_strategy.h"
#include "cassette/memory.h"
#include "cassette/metadata.h"

#include <string.h>

/* --- folds --- */

/* All folds of leave-one-city-out, as the metadata tables alone give them: cells must not be
 * numbered anew when audio is added or damaged. */
static cst_status read_cities(const cst_ablation *self, cst_text *out)
{
  cst_status st = CST_OK;
  cst_job look = {.comm = self->comm, .config = self->config};
  cst_text metadata = {0};
  CST_TRY(cst_metadata_read(self->config, &metadata));
  CST_TRY(cst_job_plan_metadata(&look, &metadata));
  for (size_t f = 0; f < look.folds.n; f++) {
    const char *name = look.folds.fold[f].name;
    cst_text_add_bytes(out, name, strlen(name) + 1);
  }
  CST_TRY(cst_text_status(out));
done:
  cst_job_drop_data(&look);
  cst_text_reset(&metadata);
  return st;
}

static cst_status add_cities(cst_ablation *self)
{
  cst_status st = CST_OK;
  cst_text names = {0};
  if (cst_comm_rank(self->comm) == 0) st = read_cities(self, &names);
  CST_TRY(cst_comm_share_text(self->comm, st, &names));
  for (size_t at = 0; at < names.bytes; at += strlen(names.data + at) + 1)
    if (cst_names_add(&self->folds, names.data + at) == CST_NONE)
      CST_TRY(cst_no_memory("folds", names.bytes, 1));
done:
  cst_text_reset(&names);
  return st;
}

static cst_status add_names(cst_ablation *self, size_t n, char *const *name)
{
  for (size_t i = 0; i < n; i++)
    if (cst_names_add(&self->folds, name[i]) == CST_NONE) return cst_no_memory("folds", n, 1);
  return CST_OK;
}

static cst_status list_folds(cst_ablation *self)
{
  static char official[] = "official";
  static char *const only[] = {official};
  const cst_config *c = self->config;
  if (c->split.spec.protocol == CST_SPLIT_OFFICIAL) return add_names(self, 1, only);
  if (c->ablation.held_out.n > 0)
    return add_names(self, c->ablation.held_out.n, c->ablation.held_out.item);
  if (c->split.held_out.n > 0) return add_names(self, c->split.held_out.n, c->split.held_out.item);
  if (c->split.spec.protocol == CST_SPLIT_GROUPS)
    return add_names(self, c->split.groups.n, c->split.groups.name);
  return add_cities(self);
}

/* --- cells --- */

static bool has_tier(const cst_config *c, const char *strategy)
{
  const char *tier = cst_tier_text(cst_job_tier(c, strategy));
  for (size_t i = 0; i < c->ablation.tiers.n; i++)
    if (strcmp(c->ablation.tiers.item[i], tier) == 0) return true;
  return c->ablation.tiers.n == 0;
}

static cst_status add_cell(cst_ablation *self, size_t setting, const char *strategy,
                           const char *held_out, int64_t seed)
{
  cst_status st = CST_OK;
  char fold[CST_SAFE_NAME_BYTES];
  const char *name = ablation_setting_name(self, setting);
  char *dir = ablation_setting_dir(self, self->dir, setting);
  cst_cell *grown = cst_realloc(self->cell, self->n + 1, sizeof *grown);
  if (grown) self->cell = grown;
  if (!grown || !dir) CST_TRY(cst_no_memory("cells", self->n + 1, sizeof *grown));
  cst_safe_name(held_out, fold);
  grown[self->n] =
      (cst_cell){.setting = name,
                 .of_setting = setting,
                 .strategy = strategy,
                 .tier = cst_job_tier(ablation_setting(self, setting), strategy),
                 .held_out = held_out,
                 .seed = seed,
                 .dir = cst_format("%s/%s/%s/seed-%lld", dir, strategy, fold, (long long)seed)};
  if (!grown[self->n++].dir) CST_TRY(cst_no_memory("cell", 1, 1));
done:
  cst_free(dir);
  return st;
}

static cst_status add_strategy(cst_ablation *self, size_t setting, const char *strategy)
{
  cst_status st = CST_OK;
  const cst_integers *seeds = &self->config->ablation.seeds;
  const int64_t own = self->config->seed, *seed = seeds->n > 0 ? seeds->item : &own;
  if (!has_tier(ablation_setting(self, setting), strategy)) return CST_OK;
  for (size_t f = 0; f < self->folds.n; f++)
    for (size_t s = 0; s == 0 || s < seeds->n; s++)
      CST_TRY(add_cell(self, setting, strategy, self->folds.item[f], seed[s]));
done:
  return st;
}

static cst_status add_setting(cst_ablation *self, size_t setting)
{
  cst_status st = CST_OK;
  const cst_strings *chosen = &self->config->ablation.strategies;
  const char *const *all = cst_strategy_names();
  for (size_t i = 0; i < chosen->n; i++) CST_TRY(add_strategy(self, setting, chosen->item[i]));
  for (size_t i = 0; chosen->n == 0 && all[i]; i++) CST_TRY(add_strategy(self, setting, all[i]));
done:
  return st;
}

static cst_status make_settings(cst_ablation *self)
{
  cst_status st = CST_OK;
  const size_t n = self->config->ablation.settings.n;
  if (n == 0) return CST_OK;
  CST_ALLOC(self->setting, n);
  for (; self->settings < n; self->settings++)
    CST_TRY(cst_config_setting(self->config, self->settings, &self->setting[self->settings]));
done:
  return st;
}

static cst_status add_cells(cst_ablation *self)
{
  cst_status st = CST_OK;
  for (size_t i = 0; i == 0 || i < self->settings; i++) CST_TRY(add_setting(self, i));
  if (self->n == 0)
    CST_FAIL(CST_ERR_USAGE,
             "%s: the grid has no cells: no strategy of ablation.strategies is in "
             "ablation.tiers",
             self->config->source);
done:
  return st;
}

static cst_status create(const char *dir, const cst_config *config, cst_ablation **out)
{
  cst_status st = CST_OK;
  CST_ALLOC(*out, 1);
  (*out)->dir = dir ? cst_strdup(dir) : cst_job_default_dir(config);
  if (!(*out)->dir) st = cst_no_memory("path", 1, 1);
done:
  return st;
}

cst_status cst_ablation_open(cst_comm *comm, const cst_config *config, const char *dir, int argc,
                             char **argv, cst_ablation **out)
{
  cst_status st = CST_OK;
  cst_ablation *self = NULL;
  *out = NULL;
  CST_TRY(cst_comm_agree(comm, create(dir, config, &self)));
  self->comm = comm;
  self->config = config;
  self->argc = argc;
  self->argv = argv;
  st = list_folds(self);
  if (st == CST_OK) st = make_settings(self);
  if (st == CST_OK) st = add_cells(self);
  CST_TRY(cst_comm_agree_alike(comm, st));
  *out = self;
  self = NULL;
done:
  cst_ablation_close(&self);
  return st;
}

void cst_ablation_close(cst_ablation **pointer)
{
  cst_ablation *self = *pointer;
  if (!self) return;
  for (size_t k = 0; k < self->n; k++) cst_free(self->cell[k].dir);
  cst_free(self->cell);
  for (size_t i = 0; i < self->settings; i++) cst_config_destroy(&self->setting[i]);
  cst_free(self->setting);
  cst_names_reset(&self->folds);
  cst_free(self->dir);
  cst_free(self);
  *pointer = NULL;
}

const char *cst_ablation_dir(const cst_ablation *self) { return self->dir; }
size_t cst_ablation_cells(const cst_ablation *self) { return self->n; }
const cst_cell *cst_ablation_cell(const cst_ablation *self, size_t k)
{
  CST_ASSERT(k < self->n);
  return &self->cell[k];
}
