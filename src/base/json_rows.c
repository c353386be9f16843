/* Contract in json_rows.h. */
#include "cassette/json_rows.h"

#include "cassette/memory.h"

#include <math.h>
#include <string.h>

/* Every CST_LIST_OF() looks like it. */
typedef CST_LIST_OF(void) any_list;

static char *place(const cst_json_row *row, void *structure)
{
  return (char *)structure + row->offset;
}

static const char *source(const cst_json_row *row, const void *structure)
{
  return (const char *)structure + row->offset;
}

/* --- reading --- */

static void take_range(const cst_json *array, double out[2])
{
  for (size_t i = 0; i < 2; i++) out[i] = cst_json_number(cst_json_at(array, i), NAN);
}

static cst_status take_list(const cst_json_row *row, const cst_json *array, void *at)
{
  cst_status st = CST_OK;
  any_list list = {NULL, cst_json_is_array(array) ? cst_json_size(array) : 0};
  if (list.n > 0) {
    list.item = cst_alloc(list.n, row->of->bytes);
    if (!list.item) {
      list.n = 0;
      st = cst_no_memory(row->key, 1, row->of->bytes);
    }
  }
  memcpy(at, &list, sizeof list);
  for (size_t i = 0; i < list.n; i++) /* all of them, so that each can be reset */
    if (cst_rows_read(row->of, cst_json_at(array, i), (char *)list.item + i * row->of->bytes) !=
        CST_OK)
      st = CST_ERR_INTERNAL;
  return st;
}

static cst_status take(const cst_json_row *row, const cst_json *object, void *at)
{
  cst_status st = CST_OK;
  const cst_json *value = row->key ? cst_json_get(object, row->key) : NULL;
  const char *text = cst_json_string(value, NULL);
  const double number = value ? cst_json_number(value, NAN) : NAN;
  const int64_t count = row->key ? cst_json_get_integer(object, row->key, CST_NO_COUNT) : 0;
  double range[2];
  bool truth;
  switch (row->kind) {
  case CST_ROW_TEXT:
    memcpy(at, &text, sizeof text);
    break;
  case CST_ROW_COUNT:
    memcpy(at, &count, sizeof count);
    break;
  case CST_ROW_NUMBER:
    memcpy(at, &number, sizeof number);
    break;
  case CST_ROW_TRUTH:
    truth = cst_json_get_bool(object, row->key, false);
    memcpy(at, &truth, sizeof truth);
    break;
  case CST_ROW_RANGE:
    take_range(value, range);
    memcpy(at, range, sizeof range);
    break;
  case CST_ROW_TREE:
    memcpy(at, &value, sizeof value);
    break;
  case CST_ROW_PART:
    st = cst_rows_read(row->of, value, at);
    truth = cst_json_is_object(value);
    memcpy(at, &truth, sizeof truth);
    break;
  case CST_ROW_SAME:
    st = cst_rows_read(row->of, object, at);
    break;
  case CST_ROW_MAYBE:
    st = cst_rows_read(row->of, object, at);
    truth = cst_json_get(object, row->of->row[0].key) != NULL;
    memcpy(at, &truth, sizeof truth);
    break;
  case CST_ROW_LIST:
    st = take_list(row, value, at);
    break;
  }
  return st;
}

cst_status cst_rows_read(const cst_json_shape *shape, const cst_json *object, void *out)
{
  cst_status st = CST_OK;
  memset(out, 0, shape->bytes);
  for (size_t i = 0; i < shape->n; i++) {
    const cst_status one = take(&shape->row[i], object, place(&shape->row[i], out));
    if (st == CST_OK) st = one;
  }
  return st;
}

void cst_rows_init(const cst_json_shape *shape, void *out)
{
  (void)cst_rows_read(shape, NULL, out); /* without lists nothing is allocated */
}

