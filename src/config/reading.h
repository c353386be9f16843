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

/** Refuse a key of @p section ("": top level), with the nearest valid one. */
cst_status cst_unknown_key(const char *section, const cst_node *key);

/** Refuse file @p path ("this configuration", or the name in an `extends`), which could not be
 *  opened or read (@p verb) because of errno @p error, with what to do. */
cst_status cst_lost_file(cst_place at, const char *verb, const char *path, const char *which,
                         int error);

#endif
