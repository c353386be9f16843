/*
 * Typed values of configuration keys.  yes and no are refused: YAML 1.1 and 1.2 disagree on them.
 */
#include "value.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 64 };

static cst_status set_bool(const cst_key *key, const cst_node *node, bool *out)
{
  static const char *const names[] = {"false", "False", "FALSE", "true", "True", "TRUE"};

  for (size_t i = 0; cst_value_is_plain(node) && i < 6; i++)
    if (strcmp(node->text, names[i]) == 0) {
      *out = i >= 3;
      return CST_OK;
    }
  return cst_wrong_type(key, node, "true or false");
}

/* One number more at the end of the list. */
static cst_status append(const cst_key *key, const cst_node *item, cst_integers *list)
{
  char path[PATH_BYTES];
  const cst_status st = cst_value_integer(key, item, &list->item[list->n]);

  if (st != CST_OK) return st;
  for (size_t j = 0; j < list->n && !key->repeats; j++)
    if (list->item[j] == list->item[list->n])
      return cst_blame(item->at, "%s: %lld appears twice", cst_key_path(key, path, sizeof path),
                       (long long)list->item[j]);
  list->n++;
  return CST_OK;
}

static cst_status set_integers(const cst_key *key, const cst_node *node, cst_integers *out)
{
  cst_status st = CST_OK;
  const size_t each = key->kind == CST_KEY_PAIRS ? 2 : 1; /* numbers of an entry */
  char path[PATH_BYTES];
  cst_integers list = {0};

  if (node->kind != CST_NODE_LIST)
    CST_TRY(cst_wrong_type(key, node,
                           each == 2 ? "a list of pairs: [[2, 2], [2, 1]]" : "a list: [1, 2]"));
  if (node->n > 0) CST_ALLOC(list.item, 2 * node->n);
  for (size_t i = 0; i < node->n; i++) {
    const cst_node *item = node->item[i];
    if (each == 2 && (item->kind != CST_NODE_LIST || item->n != 2))
      CST_TRY(
          cst_blame(item->at, "%s: expected a pair: [2, 2]", cst_key_path(key, path, sizeof path)));
    for (size_t j = 0; j < each; j++) CST_TRY(append(key, each == 2 ? item->item[j] : item, &list));
  }
  cst_free(out->item);
  *out = list;
  list.item = NULL;
done:
  cst_free(list.item);
  return st;
}

void cst_groups_reset(cst_groups *groups)
{
  for (size_t i = 0; i < groups->n; i++) {
    cst_free(groups->name[i]);
    cst_strings_reset(&groups->members[i]);
  }
  cst_free(groups->name);
  cst_free(groups->members);
  *groups = (cst_groups){0};
}

static cst_status set_groups(const cst_key *key, const cst_node *node, cst_groups *out)
{
  cst_status st = CST_OK;
  cst_groups groups = {0};

  if (node->kind != CST_NODE_MAP)
    CST_TRY(cst_wrong_type(key, node, "groups of names: {north: [a, b], south: [c]}"));
  if (node->n > 0) {
    CST_ALLOC(groups.name, node->n);
    CST_ALLOC(groups.members, node->n);
  }
  for (size_t i = 0; i < node->n; i++) {
    CST_TRY(cst_value_copy(key, node->key[i], CST_NAME_MAX_BYTES, &groups.name[i]));
    groups.n++;
    if (!*groups.name[i]) CST_TRY(cst_wrong_type(key, node->key[i], "a group's name"));
    CST_TRY(cst_value_list(key, node->item[i], &groups.members[i]));
  }
  cst_groups_reset(out);
  *out = groups;
  groups = (cst_groups){0};
done:
  cst_groups_reset(&groups);
  return st;
}

