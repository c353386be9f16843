/**
 * @file schema.h
 * The table of every configuration key (private to config).
 */
#ifndef CST_SCHEMA_H
#define CST_SCHEMA_H

#include "yaml_tree.h"

#include "cassette/config.h"

typedef enum {
  CST_KEY_INTEGER,  /**< int64_t */
  CST_KEY_REAL,     /**< double, finite */
  CST_KEY_BOOL,     /**< bool */
  CST_KEY_TEXT,     /**< char *; one of `names` if there are any */
  CST_KEY_ENUM,     /**< an enum whose values index `names` */
  CST_KEY_LIST,     /**< cst_strings; of `names` if there are any */
  CST_KEY_INTEGERS, /**< cst_integers */
  CST_KEY_PAIRS,    /**< cst_integers, two of each pair */
  CST_KEY_GROUPS,   /**< cst_groups */
  CST_KEY_SETTINGS, /**< cst_groups: members are "section.key=value" */
  CST_KEY_PRETRAIN, /**< cst_pretrain_sets */
  CST_KEY_VIEW      /**< cst_view_spec, by the name of a preset (one of `names`) or as a map */
} cst_key_kind;

/** Where an integer is kept. */
typedef enum {
  CST_IN_INT64, /**< CST_ABSENT: absent */
  CST_IN_SIZE,  /**< size_t, never absent */
  CST_IN_REAL   /**< double, NaN: absent */
} cst_integer_field;

typedef struct {
  const char *section; /**< "" at the top level */
  const char *key;
  cst_key_kind kind;
  size_t offset;            /**< of the field in cst_config */
  cst_integer_field in;     /**< integers: its type */
  const char *fallback;     /**< default as text; NULL: none (see help) */
  const char *absent;       /**< numbers without a default: what decides in its place */
  const char *inherits;     /**< section whose key of the same name is the default, or NULL */
  int64_t min, max;         /**< integers: allowed range, both included */
  double low, high;         /**< reals: allowed range ... */
  bool low_open, high_open; /**< ... whether the bound itself is excluded */
  bool repeats;             /**< integers: one may stand in the list twice */
  bool of_tables;           /**< lists and groups: names that stand in tables, compared as such */
  const char *const *names; /**< allowed texts, NULL-terminated, or NULL ... */
  const char *const *(*list)(void); /**< ... or who lists them */
  cst_affects affects;              /**< less than its section */
  const char *help;                 /**< one sentence, with the unit */
} cst_key;

enum { CST_MAX_KEYS = 160 };
extern const cst_key cst_schema[];
extern const size_t cst_schema_keys;

/** What a section is for; NULL if there is no such section. */
const char *cst_section_help(const char *section);
/** Section @p i in file order, NULL past the last.  The top level is not one. */
const char *cst_section_name(size_t i);

/** The key, also by a name that it had before; NULL if there is none. */
const cst_key *cst_schema_find(const char *section, const char *key);
/** The key that @p bytes of @p path name, "section.key" or "key"; CST_ERR_USAGE at @p at: none. */
cst_status cst_schema_find_path(cst_place at, const char *path, size_t bytes, const cst_key **out);
/** Whether its default is to hold nothing. */
bool cst_key_is_empty_at_first(const cst_key *key);
/** "section.key", or "key" at the top level. */
const char *cst_key_path(const cst_key *key, char *out, size_t bytes);
/** "1 to 4096", "0 <= x < 1", "one of a, b", ...; "" where anything goes. */
void cst_key_range(const cst_key *key, cst_text *out);
/** Allowed texts, NULL-terminated; NULL: any. */
const char *const *cst_key_names(const cst_key *key);
cst_affects cst_key_affects(const cst_key *key);
/** An integer key's value, CST_ABSENT if it has none. */
int64_t cst_key_integer(const cst_key *key, const cst_config *config);
void cst_key_set_integer(const cst_key *key, int64_t value, cst_config *config);
/** Address of the key's field. */
void *cst_key_field(const cst_key *key, cst_config *config);
const void *cst_key_value(const cst_key *key, const cst_config *config);

#endif
