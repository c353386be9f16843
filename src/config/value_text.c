/*
 * Values as YAML text that reads back the same.
 */
#include "value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whether a reader of any YAML version takes the bare text for this very text: a letter first, so
 * that it is no number, and none of the words that stand for something else. */
static bool stands_bare(const char *s)
{
  static const char *const words[] = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"};

  if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || *s == '/')) return false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcasecmp(s, words[i]) == 0) return false;
  return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./")] == '\0';
}

/* One character of UTF-8 text; the text is valid, it came through the YAML reader or the default
 * table.  Decoding it again is how separators and marks that YAML would fold are found. */
static unsigned decode(const unsigned char **s)
{
  const unsigned char first = *(*s)++;
  unsigned code = first;

  if (first >= 0xF0)
    code = first & 0x07;
  else if (first >= 0xE0)
    code = first & 0x0F;
  else if (first >= 0xC0)
    code = first & 0x1F;
  while (first >= 0xC0 && (**s & 0xC0) == 0x80) code = code << 6 | (*(*s)++ & 0x3F);
  return code;
}

/* Controls, the breaks NEL, LS and PS, the byte-order mark and non-characters. */
static bool must_escape(unsigned c)
{
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFEFF ||
         c == 0xFFFE || c == 0xFFFF;
}

static void add_text(const char *text, cst_text *out)
{
  const unsigned char *s = (const unsigned char *)text, *start;

  if (stands_bare(text)) {
    cst_text_add(out, "%s", text);
    return;
  }
  cst_text_add(out, "\"");
  while (*s) {
    start = s;
    const unsigned c = decode(&s);
    if (c == '"' || c == '\\')
      cst_text_add(out, "\\%c", (int)c);
    else if (must_escape(c))
      cst_text_add(out, "\\u%04X", c);
    else
      cst_text_add_bytes(out, start, (size_t)(s - start));
  }
  cst_text_add(out, "\"");
}

static void add_list(const cst_strings *list, cst_text *out)
{
  cst_text_add(out, "[");
  for (size_t i = 0; i < list->n; i++) {
    if (i) cst_text_add(out, ", ");
    add_text(list->item[i], out);
  }
  cst_text_add(out, "]");
}

static void add_integers(const cst_integers *list, cst_text *out)
{
  cst_text_add(out, "[");
  for (size_t i = 0; i < list->n; i++)
    cst_text_add(out, "%s%lld", i ? ", " : "", (long long)list->item[i]);
  cst_text_add(out, "]");
}

static void add_pairs(const cst_integers *list, cst_text *out)
{
  cst_text_add(out, "[");
  for (size_t i = 0; i + 1 < list->n; i += 2)
    cst_text_add(out, "%s[%lld, %lld]", i ? ", " : "", (long long)list->item[i],
                 (long long)list->item[i + 1]);
  cst_text_add(out, "]");
}

static void add_groups(const cst_groups *groups, cst_text *out)
{
  cst_text_add(out, "{");
  for (size_t i = 0; i < groups->n; i++) {
    if (i) cst_text_add(out, ", ");
    add_text(groups->name[i], out);
    cst_text_add(out, ": ");
    add_list(&groups->members[i], out);
  }
  cst_text_add(out, "}");
}

static void add_settings(const cst_groups *settings, cst_text *out)
{
  cst_text_add(out, "{");
  for (size_t i = 0; i < settings->n; i++) {
    const cst_strings *values = &settings->members[i];
    if (i) cst_text_add(out, ", ");
    add_text(settings->name[i], out);
    cst_text_add(out, ": {");
    for (size_t v = 0; v < values->n; v++) {
      const char *equals = strchr(values->item[v], '=');
      cst_text_add(out, "%s%.*s: %s", v ? ", " : "", (int)(equals - values->item[v]),
                   values->item[v], equals + 1);
    }
    cst_text_add(out, "}");
  }
  cst_text_add(out, "}");
}

static void add_pretrain(const cst_pretrain_sets *sets, cst_text *out)
{
  cst_text_add(out, "[");
  for (size_t i = 0; i < sets->n; i++) {
    const cst_pretrain_set *set = &sets->item[i];
    cst_text_add(out, "%s{layout: %s, root: ", i ? ", " : "", set->layout);
    add_text(set->root, out);
    if (set->metadata.n > 0) {
      cst_text_add(out, ", metadata: ");
      add_list(&set->metadata, out);
    }
    cst_text_add(out, "}");
  }
  cst_text_add(out, "]");
}

void cst_value_add(const cst_key *key, const cst_config *config, cst_text *out)
{
  const void *field = cst_key_value(key, config);
  char real[CST_REAL_BYTES];

  switch (key->kind) {
  case CST_KEY_INTEGER:
    cst_text_add(out, "%lld", (long long)cst_key_integer(key, config));
    break;
  case CST_KEY_REAL:
    cst_text_add(out, "%s", cst_real_text(*(const double *)field, real));
    break;
  case CST_KEY_BOOL:
    cst_text_add(out, "%s", *(const bool *)field ? "true" : "false");
    break;
  case CST_KEY_TEXT:
    add_text(*(char *const *)field, out);
    break;
  case CST_KEY_ENUM:
    cst_text_add(out, "%s", cst_key_names(key)[*(const int *)field]);
    break;
  case CST_KEY_LIST:
    add_list(field, out);
    break;
  case CST_KEY_INTEGERS:
    add_integers(field, out);
    break;
  case CST_KEY_PAIRS:
    add_pairs(field, out);
    break;
  case CST_KEY_GROUPS:
    add_groups(field, out);
    break;
  case CST_KEY_SETTINGS:
    add_settings(field, out);
    break;
  case CST_KEY_PRETRAIN:
    add_pretrain(field, out);
    break;
  case CST_KEY_VIEW:
    cst_view_add(field, out);
    break;
  }
}