cst_status cst_value_set(const cst_key *key, const cst_node *node, cst_config *config)
{
  void *field = cst_key_field(key, config);
  int64_t integer;
  size_t index;
  cst_status st;

  switch (key->kind) {
  case CST_KEY_INTEGER:
    st = cst_value_integer(key, node, &integer);
    if (st == CST_OK) cst_key_set_integer(key, integer, config);
    return st;
  case CST_KEY_REAL:
    return cst_value_real(key, node, field);
  case CST_KEY_BOOL:
    return set_bool(key, node, field);
  case CST_KEY_TEXT:
    return cst_value_text(key, node, field);
  case CST_KEY_ENUM:
    st = cst_value_name(key, node, &index);
    if (st == CST_OK) *(int *)field = (int)index;
    return st;
  case CST_KEY_LIST:
    return cst_value_list(key, node, field);
  case CST_KEY_INTEGERS:
  case CST_KEY_PAIRS:
    return set_integers(key, node, field);
  case CST_KEY_VIEW:
    return cst_view_set(key, node, field);
  case CST_KEY_SETTINGS:
    return cst_settings_set(key, node, field);
  case CST_KEY_PRETRAIN:
    return cst_pretrain_sets_set(key, node, field);
  case CST_KEY_GROUPS:
    break;
  }
  return set_groups(key, node, field);
}

bool cst_value_absent(const cst_key *key, const cst_config *config)
{
  if (key->kind == CST_KEY_REAL) return isnan(*(const double *)cst_key_value(key, config));
  return key->kind == CST_KEY_INTEGER && cst_key_integer(key, config) == CST_ABSENT;
}

static void set_absent(const cst_key *key, cst_config *config)
{
  CST_ASSERT(key->kind == CST_KEY_REAL || key->kind == CST_KEY_INTEGER);
  if (key->kind == CST_KEY_REAL)
    *(double *)cst_key_field(key, config) = NAN;
  else
    cst_key_set_integer(key, CST_ABSENT, config);
}

cst_status cst_value_default(const cst_key *key, cst_config *config)
{
  /* A default goes the way a written value goes, so it cannot be one that would be refused. */
  cst_node node = {.at = {.file = "default"}, .kind = CST_NODE_SCALAR}, *list = NULL;
  cst_status st = CST_OK;

  if (key->absent) {
    set_absent(key, config);
    goto done;
  }
  if (key->kind == CST_KEY_INTEGERS || key->kind == CST_KEY_PAIRS) {
    CST_TRY(cst_tree_parse(key->fallback, strlen(key->fallback), node.at, &list));
    st = cst_value_set(key, list, config);
    goto done;
  }
  if (cst_key_is_empty_at_first(key)) {
    cst_value_reset(key, config);
    goto done;
  }
  node.plain = key->kind != CST_KEY_TEXT;
  node.text = (char *)(key->fallback ? key->fallback : "");
  st = cst_value_set(key, &node, config);
done:
  cst_tree_destroy(&list);
  return st;
}

void cst_value_inherit(const cst_key *key, const cst_key *from, cst_config *config)
{
  CST_ASSERT(key->kind == from->kind);
  if (key->kind == CST_KEY_INTEGER)
    cst_key_set_integer(key, cst_key_integer(from, config), config);
  else if (key->kind == CST_KEY_REAL)
    *(double *)cst_key_field(key, config) = *(const double *)cst_key_value(from, config);
  else if (key->kind == CST_KEY_ENUM)
    *(int *)cst_key_field(key, config) = *(const int *)cst_key_value(from, config);
  else
    CST_ASSERT(!"only numbers and enums are inherited");
}

void cst_value_reset(const cst_key *key, cst_config *config)
{
  void *field = cst_key_field(key, config);

  if (key->kind == CST_KEY_TEXT) {
    cst_free(*(char **)field);
    *(char **)field = NULL;
  } else if (key->kind == CST_KEY_LIST) {
    cst_strings_reset(field);
  } else if (key->kind == CST_KEY_INTEGERS || key->kind == CST_KEY_PAIRS) {
    cst_integers *list = field;
    cst_free(list->item);
    *list = (cst_integers){0};
  } else if (key->kind == CST_KEY_GROUPS || key->kind == CST_KEY_SETTINGS) {
    cst_groups_reset(field);
  } else if (key->kind == CST_KEY_PRETRAIN) {
    cst_pretrain_sets_reset(field);
  }
}
