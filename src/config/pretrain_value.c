/*
 * The sets to pre-train on: [{layout: tau, root: data/tau, metadata: [meta.csv]}, ...], or the
 * directory alone of one in TAU's layout, "" for none.
 */
#include "value.h"

#include "cassette/memory.h"
#include "cassette/spelling.h"

#include <string.h>

static const char wanted[] = "sets: [{layout: tau, root: data/tau}, ...]";

/* What a set is made of, as keys. */
static const cst_key parts[] = {
    {.section = "dataset",
     .key = "pretrain.layout",
     .kind = CST_KEY_TEXT,
     .list = cst_layout_names},
    {.section = "dataset", .key = "pretrain.root", .kind = CST_KEY_TEXT},
    {.section = "dataset", .key = "pretrain.metadata", .kind = CST_KEY_LIST},
};
static const char *const words[] = {"layout", "root", "metadata"};
enum { LAYOUT, ROOT, METADATA, WORDS };

static void reset_set(cst_pretrain_set *set)
{
  cst_free(set->layout);
  cst_free(set->root);
  cst_strings_reset(&set->metadata);
  *set = (cst_pretrain_set){0};
}

void cst_pretrain_sets_reset(cst_pretrain_sets *sets)
{
  for (size_t i = 0; i < sets->n; i++) reset_set(&sets->item[i]);
  cst_free(sets->item);
  *sets = (cst_pretrain_sets){0};
}

static cst_status unknown_word(const cst_node *word)
{
  char shown[CST_SHOWN_BYTES];
  const char *near = cst_nearest(word->text, WORDS, words);
  cst_shown(word->text, shown);
  if (near)
    return cst_blame(word->at, "dataset.pretrain: unknown '%s', did you mean '%s'?", shown, near);
  return cst_blame(word->at, "dataset.pretrain: unknown '%s'; known: layout, root, metadata",
                   shown);
}

static cst_status set_part(const cst_node *word, const cst_node *value, cst_pretrain_set *out)
{
  if (strcmp(word->text, words[LAYOUT]) == 0)
    return cst_value_text(&parts[LAYOUT], value, &out->layout);
  if (strcmp(word->text, words[ROOT]) == 0) return cst_value_text(&parts[ROOT], value, &out->root);
  if (strcmp(word->text, words[METADATA]) == 0)
    return cst_value_list(&parts[METADATA], value, &out->metadata);
  return unknown_word(word);
}

/* Scripts hand paths to programs that take such a word for an option. */
static cst_status check_root(const cst_node *node, const char *root)
{
  char shown[CST_SHOWN_BYTES];
  if (root[0] != '-') return CST_OK;
  return cst_blame(node->at,
                   "dataset.pretrain: '%s' begins with '-', as options do; write ./ before it",
                   cst_shown(root, shown));
}

static cst_status add_set(const cst_key *key, const cst_node *node, cst_pretrain_sets *out)
{
  cst_status st = CST_OK;
  cst_pretrain_set set = {0};
  char shown[CST_SHOWN_BYTES];

  if (node->kind != CST_NODE_MAP) CST_TRY(cst_wrong_type(key, node, wanted));
  for (size_t i = 0; i < node->n; i++) CST_TRY(set_part(node->key[i], node->item[i], &set));
  for (size_t w = LAYOUT; w <= ROOT; w++) {
    const char *text = w == LAYOUT ? set.layout : set.root;
    if (!text || !*text)
      CST_TRY(cst_blame(node->at,
                        "dataset.pretrain: a set needs its %s: {layout: tau, root: "
                        "data/tau}",
                        words[w]));
  }
  CST_TRY(check_root(node, set.root));
  for (size_t i = 0; i < out->n; i++)
    if (strcmp(out->item[i].root, set.root) == 0)
      CST_TRY(cst_blame(node->at,
                        "dataset.pretrain: root '%s' appears twice; give one set all its tables "
                        "as metadata: [a.csv, b.csv]",
                        cst_shown(set.root, shown)));
  out->item[out->n++] = set;
  set = (cst_pretrain_set){0};
done:
  reset_set(&set);
  return st;
}

/* A directory alone is of TAU's layout. */
static cst_status add_tau(const cst_key *key, const cst_node *node, cst_pretrain_sets *out)
{
  cst_status st = CST_OK;
  cst_pretrain_set set = {0};

  if (cst_node_is_null(node)) CST_TRY(cst_wrong_type(key, node, wanted));
  CST_TRY(cst_value_text(&parts[ROOT], node, &set.root));
  if (!*set.root) goto done;
  CST_TRY(check_root(node, set.root));
  set.layout = cst_strdup("tau");
  if (!set.layout) CST_TRY(cst_no_memory("a configuration text", 1, 4));
  out->item[out->n++] = set;
  set = (cst_pretrain_set){0};
done:
  reset_set(&set);
  return st;
}

cst_status cst_pretrain_sets_set(const cst_key *key, const cst_node *node, cst_pretrain_sets *out)
{
  cst_status st = CST_OK;
  const bool list = node->kind == CST_NODE_LIST;
  cst_pretrain_sets sets = {0};

  if (node->kind == CST_NODE_MAP) CST_TRY(cst_wrong_type(key, node, wanted));
  if (list && node->n > CST_MOST_PRETRAIN_SETS)
    CST_TRY(cst_blame(node->at, "dataset.pretrain: %zu sets, there can be %d", node->n,
                      CST_MOST_PRETRAIN_SETS));
  if (!list || node->n > 0) CST_ALLOC(sets.item, list ? node->n : 1);
  if (!list) CST_TRY(add_tau(key, node, &sets));
  for (size_t i = 0; list && i < node->n; i++) CST_TRY(add_set(key, node->item[i], &sets));
  cst_pretrain_sets_reset(out);
  *out = sets;
  sets = (cst_pretrain_sets){0};
done:
  cst_pretrain_sets_reset(&sets);
  return st;
}
