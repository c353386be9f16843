/*
 * Files, what they extend, and overrides, laid over one another into one cst_config.
 *
 * A layer is a parsed text.  Layers are applied from the most basic file to the last override; each
 * value remembers where it was written, so that a later check can point there.  All layers live
 * until the configuration is complete.
 */
#include "reading.h"

#include "cassette/file.h"
#include "cassette/memory.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CHAIN = 16 };

typedef struct layer {
  char *name;      /* file, or "override 'x=y'" */
  char *real_name; /* file: canonical path, from realpath(); free() */
  cst_node *root;
  struct layer *before; /* list of all layers, for release */
} layer;

static cst_status push_layer(cst_reading *r, char *name, layer **out)
{
  cst_status st = CST_OK;

  *out = NULL;
  if (!name) CST_TRY(cst_no_memory("a configuration's name", 1, 1));
  CST_ALLOC(*out, 1);
  (*out)->name = name;
  (*out)->before = r->layers;
  r->layers = *out;
  name = NULL;
done:
  cst_free(name);
  return st;
}

void cst_reading_reset(cst_reading *r)
{
  while (r->layers) {
    layer *last = r->layers;
    r->layers = last->before;
    cst_tree_destroy(&last->root);
    cst_free(last->name);
    free(last->real_name);
    cst_free(last);
  }
  cst_config_destroy(&r->config);
}

/* Whole file, up to the limit of a configuration; works for pipes too. */
static cst_status read_text(const char *path, const cst_node *extends, char **text, size_t *bytes)
{
  cst_status st = CST_OK;
  const cst_place at = extends ? extends->at : (cst_place){.file = path};
  const char *which = extends ? path : "this configuration";
  FILE *file = NULL;
  char *data = NULL;
  const size_t capacity = CST_YAML_MAX_BYTES + 1; /* one more byte than allowed shows the excess */

  *text = NULL;
  CST_ALLOC(data, capacity + 1);
  file = fopen(path, "rb");
  if (!file) CST_TRY(cst_lost_file(at, "open", path, which, errno));
  *bytes = fread(data, 1, capacity, file);
  if (ferror(file)) CST_TRY(cst_lost_file(at, "read", path, which, errno));
  if (!cst_config_is_resolved(data)) cst_input_keep(path); /* somebody's own words */
  *text = data;
  data = NULL;
done:
  if (file) fclose(file);
  cst_free(data);
  return st;
}

static cst_status apply_key(cst_reading *r, const cst_key *key, const cst_node *value)
{
  const cst_status st = cst_value_set(key, value, r->config);
  if (st == CST_OK) r->origin[key - cst_schema] = value->at;
  return st;
}

static cst_status apply_section(cst_reading *r, const char *section, const cst_node *map)
{
  cst_status st = CST_OK;

  if (cst_node_is_null(map)) goto done; /* all of its keys are commented out */
  if (map->kind != CST_NODE_MAP)
    CST_TRY(cst_blame(map->at, "section '%s' needs keys below it, indented", section));
  for (size_t i = 0; i < map->n; i++) {
    const cst_key *key = cst_schema_find(section, map->key[i]->text);
    if (!key) CST_TRY(cst_unknown_key(section, map->key[i]));
    CST_TRY(apply_key(r, key, map->item[i]));
  }
done:
  return st;
}

static cst_status apply(cst_reading *r, const cst_node *root)
{
  cst_status st = CST_OK;

  for (size_t i = 0; i < root->n; i++) {
    const char *name = root->key[i]->text;
    const cst_key *key = cst_schema_find("", name);
    if (key)
      CST_TRY(apply_key(r, key, root->item[i]));
    else if (*name && cst_section_help(name))
      CST_TRY(apply_section(r, name, root->item[i]));
    else if (strcmp(name, "extends") != 0)
      CST_TRY(cst_unknown_key("", root->key[i]));
  }
done:
  return st;
}

static cst_status parse_layer(layer *self, const char *text, size_t bytes)
{
  cst_status st = CST_OK;
  const cst_place start = {self->name, 1, 1};

  CST_TRY(cst_tree_parse(text, bytes, start, &self->root));
  if (!self->root)
    CST_TRY(cst_blame((cst_place){.file = self->name}, "holds no keys: it needs at least 'dataset:'"
                                                       " with a 'root:', or 'extends:'"));
  if (self->root->kind != CST_NODE_MAP)
    CST_TRY(cst_blame(self->root->at, "expected 'key: value' lines"));
done:
  return st;
}

