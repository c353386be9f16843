/*
 * Views as values: the name of a preset, or a map
 *
 *   {preset: NAME, p: CHANCE, TRANSFORM: VALUE, ...}
 *
 * that begins with the preset's transforms (none without one).  A transform is a number, a range
 * [low, high], `none`, or {value: number or range, p: CHANCE, count: N}; `p` of the view is that of
 * the transforms written beside it that have none of their own.
 */
#include "value.h"

#include "cassette/spelling.h"

#include <stdio.h>
#include <string.h>

enum { WORDS = CST_TRANSFORMS + 3, NAME_BYTES = 64, MOST_BANDS = 64 };

/* A number below a view's key, with a name and a range of its own. */
typedef struct {
  cst_key key;
  char name[NAME_BYTES];
} number_key;

static void name_number(const cst_key *view, const char *transform, const char *what, double min,
                        double max, number_key *out)
{
  snprintf(out->name, sizeof out->name, "%s.%s%s%s", view->key, transform, *what ? "." : "", what);
  out->key = (cst_key){.section = view->section,
                       .key = out->name,
                       .kind = CST_KEY_REAL,
                       .min = (int64_t)min,
                       .max = (int64_t)max,
                       .low = min,
                       .high = max};
}

static cst_status set_chance(const cst_key *view, const char *transform, const cst_node *node,
                             double *out)
{
  number_key number;
  name_number(view, transform, *transform ? "p" : "", 0.0, 1.0, &number);
  if (!*transform) snprintf(number.name, sizeof number.name, "%s.p", view->key);
  return cst_value_real(&number.key, node, out);
}

static cst_status set_range(const cst_key *view, const cst_transform_info *info,
                            const cst_node *node, cst_transform *out)
{
  cst_status st = CST_OK;
  number_key number;
  name_number(view, info->name, "", info->min, info->max, &number);
  if (node->kind == CST_NODE_SCALAR) {
    CST_TRY(cst_value_real(&number.key, node, &out->low));
    out->high = out->low;
    goto done;
  }
  if (node->kind != CST_NODE_LIST || node->n != 2 || !info->drawn)
    CST_TRY(cst_wrong_type(&number.key, node,
                           info->drawn ? "a number or a range [low, high]" : "a number"));
  CST_TRY(cst_value_real(&number.key, node->item[0], &out->low));
  CST_TRY(cst_value_real(&number.key, node->item[1], &out->high));
  if (out->low > out->high)
    st = cst_blame(node->at, "%s.%s: the range goes down; write the smaller number first",
                   view->section, number.name);
done:
  return st;
}

static cst_status set_count(const cst_key *view, const cst_transform_info *info,
                            const cst_node *node, int *out)
{
  cst_status st = CST_OK;
  number_key number;
  int64_t value;
  if (!info->counted)
    CST_TRY(cst_blame(node->at, "%s.%s.%s: there is nothing to count", view->section, view->key,
                      info->name));
  name_number(view, info->name, "count", 0.0, MOST_BANDS, &number);
  number.key.kind = CST_KEY_INTEGER;
  CST_TRY(cst_value_integer(&number.key, node, &value));
  *out = (int)value;
done:
  return st;
}

static bool is_none(const cst_node *node)
{
  return node->kind == CST_NODE_SCALAR && strcmp(node->text, "none") == 0;
}

static cst_status unknown_word(const cst_key *view, const char *transform, const cst_node *word,
                               size_t n, const char *const *words)
{
  cst_status st = CST_OK;
  char shown[CST_SHOWN_BYTES];
  const bool speed = strcmp(word->text, "speed") == 0; /* by its other name, and its inverse */
  const char *near = speed ? "stretch" : cst_nearest(word->text, n, words);
  cst_text help = {0};
  if (near)
    cst_text_add(&help, ", did you mean '%s'?", near);
  else
    for (size_t i = 0; i < n; i++) cst_text_add(&help, "%s%s", i ? ", " : "; known: ", words[i]);
  CST_TRY(cst_text_status(&help));
  st = cst_blame(word->at, "%s.%s%s%s: unknown '%s'%s", view->section, view->key,
                 *transform ? "." : "", transform, cst_shown(word->text, shown), help.data);
done:
  cst_text_reset(&help);
  return st;
}

/* {value: ..., p: ..., count: ...} */
static cst_status set_details(const cst_key *view, const cst_transform_info *info,
                              const cst_node *map, cst_transform *out)
{
  cst_status st = CST_OK;
  static const char *const words[] = {"value", "p", "count"};
  bool valued = false;
  for (size_t i = 0; i < map->n; i++) {
    const char *word = map->key[i]->text;
    if (strcmp(word, "value") == 0) {
      CST_TRY(set_range(view, info, map->item[i], out));
      valued = true;
    } else if (strcmp(word, "p") == 0) {
      CST_TRY(set_chance(view, info->name, map->item[i], &out->p));
    } else if (strcmp(word, "count") == 0) {
      CST_TRY(set_count(view, info, map->item[i], &out->count));
    } else {
      CST_TRY(unknown_word(view, info->name, map->key[i], 3, words));
    }
  }
  if (!valued)
    st = cst_blame(map->at, "%s.%s.%s: needs a value: the %s", view->section, view->key, info->name,
                   info->means);
done:
  return st;
}