static void reset(const cst_json_shape *shape, void *self, bool trees)
{
  for (size_t i = 0; i < shape->n; i++) {
    const cst_json_row *row = &shape->row[i];
    any_list list = {0};
    cst_json *tree = NULL;
    switch (row->kind) {
    case CST_ROW_PART:
    case CST_ROW_SAME:
    case CST_ROW_MAYBE:
      reset(row->of, place(row, self), trees);
      break;
    case CST_ROW_LIST:
      memcpy(&list, place(row, self), sizeof list);
      for (size_t k = 0; k < list.n; k++)
        reset(row->of, (char *)list.item + k * row->of->bytes, trees);
      cst_free(list.item);
      break;
    case CST_ROW_TREE:
      memcpy(&tree, place(row, self), sizeof tree);
      if (trees && tree) cst_json_destroy(&tree);
      break;
    default:
      break;
    }
  }
  cst_rows_init(shape, self);
}

void cst_rows_reset(const cst_json_shape *shape, void *self) { reset(shape, self, false); }

void cst_rows_destroy(const cst_json_shape *shape, void *self) { reset(shape, self, true); }

/* --- writing --- */

static cst_json *range_json(const char *at)
{
  double range[2];
  cst_json *array = cst_json_array();
  memcpy(range, at, sizeof range);
  for (size_t i = 0; i < 2; i++) cst_json_append_number(array, range[i]);
  return array;
}

static cst_json *list_json(const cst_json_row *row, const any_list *list)
{
  cst_json *array = cst_json_array();
  for (size_t i = 0; i < list->n; i++)
    cst_json_append(array, cst_rows_json(row->of, (const char *)list->item + i * row->of->bytes));
  return array;
}

/* NULL: none. */
static cst_json *give(const cst_json_row *row, const char *at)
{
  union {
    const char *text;
    int64_t count;
    double number, range[2];
    bool truth;
    const cst_json *tree;
    any_list list;
  } value;
  switch (row->kind) {
  case CST_ROW_TEXT:
    memcpy(&value.text, at, sizeof value.text);
    return value.text ? cst_json_of_string(value.text) : NULL;
  case CST_ROW_COUNT:
    memcpy(&value.count, at, sizeof value.count);
    return value.count >= 0 ? cst_json_of_integer(value.count) : NULL;
  case CST_ROW_NUMBER:
    memcpy(&value.number, at, sizeof value.number);
    return isfinite(value.number) ? cst_json_of_number(value.number) : NULL;
  case CST_ROW_TRUTH:
    memcpy(&value.truth, at, sizeof value.truth);
    return value.truth || row->none == CST_NONE_AS_NULL ? cst_json_of_bool(value.truth) : NULL;
  case CST_ROW_RANGE:
    memcpy(value.range, at, sizeof value.range);
    return isfinite(value.range[0]) || row->none == CST_NONE_AS_NULL ? range_json(at) : NULL;
  case CST_ROW_TREE:
    memcpy(&value.tree, at, sizeof value.tree);
    return value.tree ? cst_json_share(value.tree) : NULL;
  case CST_ROW_PART:
    memcpy(&value.truth, at, sizeof value.truth);
    return value.truth ? cst_rows_json(row->of, at) : NULL;
  case CST_ROW_LIST:
    memcpy(&value.list, at, sizeof value.list);
    return value.list.n > 0 || row->none == CST_NONE_AS_NULL ? list_json(row, &value.list) : NULL;
  case CST_ROW_SAME:
  case CST_ROW_MAYBE:
    break;
  }
  return NULL;
}

void cst_rows_write(const cst_json_shape *shape, const void *from, cst_json *out)
{
  for (size_t i = 0; i < shape->n; i++) {
    const cst_json_row *row = &shape->row[i];
    const char *at = source(row, from);
    bool there = row->kind == CST_ROW_SAME;
    if (row->kind == CST_ROW_MAYBE) memcpy(&there, at, sizeof there);
    if (there) cst_rows_write(row->of, at, out);
    if (row->kind == CST_ROW_SAME || row->kind == CST_ROW_MAYBE) continue;
    cst_json *value = give(row, at);
    if (value)
      cst_json_set(out, row->key, value);
    else if (row->none == CST_NONE_AS_NULL)
      cst_json_set_null(out, row->key);
  }
}

cst_json *cst_rows_json(const cst_json_shape *shape, const void *from)
{
  cst_json *out = cst_json_object();
  cst_rows_write(shape, from, out);
  return out;
}