static const cst_node *find_extends(const layer *self)
{
  for (size_t i = 0; i < self->root->n; i++)
    if (strcmp(self->root->key[i]->text, "extends") == 0) return self->root->item[i];
  return NULL;
}

/* Files that extend one another, from the first to the one that closes the circle. */
static cst_status refuse_cycle(layer *const *chain, size_t n, const cst_node *extends,
                               const char *path)
{
  cst_status st = CST_OK;
  cst_text names = {0};

  for (size_t i = 0; i < n; i++) cst_text_add(&names, "%s -> ", chain[i]->name);
  cst_text_add(&names, "%s", path);
  CST_TRY(cst_text_status(&names));
  st = cst_blame(extends->at, "extends goes in a circle: %s", names.data);
done:
  cst_text_reset(&names);
  return st;
}

/* Parse @p path into a new layer.  @p extends is the node that names it, NULL for the first. */
static cst_status load_layer(cst_reading *r, const char *path, const cst_node *extends,
                             layer *const *chain, size_t n, layer **out)
{
  cst_status st = CST_OK;
  char *text = NULL;
  size_t bytes = 0;

  CST_TRY(push_layer(r, cst_strdup(path), out));
  CST_TRY(read_text(path, extends, &text, &bytes));
  (*out)->real_name = realpath(path, NULL);
  for (size_t i = 0; extends && (*out)->real_name && i < n; i++)
    if (chain[i]->real_name && strcmp(chain[i]->real_name, (*out)->real_name) == 0)
      CST_TRY(refuse_cycle(chain, n, extends, path));
  if (n == MAX_CHAIN)
    CST_TRY(cst_blame(extends->at, "extends: a chain of more than %d files", MAX_CHAIN));
  CST_TRY(parse_layer(*out, text, bytes));
done:
  cst_free(text);
  return st;
}

/* Path of an extended file, relative to the file that names it. */
static cst_status extended_path(const layer *from, const cst_node *extends, char **path)
{
  cst_status st = CST_OK;
  char *dir = NULL;

  *path = NULL;
  if (extends->kind != CST_NODE_SCALAR || cst_node_is_null(extends) || !*extends->text)
    CST_TRY(cst_blame(extends->at, "extends: expected the name of one YAML file"));
  dir = cst_path_dir(from->name);
  if (dir)
    *path = strcmp(dir, ".") == 0 ? cst_strdup(extends->text) : cst_path_join(dir, extends->text);
  if (!*path) st = cst_no_memory("a path", strlen(extends->text), 1);
done:
  cst_free(dir);
  return st;
}

static cst_status apply_files(cst_reading *r, const char *path)
{
  cst_status st = CST_OK;
  layer *chain[MAX_CHAIN + 1] = {NULL};
  const cst_node *extends = NULL;
  char *next = NULL;
  size_t n = 0;

  CST_TRY(load_layer(r, path, NULL, chain, 0, &chain[0]));
  n = 1;
  while ((extends = find_extends(chain[n - 1]))) {
    cst_free(next);
    CST_TRY(extended_path(chain[n - 1], extends, &next));
    CST_TRY(load_layer(r, next, extends, chain, n, &chain[n]));
    n++;
  }
  for (size_t i = n; i-- > 0;) {
    r->origin[0] = (cst_place){0}; /* a name is not inherited: two runs would share a directory */
    cst_value_reset(&cst_schema[0], r->config);
    CST_TRY(apply(r, chain[i]->root));
  }
done:
  cst_free(next);
  return st;
}

cst_status cst_reading_override(cst_reading *r, const char *text)
{
  cst_status st = CST_OK;
  char shown[CST_SHOWN_BYTES];
  const char *equals = strchr(text, '=');
  const cst_key *key = NULL;
  layer *self = NULL;

  CST_TRY(push_layer(r, cst_format("override '%s'", cst_shown(text, shown)), &self));
  if (!equals) CST_TRY(cst_blame((cst_place){.file = self->name}, "expected section.key=value"));
  CST_TRY(
      cst_schema_find_path((cst_place){.file = self->name}, text, (size_t)(equals - text), &key));
  CST_TRY(
      cst_tree_parse(equals + 1, strlen(equals + 1), (cst_place){.file = self->name}, &self->root));
  if (self->root) {
    CST_TRY(apply_key(r, key, self->root));
  } else { /* `dataset.truth=` clears what may be ""; anything else needs a value */
    cst_node empty = {.at = {.file = self->name}, .text = (char *)"", .plain = equals[1] != '\0'};
    if (key->kind != CST_KEY_TEXT && key->kind != CST_KEY_PRETRAIN) empty.plain = true;
    CST_TRY(apply_key(r, key, &empty));
  }
done:
  return st;
}

