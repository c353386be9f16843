/* The configurations of an ablation's cells, and which of them pre-train alike.  Contract in
 * ablation_cells.h. */
#include "ablation_cells.h"

#include "cassette/memory.h"

#include <string.h>

enum { NAME_BYTES = 128 }; /* that a configuration allows for its name */

/* --- settings: a grid without any is one of its own configuration --- */

const cst_config *ablation_setting(const cst_ablation *self, size_t i)
{
  return self->settings ? self->setting[i] : self->config;
}

const char *ablation_setting_name(const cst_ablation *self, size_t i)
{
  return self->settings ? self->config->ablation.settings.name[i] : NULL;
}

char *ablation_setting_dir(const cst_ablation *self, const char *dir, size_t i)
{
  const char *name = ablation_setting_name(self, i);
  return name ? cst_format("%s/setting-%s", dir, name) : cst_strdup(dir);
}

/* --- copies --- */

static cst_status copy_config(const cst_config *config, cst_config **out)
{
  cst_status st = CST_OK;
  cst_text text = {0};
  *out = NULL;
  CST_TRY(cst_config_text(config, &text));
  CST_TRY(cst_config_parse(text.data, text.bytes, config->source, out));
done:
  cst_text_reset(&text);
  return st;
}

static cst_status replace(char **field, char *text)
{
  if (!text) return cst_no_memory("a configuration text", 1, 1);
  cst_free(*field);
  *field = text;
  return CST_OK;
}

static cst_status hold_out(cst_strings *list, const char *name)
{
  cst_status st = CST_OK;
  for (size_t i = 0; i < list->n; i++) cst_free(list->item[i]);
  cst_free(list->item);
  *list = (cst_strings){0};
  CST_ALLOC(list->item, 1);
  list->item[0] = cst_strdup(name);
  if (!list->item[0]) CST_TRY(cst_no_memory("fold", 1, 1));
  list->n = 1;
done:
  return st;
}

/* A copy with the features of all cells. */
static cst_status share_config(const cst_ablation *self, const cst_config *config, cst_config **out)
{
  cst_status st = CST_OK;
  CST_TRY(copy_config(config, out));
  if (!*(*out)->features.store)
    CST_TRY(replace(&(*out)->features.store, cst_format("%s/shared/features", self->dir)));
done:
  if (st != CST_OK) cst_config_destroy(out);
  return st;
}

cst_status ablation_shared_config(const cst_ablation *self, cst_config **out)
{
  return share_config(self, self->config, out);
}

/* --- what is pre-trained alike --- */

/* Not the keys of what comes after pre-training, which is supervised, and not how the setting is
 * called.  A key that is not known here may bear on it. */
static bool before_pretrained(const char *section, const char *key)
{
  static const char *const after[] = {"finetune", "student", "teacher", "evaluate", "ablation"};
  if (strcmp(section, "strategy") == 0) return strncmp(key, "ema", 3) == 0;
  for (size_t i = 0; i < sizeof after / sizeof *after; i++)
    if (strcmp(section, after[i]) == 0) return false;
  return true;
}

static cst_status pretrain_alike(const cst_config *a, const cst_config *b, bool *out)
{
  cst_status st = CST_OK;
  cst_text x = {0}, y = {0};
  *out = false;
  CST_TRY(cst_config_text_of(a, before_pretrained, &x));
  CST_TRY(cst_config_text_of(b, before_pretrained, &y));
  *out = strcmp(x.data, y.data) == 0;
done:
  cst_text_reset(&x);
  cst_text_reset(&y);
  return st;
}

/* The first setting that pre-trains as that of the cell does. */
static cst_status pretrain_setting(const cst_ablation *self, const cst_cell *cell, size_t *out)
{
  cst_status st = CST_OK;
  const size_t own = cell->of_setting;
  bool alike = false;
  for (*out = 0; *out < own; (*out)++) {
    CST_TRY(pretrain_alike(self->setting[*out], self->setting[own], &alike));
    if (alike) break;
  }
done:
  return st;
}

cst_status ablation_pretrain_config(const cst_ablation *self, const cst_cell *cell,
                                    cst_config **out)
{
  cst_status st = CST_OK;
  size_t setting = 0;
  *out = NULL;
  CST_TRY(pretrain_setting(self, cell, &setting));
  CST_TRY(share_config(self, ablation_setting(self, setting), out));
  (*out)->seed = cell->seed;
done:
  return st;
}

cst_status ablation_pretrain_dir(const cst_ablation *self, const cst_cell *cell, char **out)
{
  cst_status st = CST_OK;
  char *shared = cst_path_join(self->dir, "shared"), *dir = NULL;
  size_t setting = 0;
  *out = NULL;
  CST_TRY(pretrain_setting(self, cell, &setting));
  if (shared) dir = ablation_setting_dir(self, shared, setting);
  if (dir) *out = cst_format("%s/seed-%lld", dir, (long long)cell->seed);
  if (!*out) CST_TRY(cst_no_memory("path", 1, 1));
done:
  cst_free(dir);
  cst_free(shared);
  return st;
}

/* --- a cell --- */

/* "NAME-SETTING-STRATEGY-FOLD-SEED", the fold as in the name of its directory. */
static char *cell_name(const char *grid, const cst_cell *cell)
{
  char fold[CST_SAFE_NAME_BYTES], safe[CST_SAFE_NAME_BYTES];
  cst_safe_name(cell->held_out, fold);
  char *name =
      cst_format("%s%s%s-%s-%s-%lld", grid, cell->setting ? "-" : "",
                 cell->setting ? cell->setting : "", cell->strategy, fold, (long long)cell->seed);
  if (!name || strlen(name) <= NAME_BYTES) return name;
  cst_safe_name(name, safe);
  cst_free(name);
  return cst_strdup(safe);
}

cst_status ablation_cell_config(const cst_ablation *self, size_t k, cst_config **out)
{
  cst_status st = CST_OK;
  const cst_cell *cell = &self->cell[k];
  CST_TRY(share_config(self, ablation_setting(self, cell->of_setting), out));
  cst_config *c = *out;
  c->seed = cell->seed;
  CST_TRY(replace(&c->name, cell_name(c->name, cell)));
  CST_TRY(replace(&c->strategy.name, cst_strdup(cell->strategy)));
  if (c->split.spec.protocol != CST_SPLIT_OFFICIAL)
    CST_TRY(hold_out(&c->split.held_out, cell->held_out));
done:
  if (st != CST_OK) cst_config_destroy(out);
  return st;
}
