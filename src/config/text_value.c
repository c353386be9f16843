/* Texts, names out of a list, and lists of either.  Contract in value.h. */
#include "value.h"

#include "cassette/memory.h"
#include "cassette/spelling.h"
#include "cassette/utf8.h"

#include <string.h>

enum { PATH_BYTES = 64 };

/* Index of the node's text among the key's names. */
cst_status cst_value_name(const cst_key *key, const cst_node *node, size_t *out)
{
  cst_status st = CST_OK;
  char path[PATH_BYTES], shown[CST_SHOWN_BYTES];
  cst_text range = {0};
  const char *near;
  size_t n = 0;

  *out = 0;
  if (node->kind != CST_NODE_SCALAR || cst_node_is_null(node))
    CST_TRY(cst_wrong_type(key, node, "a name"));
  for (; cst_key_names(key)[n]; n++)
    if (strcmp(node->text, cst_key_names(key)[n]) == 0) {
      *out = n;
      goto done;
    }
  cst_key_range(key, &range);
  CST_TRY(cst_text_status(&range));
  near = cst_nearest(node->text, n, cst_key_names(key));
  st = cst_blame(node->at, "%s: unknown value '%s'%s%s%s; allowed: %s",
                 cst_key_path(key, path, sizeof path), cst_shown(node->text, shown),
                 near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "", range.data);
done:
  cst_text_reset(&range);
  return st;
}

cst_status cst_value_copy(const cst_key *key, const cst_node *node, size_t max, char **out)
{
  char path[PATH_BYTES];

  *out = NULL;
  if (node->kind != CST_NODE_SCALAR) return cst_wrong_type(key, node, "a text (\"\" for none)");
  if (strlen(node->text) > max)
    return cst_blame(node->at, "%s: longer than %zu bytes", cst_key_path(key, path, sizeof path),
                     max);
  *out = key->of_tables ? cst_utf8_name(node->text) : cst_strdup(node->text);
  return *out ? CST_OK : cst_no_memory("a configuration text", strlen(node->text) + 1, 1);
}

cst_status cst_value_text(const cst_key *key, const cst_node *node, char **out)
{
  cst_status st = CST_OK;
  size_t ignored;
  char *text = NULL;

  if (cst_key_names(key)) CST_TRY(cst_value_name(key, node, &ignored));
  if (cst_node_is_null(node)) CST_TRY(cst_wrong_type(key, node, "a text (\"\" for none)"));
  CST_TRY(cst_value_copy(key, node, CST_TEXT_MAX_BYTES, &text));
  cst_free(*out);
  *out = text;
done:
  return st;
}

void cst_strings_reset(cst_strings *list)
{
  for (size_t i = 0; i < list->n; i++) cst_free(list->item[i]);
  cst_free(list->item);
  *list = (cst_strings){0};
}

/* A list of names: not empty texts, none twice.  In a list Null is a name like any other. */
cst_status cst_value_list(const cst_key *key, const cst_node *node, cst_strings *out)
{
  cst_status st = CST_OK;
  char path[PATH_BYTES], shown[CST_SHOWN_BYTES];
  cst_strings list = {0};

  cst_key_path(key, path, sizeof path);
  if (node->kind != CST_NODE_LIST) CST_TRY(cst_wrong_type(key, node, "a list: [a, b]"));
  if (node->n > 0) CST_ALLOC(list.item, node->n);
  for (size_t i = 0; i < node->n; i++) {
    const cst_node *item = node->item[i];
    size_t ignored;
    if (cst_key_names(key)) CST_TRY(cst_value_name(key, item, &ignored));
    CST_TRY(cst_value_copy(key, item, CST_TEXT_MAX_BYTES, &list.item[i]));
    list.n++;
    if (!*list.item[i]) CST_TRY(cst_blame(item->at, "%s: an entry is empty", path));
    for (size_t j = 0; j < i; j++)
      if (strcmp(list.item[j], list.item[i]) == 0)
        CST_TRY(cst_blame(item->at, "%s: '%s' appears twice", path, cst_shown(item->text, shown)));
  }
  cst_strings_reset(out);
  *out = list;
  list = (cst_strings){0};
done:
  cst_strings_reset(&list);
  return st;
}
