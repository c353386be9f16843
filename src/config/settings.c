/*
 * Settings of an ablation: named sets of other values.
 *
 * A setting is kept as "section.key=value" in the order it was written, each value as the resolved
 * file would have it, so that it can be laid over a configuration like a word of the command line.
 */
#include "reading.h"

#include "cassette/memory.h"

#include <string.h>

enum { NAME_BYTES = 64, PATH_BYTES = 64 };

/* A name is part of a path and of a sentence. */
static cst_status check_name(const cst_node *name)
{
  char shown[CST_SHOWN_BYTES];
  const char *text = name->text;
  const size_t bytes = strlen(text);
  if (bytes > 0 && bytes <= NAME_BYTES && *text != '.' && *text != '-' &&
      text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")] ==
          '\0')
    return CST_OK;
  return cst_blame(
      name->at,
      "ablation.settings: '%s' cannot name a setting: use 1 to %d of a-z, A-Z, 0-9, _, "
      "- and ., not '.' or '-' in front",
      cst_shown(text, shown), NAME_BYTES);
}

/* Cells are compared: on the same data, and each in a directory that says which cell it is. */
static cst_status check_key(const cst_key *key, const cst_node *node)
{
  static const char *const same[] = {"dataset", "features", "split"};
  char path[PATH_BYTES];
  const char *why = NULL;
  cst_key_path(key, path, sizeof path);
  for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    if (strcmp(key->section, same[i]) == 0) why = "cells of other data do not compare";
  if (strcmp(key->section, "ablation") == 0) why = "a grid has no grids in it";
  if (strcmp(key->section, "run") == 0 || strcmp(path, "name") == 0) why = "it changes no result";
  if (strcmp(path, "seed") == 0) why = "ablation.seeds has the seeds";
  if (strcmp(path, "strategy.name") == 0) why = "ablation.strategies has the strategies";
  if (!why) return CST_OK;
  return cst_blame(node->at, "ablation.settings: a setting cannot have %s: %s", path, why);
}

/* "section.key=value" of one value. */
static cst_status add_value(const cst_node *name, const cst_node *value, cst_strings *out)
{
  cst_status st = CST_OK;
  const cst_key *key = NULL;
  cst_config *scratch = NULL;
  cst_text text = {0};
  char path[PATH_BYTES];

  CST_TRY(cst_schema_find_path(name->at, name->text, strlen(name->text), &key));
  CST_TRY(check_key(key, name));
  CST_ALLOC(scratch, 1);
  CST_TRY(cst_value_set(key, value, scratch));
  cst_text_add(&text, "%s=", cst_key_path(key, path, sizeof path));
  cst_value_add(key, scratch, &text);
  CST_TRY(cst_text_status(&text));
  out->item[out->n++] = text.data;
  text.data = NULL;
done:
  if (scratch) cst_value_reset(key, scratch);
  cst_free(scratch);
  cst_text_reset(&text);
  return st;
}

cst_status cst_settings_set(const cst_key *key, const cst_node *node, cst_groups *out)
{
  cst_status st = CST_OK;
  static const char wanted[] = "values of keys: {augment.mixup: 0.3, strategy.ema: 0}";
  cst_groups made = {0};

  if (node->kind != CST_NODE_MAP)
    CST_TRY(cst_wrong_type(key, node, "settings: {plain: {}, mixup: {augment.mixup: 0.3}}"));
  if (node->n > 0) {
    CST_ALLOC(made.name, node->n);
    CST_ALLOC(made.members, node->n);
  }
  for (size_t i = 0; i < node->n; i++) {
    const cst_node *values = node->item[i];
    CST_TRY(check_name(node->key[i]));
    if (values->kind != CST_NODE_MAP) CST_TRY(cst_wrong_type(key, values, wanted));
    made.name[i] = cst_strdup(node->key[i]->text);
    made.n++;
    if (!made.name[i]) CST_TRY(cst_no_memory("a name", 1, 1));
    /* room for what stages inherit of each value, too */
    CST_ALLOC(made.members[i].item, 4 * values->n + 1);
    for (size_t v = 0; v < values->n; v++)
      CST_TRY(add_value(values->key[v], values->item[v], &made.members[i]));
  }
  cst_groups_reset(out);
  *out = made;
  made = (cst_groups){0};
done:
  cst_groups_reset(&made);
  return st;
}

/* --- inheritance --- */

/* The value of @p key in a setting, NULL if it has none. */
static const char *value_of(const cst_strings *values, const cst_key *key)
{
  char path[PATH_BYTES];
  const size_t bytes = strlen(cst_key_path(key, path, sizeof path));
  for (size_t v = 0; v < values->n; v++)
    if (strncmp(values->item[v], path, bytes) == 0 && values->item[v][bytes] == '=')
      return values->item[v] + bytes + 1;
  return NULL;
}

cst_status cst_settings_inherit(const cst_reading *r)
{
  const cst_groups *settings = &r->config->ablation.settings;
  char path[PATH_BYTES];

  for (size_t i = 0; i < settings->n; i++) {
    cst_strings *values = &settings->members[i];
    for (size_t k = 0; k < cst_schema_keys; k++) {
      const cst_key *key = &cst_schema[k];
      if (!key->inherits || r->origin[k].file || value_of(values, key)) continue;
      const char *value = value_of(values, cst_schema_find(key->inherits, key->key));
      if (!value) continue;
      char *own = cst_format("%s=%s", cst_key_path(key, path, sizeof path), value);
      if (!own) return cst_no_memory("a setting", 1, 1);
      values->item[values->n++] = own;
    }
  }
  return CST_OK;
}
