/**
 * @file reading.h
 * A configuration while it is put together (private to config).
 */
#ifndef CST_READING_H
#define CST_READING_H

#include "value.h"

typedef struct {
  cst_config *config;
  cst_place origin[CST_MAX_KEYS]; /**< where each key of the schema was written; file = NULL: not */
  struct layer *layers;           /**< texts the places point into */
} cst_reading;

/** Whether the text is what cst_config_text() writes. */
bool cst_config_is_resolved(const char *text);

/** Checks that concern more than one key, once every key has its value.  CST_ERR_USAGE points at
 *  the key to change, where it was written. */
cst_status cst_config_check(const cst_reading *self);

/** Blame the key "section.key" where it was written, or the file where it has its default. */
cst_status cst_blame_key(const cst_reading *self, const char *section, const char *key,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));

/** Start with @p text as file @p name, the only one there is. */
cst_status cst_reading_begin(cst_reading *self, const char *text, size_t bytes, const char *name);
/** Lay "section.key=value" over it. */
cst_status cst_reading_override(cst_reading *self, const char *text);
/** Fill in defaults and check; @p out takes the configuration. */
cst_status cst_reading_finish(cst_reading *self, cst_config **out);
void cst_reading_reset(cst_reading *self);

/** settings.c: what stages inherit from a value of a setting becomes one of its values, too. */
cst_status cst_settings_inherit(const cst_reading *self);
/** config_setting.c: every setting must be a configuration, and no two the same. */
cst_status cst_settings_check(const cst_reading *self);

/** Refuse a key of @p section ("": top level), with the nearest valid one. */
cst_status cst_unknown_key(const char *section, const cst_node *key);

/** Refuse file @p path ("this configuration", or the name in an `extends`), which could not be
 *  opened or read (@p verb) because of errno @p error, with what to do. */
cst_status cst_lost_file(cst_place at, const char *verb, const char *path, const char *which,
                         int error);

#endif
