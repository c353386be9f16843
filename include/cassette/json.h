/**
 * @file json.h
 * JSON documents (through jansson).
 *
 * A setter takes ownership of the value it stores.  Setters on NULL do nothing, and once memory ran
 * out while any document was built, cst_json_text() fails, so that building one needs no checks.
 * Bytes of a string that are no UTF-8 become '?'.
 */
#ifndef CST_JSON_H
#define CST_JSON_H

#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cst_json cst_json;

cst_json *cst_json_object(void);
cst_json *cst_json_array(void);
void cst_json_destroy(cst_json **self); /**< releases one reference to a root value */

cst_json *cst_json_of_number(double value); /**< null if it is not finite */
cst_json *cst_json_of_integer(int64_t value);
cst_json *cst_json_of_string(const char *value);
cst_json *cst_json_of_bool(bool value);
/** Another reference to @p value, to be set or appended elsewhere or destroyed. */
cst_json *cst_json_share(const cst_json *value);

/* Members of an object; numbers that are not finite are stored as null. */
void cst_json_set(cst_json *object, const char *key, cst_json *value); /**< takes @p value */
void cst_json_set_number(cst_json *object, const char *key, double value);
void cst_json_set_integer(cst_json *object, const char *key, int64_t value);
void cst_json_set_string(cst_json *object, const char *key, const char *value);
void cst_json_set_bool(cst_json *object, const char *key, bool value);
void cst_json_set_null(cst_json *object, const char *key);
/** Copy the members of @p from (may be NULL) into @p object. */
void cst_json_merge(cst_json *object, const cst_json *from);

/* Elements of an array. */
void cst_json_append(cst_json *array, cst_json *value); /**< takes @p value */
void cst_json_append_number(cst_json *array, double value);
void cst_json_append_integer(cst_json *array, int64_t value);
void cst_json_append_string(cst_json *array, const char *value);

/* Reading.  Returned values are borrowed; a missing member gives NULL or the fallback. */
const cst_json *cst_json_get(const cst_json *object, const char *key);
double cst_json_get_number(const cst_json *object, const char *key, double fallback);
int64_t cst_json_get_integer(const cst_json *object, const char *key, int64_t fallback);
const char *cst_json_get_string(const cst_json *object, const char *key, const char *fallback);
bool cst_json_get_bool(const cst_json *object, const char *key, bool fallback);
bool cst_json_is_object(const cst_json *value);
bool cst_json_is_array(const cst_json *value);
size_t cst_json_size(const cst_json *container);                /**< members or elements */
const cst_json *cst_json_at(const cst_json *array, size_t i);   /**< NULL past the end */
double cst_json_number(const cst_json *value, double fallback); /**< NaN for null */
const char *cst_json_string(const cst_json *value, const char *fallback);
/** Member @p i of an object in insertion order: its key (borrowed), its value in @p value. */
const char *cst_json_member(const cst_json *object, size_t i, const cst_json **value);

/** Text of a document; release with cst_free().  @p indent 0: one line.  Reals have 17 digits
 *  at most, members keep insertion order. */
cst_status cst_json_text(const cst_json *value, int indent, char **out);
/** Parse @p n bytes; @p name appears in the error with line and column.  @p out may be a scalar. */
cst_status cst_json_parse(const char *text, size_t n, const char *name, cst_json **out);
cst_status cst_json_read(const char *path, cst_json **out);
/** Whole file, atomically (file.h). */
cst_status cst_json_write(const cst_json *value, const char *path);

#endif