static cst_status set_transform(const cst_key *view, const cst_transform_info *info, double chance,
                                const cst_node *node, cst_transform *out)
{
  *out = (cst_transform){0};
  if (is_none(node)) return CST_OK;
  out->p = chance;
  out->count = 1;
  return node->kind == CST_NODE_MAP ? set_details(view, info, node, out)
                                    : set_range(view, info, node, out);
}

/* Index of the transform of that name, CST_TRANSFORMS if there is none. */
static size_t find_transform(const char *name)
{
  size_t kind = 0;
  while (kind < CST_TRANSFORMS &&
         strcmp(cst_transform_get_info((cst_transform_kind)kind)->name, name) != 0)
    kind++;
  return kind;
}

static cst_status set_preset(const cst_key *view, const cst_node *node, cst_view_spec *out)
{
  cst_status st = CST_OK;
  const char *const *names = cst_view_presets;
  const cst_view_spec *found = NULL;
  size_t n = 0;
  while (names[n]) n++;
  if (node->kind != CST_NODE_SCALAR || cst_node_is_null(node))
    CST_TRY(cst_wrong_type(view, node, "a preset's name, or transforms: {roll: [-0.5, 0.5]}"));
  found = cst_view_preset(node->text, view->key);
  if (!found) CST_TRY(unknown_word(view, "", node, n, names));
  *out = *found;
done:
  return st;
}

/* What concerns the whole view, wherever it stands in the map. */
static cst_status read_head(const cst_key *view, const cst_node *map, cst_view_spec *out,
                            double *chance)
{
  cst_status st = CST_OK;
  *chance = 1.0;
  for (size_t i = 0; i < map->n; i++) {
    if (strcmp(map->key[i]->text, "preset") == 0) CST_TRY(set_preset(view, map->item[i], out));
    if (strcmp(map->key[i]->text, "p") == 0) CST_TRY(set_chance(view, "", map->item[i], chance));
  }
done:
  return st;
}

cst_status cst_view_set(const cst_key *view, const cst_node *node, cst_view_spec *out)
{
  cst_status st = CST_OK;
  cst_view_spec made = {0};
  const char *words[WORDS];
  double chance;
  size_t n = 0;
  for (; n < CST_TRANSFORMS; n++) words[n] = cst_transform_get_info((cst_transform_kind)n)->name;
  words[n++] = "preset";
  words[n++] = "p";
  if (node->kind != CST_NODE_MAP) {
    st = set_preset(view, node, out);
    goto done;
  }
  CST_TRY(read_head(view, node, &made, &chance));
  for (size_t i = 0; i < node->n; i++) {
    const char *word = node->key[i]->text;
    if (strcmp(word, "preset") == 0 || strcmp(word, "p") == 0) continue;
    const size_t kind = find_transform(word);
    if (kind == CST_TRANSFORMS) CST_TRY(unknown_word(view, "", node->key[i], n, words));
    CST_TRY(set_transform(view, cst_transform_get_info((cst_transform_kind)kind), chance,
                          node->item[i], &made.transform[kind]));
  }
  *out = made;
done:
  return st;
}

static void add_value(const cst_transform *t, cst_text *out)
{
  char low[CST_REAL_BYTES], high[CST_REAL_BYTES];
  if (t->low == t->high)
    cst_text_add(out, "%s", cst_real_text(t->low, low));
  else
    cst_text_add(out, "[%s, %s]", cst_real_text(t->low, low), cst_real_text(t->high, high));
}

static void add_transform(const cst_transform_info *info, const cst_transform *t, cst_text *out)
{
  char p[CST_REAL_BYTES];
  const bool plain = t->p >= 1.0 && t->count == 1;
  cst_text_add(out, "%s: %s", info->name, plain ? "" : "{value: ");
  add_value(t, out);
  if (plain) return;
  if (info->counted) cst_text_add(out, ", count: %d", t->count);
  if (t->p < 1.0) cst_text_add(out, ", p: %s", cst_real_text(t->p, p));
  cst_text_add(out, "}");
}

void cst_view_add(const cst_view_spec *view, cst_text *out)
{
  bool any = false;
  cst_text_add(out, "{");
  for (size_t kind = 0; kind < CST_TRANSFORMS; kind++) {
    if (view->transform[kind].p <= 0.0) continue;
    if (any) cst_text_add(out, ", ");
    add_transform(cst_transform_get_info((cst_transform_kind)kind), &view->transform[kind], out);
    any = true;
  }
  cst_text_add(out, "}");
}