/* Keys that nothing set: from another section, or the table's default. */
static cst_status fill_in(cst_reading *r)
{
  cst_status st = CST_OK;

  for (size_t i = 0; i < cst_schema_keys; i++) {
    const cst_key *key = &cst_schema[i];
    if (r->origin[i].file) continue;
    if (key->inherits) { /* stands further up in the table, so it is complete */
      const cst_key *from = cst_schema_find(key->inherits, key->key);
      cst_value_inherit(key, from, r->config);
      r->origin[i] = r->origin[from - cst_schema];
    } else {
      CST_TRY(cst_value_default(key, r->config));
    }
  }
done:
  return st;
}

/* "configs/demo.yaml" is run "demo". */
static cst_status name_after_file(cst_reading *r)
{
  cst_config *config = r->config;
  const char *name = cst_path_name(config->source);
  size_t n = strlen(name);

  if (*config->name || r->origin[0].file) return CST_OK;
  if (n > 5 && strcmp(name + n - 5, ".yaml") == 0)
    n -= 5;
  else if (n > 4 && strcmp(name + n - 4, ".yml") == 0)
    n -= 4;
  cst_free(config->name);
  config->name = cst_strndup(name, n);
  return config->name ? CST_OK : cst_no_memory("a name", n, 1);
}

/* Start with an empty configuration; the caller applies layers in between. */
static cst_status begin(cst_reading *r, const char *source)
{
  cst_status st = CST_OK;

  CST_ALLOC(r->config, 1);
  cst_model_defaults(&r->config->model.spec); /* what has no key */
  r->config->source = cst_strdup(source);
  if (!r->config->source) st = cst_no_memory("a path", strlen(source), 1);
done:
  return st;
}

cst_status cst_reading_finish(cst_reading *r, cst_config **out)
{
  cst_status st = CST_OK;

  CST_TRY(cst_settings_inherit(r));
  CST_TRY(fill_in(r));
  CST_TRY(name_after_file(r));
  CST_TRY(cst_config_check(r));
  CST_TRY(cst_settings_check(r));
  *out = r->config;
  r->config = NULL;
done:
  return st;
}

cst_status cst_config_read(const char *path, size_t n_overrides, const char *const *overrides,
                           cst_config **out)
{
  cst_status st = CST_OK;
  cst_reading r = {0};

  *out = NULL;
  CST_TRY(begin(&r, path));
  CST_TRY(apply_files(&r, path));
  for (size_t i = 0; i < n_overrides; i++) CST_TRY(cst_reading_override(&r, overrides[i]));
  CST_TRY(cst_reading_finish(&r, out));
done:
  cst_reading_reset(&r);
  return st;
}

cst_status cst_reading_begin(cst_reading *r, const char *text, size_t bytes, const char *name)
{
  cst_status st = CST_OK;
  layer *only = NULL;
  const cst_node *extends;

  CST_TRY(begin(r, name));
  CST_TRY(push_layer(r, cst_strdup(name), &only));
  CST_TRY(parse_layer(only, text, bytes));
  extends = find_extends(only);
  if (extends) CST_TRY(cst_blame(extends->at, "extends: not possible here, only in a file"));
  CST_TRY(apply(r, only->root));
done:
  return st;
}

cst_status cst_config_parse(const char *text, size_t bytes, const char *name, cst_config **out)
{
  cst_status st = CST_OK;
  cst_reading r = {0};

  *out = NULL;
  CST_TRY(cst_reading_begin(&r, text, bytes, name));
  CST_TRY(cst_reading_finish(&r, out));
done:
  cst_reading_reset(&r);
  return st;
}

void cst_config_destroy(cst_config **self)
{
  cst_config *config = *self;

  if (!config) return;
  for (size_t i = 0; i < cst_schema_keys; i++) cst_value_reset(&cst_schema[i], config);
  cst_free(config->source);
  cst_free(config);
  *self = NULL;
}
