/* Contract in json_yaml.h. */
#include "json_yaml.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Words of small letters that no version of YAML takes for something else; the rest in quotes. */
static bool is_plain(const char *key)
{
  static const char *const words[] = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(key, words[i]) == 0) return false;
  return *key && key[strspn(key, "abcdefghijklmnopqrstuvwxyz_")] == '\0';
}

static cst_status add_key(const char *key, cst_text *out)
{
  cst_status st = CST_OK;
  cst_json *list = cst_json_array();
  char *text = NULL;
  if (is_plain(key)) {
    cst_text_add(out, "%s:", key);
    goto done;
  }
  cst_json_append_string(list, key);
  CST_TRY(cst_json_text(list, 0, &text));
  cst_text_add(out, "%.*s:", (int)strlen(text) - 2, text + 1); /* without the brackets */
done:
  cst_free(text);
  cst_json_destroy(&list);
  return st;
}

/* A number in as few digits as say the same; anything else as JSON has it. */
static void add_scalar(const cst_json *value, const char *text, cst_text *out)
{
  const double number = cst_json_number(value, NAN);
  char fewer[32];
  snprintf(fewer, sizeof fewer, "%.15g", number);
  const bool same = isfinite(number) && strtod(fewer, NULL) == number;
  cst_text_add(out, " %s\n", same && !strchr(fewer, 'e') ? fewer : text);
}

static cst_status add_members(const cst_json *object, int indent, cst_text *out)
{
  cst_status st = CST_OK;
  const cst_json *value;
  const char *key;
  char *text = NULL;
  for (size_t i = 0; (key = cst_json_member(object, i, &value)); i++) {
    cst_free(text);
    text = NULL;
    cst_text_add(out, "%*s", indent, "");
    CST_TRY(add_key(key, out));
    CST_TRY(cst_json_text(value, 0, &text));
    if (text[0] == '{' && cst_json_size(value) > 0) {
      cst_text_add(out, "\n");
      CST_TRY(add_members(value, indent + 2, out));
    } else {
      add_scalar(value, text, out);
    }
  }
done:
  cst_free(text);
  return st;
}

cst_status json_yaml_add(const cst_json *object, cst_text *out)
{
  const cst_status st = add_members(object, 0, out);
  return st == CST_OK ? cst_text_status(out) : st;
}
