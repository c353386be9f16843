/*
 * JSON through jansson.  A cst_json is a json_t under another name: this file alone knows it.
 * jansson uses malloc; its documents are not counted by memory.h.
 */
#include "cassette/json.h"

#include "cassette/file.h"
#include "cassette/memory.h"
#include "cassette/utf8.h"

#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static json_t *j(cst_json *self) { return (json_t *)(void *)self; }
static const json_t *cj(const cst_json *self) { return (const json_t *)(const void *)self; }
static cst_json *wrap(json_t *self) { return (cst_json *)(void *)self; }

/* Memory ran out while some document was built.  Which one does not matter: a process in which
 * that happened writes no document any more. */
static atomic_bool incomplete;

static json_t *made(json_t *value)
{
  if (!value) incomplete = true;
  return value;
}

static void put(json_t *object, const char *key, json_t *value)
{
  if (json_object_set_new(object, key, value) != 0 && json_is_object(object) && value)
    incomplete = true;
}

static void append(json_t *array, json_t *value)
{
  if (json_array_append_new(array, value) != 0 && json_is_array(array) && value) incomplete = true;
}

/* JSON knows no NaN; null says "no number". */
static json_t *real_or_null(double value)
{
  return made(isfinite(value) ? json_real(value) : json_null());
}

/* A path may hold any bytes, JSON only UTF-8. */
static json_t *readable(const char *value)
{
  char *copy = cst_strdup(value);
  json_t *text = NULL;
  if (!copy) return NULL;
  for (unsigned char *at = (unsigned char *)copy; *at;) {
    const size_t bytes = cst_utf8_sequence(at, strlen((char *)at));
    if (bytes == 0) *at = '?';
    at += bytes ? bytes : 1;
  }
  text = json_string(copy);
  cst_free(copy);
  return text;
}

static json_t *text_or_null(const char *value)
{
  json_t *text = value ? json_string(value) : json_null();
  return made(text ? text : readable(value));
}

cst_json *cst_json_object(void) { return wrap(made(json_object())); }
cst_json *cst_json_array(void) { return wrap(made(json_array())); }

cst_json *cst_json_of_number(double value) { return wrap(real_or_null(value)); }
cst_json *cst_json_of_integer(int64_t value) { return wrap(made(json_integer(value))); }
cst_json *cst_json_of_string(const char *value) { return wrap(text_or_null(value)); }
cst_json *cst_json_of_bool(bool value) { return wrap(json_boolean(value)); }

cst_json *cst_json_share(const cst_json *value)
{
  return wrap(json_incref((json_t *)(uintptr_t)(const void *)value)); /* only counted */
}

void cst_json_destroy(cst_json **self)
{
  json_decref(j(*self));
  *self = NULL;
}

void cst_json_set(cst_json *object, const char *key, cst_json *value)
{
  put(j(object), key, j(value));
}

void cst_json_set_number(cst_json *object, const char *key, double value)
{
  put(j(object), key, real_or_null(value));
}

void cst_json_set_integer(cst_json *object, const char *key, int64_t value)
{
  put(j(object), key, made(json_integer(value)));
}

void cst_json_set_string(cst_json *object, const char *key, const char *value)
{
  put(j(object), key, text_or_null(value));
}

void cst_json_set_bool(cst_json *object, const char *key, bool value)
{
  put(j(object), key, json_boolean(value));
}

void cst_json_set_null(cst_json *object, const char *key) { put(j(object), key, json_null()); }

void cst_json_merge(cst_json *object, const cst_json *from)
{
  json_t *members = (json_t *)(uintptr_t)(const void *)from; /* only read */
  if (!json_is_object(j(object)) || !json_is_object(members)) return;
  if (json_object_update(j(object), members) != 0) incomplete = true;
}

void cst_json_append(cst_json *array, cst_json *value) { append(j(array), j(value)); }

void cst_json_append_number(cst_json *array, double value)
{
  append(j(array), real_or_null(value));
}

void cst_json_append_integer(cst_json *array, int64_t value)
{
  append(j(array), made(json_integer(value)));
}

void cst_json_append_string(cst_json *array, const char *value)
{
  append(j(array), text_or_null(value));
}

const cst_json *cst_json_get(const cst_json *object, const char *key)
{
  return wrap(json_object_get(cj(object), key));
}

