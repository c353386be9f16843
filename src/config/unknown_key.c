/*
 * What to say about a key that is not in the table.
 */
#include "reading.h"

#include "cassette/memory.h"
#include "cassette/spelling.h"

#include <string.h>

enum { PATH_BYTES = 64 };

/* A key of the very name in another section, or written with its section before it. */
static const cst_key *find_elsewhere(const char *word)
{
  char path[PATH_BYTES];

  for (size_t i = 0; i < cst_schema_keys; i++)
    if (strcmp(cst_schema[i].key, word) == 0 ||
        strcmp(cst_key_path(&cst_schema[i], path, sizeof path), word) == 0)
      return &cst_schema[i];
  return NULL;
}

/* Everything that may stand in the section. */
static size_t list_keys(const char *section, const char *keys[CST_MAX_KEYS])
{
  size_t n = 0;

  for (size_t i = 0; i < cst_schema_keys; i++)
    if (strcmp(cst_schema[i].section, section) == 0) keys[n++] = cst_schema[i].key;
  if (*section) return n;
  keys[n++] = "extends";
  for (size_t i = 0; cst_section_name(i); i++) keys[n++] = cst_section_name(i);
  return n;
}

static void suggest(const char *section, const cst_node *node, cst_text *out)
{
  const char *keys[CST_MAX_KEYS] = {NULL};
  char path[PATH_BYTES];
  const size_t n = list_keys(section, keys);
  const cst_key *elsewhere = find_elsewhere(node->text);
  const char *near = cst_nearest(node->text, n, keys);

  if (elsewhere && node->at.line == 0) {
    cst_text_add(out, ", did you mean '%s='?", cst_key_path(elsewhere, path, sizeof path));
  } else if (elsewhere && *elsewhere->section) {
    cst_text_add(out, "; '%s' belongs to section '%s'", elsewhere->key, elsewhere->section);
  } else if (elsewhere) {
    cst_text_add(out, "; '%s' belongs to the top level", elsewhere->key);
  } else if (near) {
    cst_text_add(out, ", did you mean '%s'?", near);
  } else {
    cst_text_add(out, "; known:");
    for (size_t i = 0; i < n; i++) cst_text_add(out, "%s %s", i ? "," : "", keys[i]);
  }
}

cst_status cst_unknown_key(const char *section, const cst_node *key)
{
  cst_status st = CST_OK;
  cst_text help = {0};
  char shown[CST_SHOWN_BYTES];

  suggest(section, key, &help);
  CST_TRY(cst_text_status(&help));
  cst_shown(key->text, shown);
  if (*section)
    st = cst_blame(key->at, "unknown key '%s' in section '%s'%s", shown, section, help.data);
  else
    st = cst_blame(key->at, "unknown key '%s'%s", shown, help.data);
done:
  cst_text_reset(&help);
  return st;
}

cst_status cst_schema_find_path(cst_place at, const char *path, size_t bytes, const cst_key **out)
{
  cst_status st = CST_OK;
  char *name = cst_strndup(path, bytes), *dot;
  cst_node node = {.at = at, .kind = CST_NODE_SCALAR};

  *out = NULL;
  if (!name) CST_TRY(cst_no_memory("a key", bytes, 1));
  dot = strchr(name, '.');
  if (dot) *dot = '\0';
  node.text = dot ? dot + 1 : name;
  if (!dot && strcmp(name, "extends") == 0)
    CST_TRY(cst_blame(node.at, "extends belongs into a file"));
  if (!dot && *name && cst_section_help(name))
    CST_TRY(cst_blame(node.at, "'%s' is a section: write %s.key%s", name, name,
                      at.line ? "" : "=value"));
  if (dot && !(*name && cst_section_help(name))) {
    node.text = name;
    CST_TRY(cst_unknown_key("", &node));
  }
  *out = cst_schema_find(dot ? name : "", node.text);
  if (!*out) st = cst_unknown_key(dot ? name : "", &node);
done:
  cst_free(name);
  return st;
}
