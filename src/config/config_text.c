/*
 * The resolved configuration as YAML, and the reference of all keys as Markdown.
 */
#include "reading.h"

#include <stdio.h>
#include <string.h>

static const char first_line[] =
    "# Resolved configuration: every key, with its value where it has one.\n";

bool cst_config_is_resolved(const char *text)
{
  return strncmp(text, first_line, strlen(first_line)) == 0;
}

cst_status cst_config_text(const cst_config *self, cst_text *out)
{
  cst_text_add(out, "%s", first_line);
  return cst_config_text_of(self, NULL, out);
}

cst_status cst_config_text_of(const cst_config *self,
                              bool (*wanted)(const char *section, const char *key), cst_text *out)
{
  const char *section = "";

  for (size_t i = 0; i < cst_schema_keys; i++) {
    const cst_key *key = &cst_schema[i];
    if (wanted && !wanted(key->section, key->key)) continue;
    if (strcmp(key->section, section) != 0) cst_text_add(out, "%s:\n", section = key->section);
    if (cst_value_absent(key, self)) {
      cst_text_add(out, "  # %s: %s\n", key->key, key->absent);
      continue;
    }
    cst_text_add(out, "%s%s: ", *section ? "  " : "", key->key);
    cst_value_add(key, self, out);
    cst_text_add(out, "\n");
  }
  return cst_text_status(out);
}

cst_status cst_config_get(const cst_config *self, const char *name, cst_text *out)
{
  const char *dot = strchr(name, '.');
  char section[32] = "", shown[CST_SHOWN_BYTES];
  const cst_key *key;

  if (dot) snprintf(section, sizeof section, "%.*s", (int)(dot - name), name);
  key = cst_schema_find(section, dot ? dot + 1 : name);
  if (!key)
    return cst_raise(CST_ERR_USAGE, "no key '%s'; `cassette info --keys` lists them",
                     cst_shown(name, shown));
  if (key->kind == CST_KEY_TEXT)
    cst_text_add(out, "%s", *(char *const *)cst_key_value(key, self));
  else if (!cst_value_absent(key, self))
    cst_value_add(key, self, out);
  return cst_text_status(out);
}

static const char *type_text(const cst_key *key)
{
  static const char *const names[] = {"integer",           "number",
                                      "true or false",     "text",
                                      "one of the names",  "list",
                                      "list of integers",  "list of pairs",
                                      "map of name: list", "map of name: settings",
                                      "list of data sets", "view"};
  return key->kind == CST_KEY_TEXT && cst_key_names(key) ? names[CST_KEY_ENUM] : names[key->kind];
}

bool cst_config_key_at(size_t i, cst_config_key *out)
{
  static const char *const truths[] = {"true", "false", NULL};

  if (i >= cst_schema_keys) return false;
  const cst_key *key = &cst_schema[i];
  *out = (cst_config_key){.section = key->section,
                          .key = key->key,
                          .type = type_text(key),
                          .fallback = key->fallback,
                          .absent = key->absent,
                          .inherits = key->inherits,
                          .names = key->kind == CST_KEY_BOOL ? truths : cst_key_names(key),
                          .help = key->help};
  return true;
}

static void add_default(const cst_key *key, cst_text *out)
{
  if (key->inherits)
    cst_text_add(out, "`%s.%s`", key->inherits, key->key);
  else if (key->absent)
    cst_text_add(out, "%s", key->absent);
  else if (key->fallback && *key->fallback)
    cst_text_add(out, "`%s`", key->fallback);
  else if (cst_key_is_empty_at_first(key))
    cst_text_add(out, "empty");
  else if (key->fallback)
    cst_text_add(out, "`\"\"`");
}

static void add_row(const cst_key *key, cst_text *out)
{
  cst_text_add(out, "| `%s` | %s | ", key->key, type_text(key));
  add_default(key, out);
  cst_text_add(out, " | ");
  cst_key_range(key, out);
  cst_text_add(out, " | %s |\n", key->help);
}

static void add_table(const char *section, cst_text *out)
{
  cst_text_add(out, "\n| key | type | default | allowed | meaning |\n|---|---|---|---|---|\n");
  for (size_t i = 0; i < cst_schema_keys; i++)
    if (strcmp(cst_schema[i].section, section) == 0) add_row(&cst_schema[i], out);
}

cst_status cst_config_reference(cst_text *out)
{
  const char *section;

  cst_text_add(out, "## Top level\n");
  add_table("", out);
  cst_text_add(out,
               "\n`extends: other.yaml`, relative to the file that says it, starts from another "
               "configuration.\n");
  for (size_t i = 0; (section = cst_section_name(i)); i++) {
    cst_text_add(out, "\n## %s\n\n%s\n", section, cst_section_help(section));
    add_table(section, out);
  }
  return cst_text_status(out);
}
