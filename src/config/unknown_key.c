/*
 * What to say about a key that is not in the table.
 */
#include "reading.h"

#include "cassette/memory.h"
#include "cassette/spelling.h"

#include <string.h>

enum { PATH_BYTES = 64 };

/* Keys of earlier versions, and what says the same today. */
static const struct {
  const char *section, *key, *cure;
} moved[] = {
    {"augment", "roll", "views are lists now: write 'weak: {roll: [-0.5, 0.5]}', 'strong: ...'"},
    {"augment", "gain_db", "views are lists now: write 'weak: {gain: [-6, 6]}', 'strong: ...'"},
    {"augment", "time_masks",
     "views are lists now: write 'strong: {preset: default, time_masks: "
     "{value: [0, 0.1], count: 2}}'"},
    {"augment", "time_mask",
     "views are lists now: write 'strong: {preset: default, time_masks: "
     "{value: [0, 0.1], count: 2}}'"},
    {"augment", "freq_masks",
     "views are lists now: write 'strong: {preset: default, freq_masks: "
     "{value: [0, 0.15], count: 2}}'"},
    {"augment", "freq_mask",
     "views are lists now: write 'strong: {preset: default, freq_masks: "
     "{value: [0, 0.15], count: 2}}'"},
    {"augment", "mixstyle_p",
     "views are lists now: write 'strong: {preset: default, mixstyle: "
     "{value: 0.3, p: 0.4}}'"},
    {"augment", "mixstyle_alpha",
     "views are lists now: write 'strong: {preset: default, mixstyle: "
     "{value: 0.3, p: 0.4}}'"},
};

static const char *cure_of_moved(const char *section, const char *key)
{
  for (size_t i = 0; i < sizeof moved / sizeof *moved; i++)
    if (strcmp(moved[i].section, section) == 0 && strcmp(moved[i].key, key) == 0)
      return moved[i].cure;
  return NULL;
}

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
  const char *cure = cure_of_moved(section, node->text);

  if (cure) {
    cst_text_add(out, "; %s", cure);
  } else if (elsewhere && node->at.line == 0) {
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

/* Keys that there were, and what to write now. */
static const struct {
  const char *section, *key, *cure;
} gone[] = {
    {"model", "channels1", "write blocks: [64, 128], the channels of each block"},
    {"model", "channels2", "write blocks: [64, 128], the channels of each block"},
};

static const char *cure_of(const char *section, const char *key)
{
  for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
    if (strcmp(gone[i].section, section) == 0 && strcmp(gone[i].key, key) == 0) return gone[i].cure;
  return NULL;
}

cst_status cst_unknown_key(const char *section, const cst_node *key)
{
  cst_status st = CST_OK;
  cst_text help = {0};
  char shown[CST_SHOWN_BYTES];

  const char *cure = cure_of(section, key->text);

  if (cure) return cst_blame(key->at, "%s.%s is no more: %s", section, key->text, cure);
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