double cst_json_number(const cst_json *value, double fallback)
{
  if (json_is_null(cj(value))) return NAN;
  return json_is_number(cj(value)) ? json_number_value(cj(value)) : fallback;
}

const char *cst_json_string(const cst_json *value, const char *fallback)
{
  return json_is_string(cj(value)) ? json_string_value(cj(value)) : fallback;
}

double cst_json_get_number(const cst_json *object, const char *key, double fallback)
{
  return cst_json_number(cst_json_get(object, key), fallback);
}

int64_t cst_json_get_integer(const cst_json *object, const char *key, int64_t fallback)
{
  const json_t *value = cj(cst_json_get(object, key));
  return json_is_integer(value) ? json_integer_value(value) : fallback;
}

const char *cst_json_get_string(const cst_json *object, const char *key, const char *fallback)
{
  return cst_json_string(cst_json_get(object, key), fallback);
}

bool cst_json_get_bool(const cst_json *object, const char *key, bool fallback)
{
  const json_t *value = cj(cst_json_get(object, key));
  return json_is_boolean(value) ? json_is_true(value) : fallback;
}

bool cst_json_is_object(const cst_json *value) { return json_is_object(cj(value)); }
bool cst_json_is_array(const cst_json *value) { return json_is_array(cj(value)); }

size_t cst_json_size(const cst_json *container)
{
  return json_is_array(cj(container)) ? json_array_size(cj(container))
                                      : json_object_size(cj(container));
}

const cst_json *cst_json_at(const cst_json *array, size_t i)
{
  return wrap(json_array_get(cj(array), i));
}

const char *cst_json_member(const cst_json *object, size_t i, const cst_json **value)
{
  /* Iteration reads only; jansson's signature has no const. */
  void *at = json_object_iter((json_t *)(void *)(uintptr_t)(const void *)object);
  for (; at && i > 0; i--)
    at = json_object_iter_next((json_t *)(uintptr_t)(const void *)object, at);
  if (value) *value = at ? wrap(json_object_iter_value(at)) : NULL;
  return at ? json_object_iter_key(at) : NULL;
}

cst_status cst_json_text(const cst_json *value, int indent, char **out)
{
  char *text =
      incomplete ? NULL
                 : json_dumps(cj(value), JSON_INDENT((size_t)indent) | JSON_ENCODE_ANY |
                                             (indent ? 0 : JSON_COMPACT) | JSON_REAL_PRECISION(17));
  *out = text ? cst_strdup(text) : NULL;
  free(text);
  return *out ? CST_OK : cst_no_memory("JSON text", 1, 1);
}

/* jansson takes a lack of memory for damage of the document: so it is noticed here. */
static _Thread_local bool lacks_memory;

static void *allocate(size_t bytes)
{
  void *out = malloc(bytes);
  if (!out && bytes) lacks_memory = true;
  return out;
}

static void watch_memory(void) { json_set_alloc_funcs(allocate, free); }

cst_status cst_json_parse(const char *text, size_t n, const char *name, cst_json **out)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  json_error_t error;
  pthread_once(&once, watch_memory);
  lacks_memory = false;
  *out = wrap(json_loadb(text, n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error));
  if (*out) return CST_OK;
  if (lacks_memory) return cst_no_memory(name, n, 1);
  return cst_raise(CST_ERR_DATA, "%s:%d:%d: not valid JSON: %s; remove the file and make it again",
                   name, error.line, error.column, error.text);
}

cst_status cst_json_read(const char *path, cst_json **out)
{
  cst_status st = CST_OK;
  char *text = NULL;
  size_t n = 0;
  *out = NULL;
  CST_TRY(cst_file_read(path, &text, &n));
  CST_TRY(cst_json_parse(text, n, path, out));
done:
  cst_free(text);
  return st;
}

cst_status cst_json_write(const cst_json *value, const char *path)
{
  cst_status st = CST_OK;
  cst_text line = {0};
  char *text = NULL;
  CST_TRY(cst_json_text(value, 2, &text));
  cst_text_add(&line, "%s\n", text);
  CST_TRY(cst_text_status(&line));
  CST_TRY(cst_file_write(path, line.data, line.bytes));
done:
  cst_text_reset(&line);
  cst_free(text);
  return st;
}
