/**
 * @file value.h
 * Typed values of configuration keys: from YAML, to YAML, copied, released (private to config).
 */
#ifndef CST_VALUE_H
#define CST_VALUE_H

#include "schema.h"
#include "yaml_tree.h"

/* No text of a configuration needs more.  A name, written with six bytes per byte at worst, must
 * stay below the 1024 that YAML allows a key. */
enum { CST_TEXT_MAX_BYTES = 4096, CST_NAME_MAX_BYTES = 128 };

/** Replace the key's value by the node's.  CST_ERR_USAGE names place, key, and what is wanted. */
cst_status cst_value_set(const cst_key *key, const cst_node *node, cst_config *config);
/** Give the key its default; keys without one become empty or absent. */
cst_status cst_value_default(const cst_key *key, cst_config *config);
/** Whether nothing set the key and it has no default. */
bool cst_value_absent(const cst_key *key, const cst_config *config);
/** Copy a number from key @p from; both are of one kind. */
void cst_value_inherit(const cst_key *key, const cst_key *from, cst_config *config);
/** Append the value in YAML's flow style. */
void cst_value_add(const cst_key *key, const cst_config *config, cst_text *out);
/** Release what the value holds. */
void cst_value_reset(const cst_key *key, cst_config *config);

/** number_value.c: a number within the key's range. */
cst_status cst_value_integer(const cst_key *key, const cst_node *node, int64_t *out);
cst_status cst_value_real(const cst_key *key, const cst_node *node, double *out);
/** Whether it is a scalar without quotes. */
bool cst_value_is_plain(const cst_node *node);
/** Refuse a node that is no @p wanted ("a number"). */
cst_status cst_wrong_type(const cst_key *key, const cst_node *node, const char *wanted);

/** view_value.c: a view by the name of a preset, or as a map of transforms. */
cst_status cst_view_set(const cst_key *key, const cst_node *node, cst_view_spec *out);
void cst_view_add(const cst_view_spec *view, cst_text *out);

/** settings.c: named sets of other values, of keys that cells may differ in. */
cst_status cst_settings_set(const cst_key *key, const cst_node *node, cst_groups *out);

/** pretrain_value.c: data sets to pre-train on. */
cst_status cst_pretrain_sets_set(const cst_key *key, const cst_node *node, cst_pretrain_sets *out);
void cst_pretrain_sets_reset(cst_pretrain_sets *sets);

/** text_value.c: index of the node's text among the key's names. */
cst_status cst_value_name(const cst_key *key, const cst_node *node, size_t *out);
/** A new copy of a text of at most @p max bytes. */
cst_status cst_value_copy(const cst_key *key, const cst_node *node, size_t max, char **out);
/** A text, and a list of them: not empty, none twice.  What was there is released. */
cst_status cst_value_text(const cst_key *key, const cst_node *node, char **out);
cst_status cst_value_list(const cst_key *key, const cst_node *node, cst_strings *out);
void cst_strings_reset(cst_strings *list);

void cst_groups_reset(cst_groups *groups);

/** Shortest decimal text that reads back as exactly @p x. */
enum { CST_REAL_BYTES = 32 };
const char *cst_real_text(double x, char out[CST_REAL_BYTES]);

#endif
