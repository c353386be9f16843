/*
 * Numbers as values, by the schema's type and strictly: a quoted number is text, and 010 is refused
 * (eight or ten?).
 */
#include "value.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 64 };

cst_status cst_wrong_type(const cst_key *key, const cst_node *node, const char *wanted)
{
  static const char *const kinds[] = {"", "a list", "a map"};
  char path[PATH_BYTES], shown[CST_SHOWN_BYTES];

  cst_key_path(key, path, sizeof path);
  if (node->kind != CST_NODE_SCALAR)
    return cst_blame(node->at, "%s: expected %s, not %s", path, wanted, kinds[node->kind]);
  if (cst_node_is_null(node))
    return cst_blame(node->at, "%s: has no value, expected %s%s%s%s%s", path, wanted,
                     node->at.line ? "; remove the key for its default" : "",
                     *node->text ? ", or write \"" : "", node->text,
                     *node->text ? "\" if it is a name" : "");
  return cst_blame(node->at, "%s: expected %s, not %s%s%s%s", path, wanted, node->plain ? "" : "\"",
                   cst_shown(node->text, shown), node->plain ? "" : "\"",
                   node->plain ? "" : "; remove the quotes");
}

static cst_status out_of_range(const cst_key *key, const cst_node *node)
{
  cst_status st = CST_OK;
  cst_text range = {0};
  char path[PATH_BYTES], shown[CST_SHOWN_BYTES];

  cst_key_range(key, &range);
  CST_TRY(cst_text_status(&range));
  st = cst_blame(node->at, "%s: %s is out of range, allowed: %s",
                 cst_key_path(key, path, sizeof path), cst_shown(node->text, shown), range.data);
done:
  cst_text_reset(&range);
  return st;
}

static bool digits(const char **s)
{
  const char *start = *s;

  while (**s >= '0' && **s <= '9') (*s)++;
  return *s > start;
}

/* [+-] digits, without a leading zero. */
static bool looks_integer(const char *s)
{
  s += *s == '-' || *s == '+';
  if (s[0] == '0' && s[1]) return false;
  return digits(&s) && !*s;
}

/* What strtod takes, minus hexadecimal, infinity, NaN and white space. */
static bool looks_real(const char *s)
{
  bool some;

  s += *s == '-' || *s == '+';
  some = digits(&s);
  if (*s == '.') {
    s++;
    some = digits(&s) || some;
  }
  if (!some) return false;
  if (*s == 'e' || *s == 'E') {
    s++;
    s += *s == '-' || *s == '+';
    if (!digits(&s)) return false;
  }
  return !*s;
}

bool cst_value_is_plain(const cst_node *node)
{
  return node->kind == CST_NODE_SCALAR && node->plain;
}

cst_status cst_value_integer(const cst_key *key, const cst_node *node, int64_t *out)
{
  long long value;

  if (!cst_value_is_plain(node) || !looks_integer(node->text))
    return cst_wrong_type(key, node, "a whole number");
  errno = 0;
  value = strtoll(node->text, NULL, 10);
  if (errno || value < key->min || value > key->max) return out_of_range(key, node);
  *out = value;
  return CST_OK;
}

cst_status cst_value_real(const cst_key *key, const cst_node *node, double *out)
{
  double value;

  if (!cst_value_is_plain(node) || !looks_real(node->text))
    return cst_wrong_type(key, node, "a number");
  value = strtod(node->text, NULL);
  if (!isfinite(value) || value < key->low || value > key->high ||
      (key->low_open && value <= key->low) || (key->high_open && value >= key->high))
    return out_of_range(key, node);
  *out = value == 0.0 ? 0.0 : value; /* -0 would not read back as written */
  return CST_OK;
}
