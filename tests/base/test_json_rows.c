/* One table writes and reads a structure: every kind of member comes back, and none as none. */
#include "support/test_support.h"

#include "cassette/json_rows.h"
#include "cassette/memory.h"

#include <math.h>
#include <string.h>

typedef struct {
  bool there;
  double share;
} part;
typedef struct {
  int64_t clips;
} same;
typedef struct {
  const char *name;
  CST_LIST_OF(same) of;
} element;
typedef struct {
  const char *text, *absent;
  int64_t count;
  double number, range[2];
  bool truth;
  const cst_json *tree;
  part part, other;
  same same;
  CST_LIST_OF(element) list;
} whole;

static const cst_json_row part_rows[] = {CST_ROW(part, share, NUMBER)};
static const cst_json_shape part_shape = CST_SHAPE(part, part_rows);
static const cst_json_row same_rows[] = {CST_ROW(same, clips, COUNT)};
static const cst_json_shape same_shape = CST_SHAPE(same, same_rows);
static const cst_json_row element_rows[] = {CST_ROW(element, name, TEXT),
                                            CST_ROW_WITH(element, of, LIST, .of = &same_shape)};
static const cst_json_shape element_shape = CST_SHAPE(element, element_rows);
static const cst_json_row rows[] = {
    CST_ROW(whole, text, TEXT),
    CST_ROW_WITH(whole, absent, TEXT, .none = CST_NONE_LEFT_OUT),
    CST_ROW(whole, count, COUNT),
    CST_ROW(whole, number, NUMBER),
    CST_ROW(whole, range, RANGE),
    CST_ROW(whole, truth, TRUTH),
    CST_ROW(whole, tree, TREE),
    CST_ROW_WITH(whole, part, PART, .of = &part_shape),
    CST_ROW_WITH(whole, other, PART, .of = &part_shape, .none = CST_NONE_LEFT_OUT),
    CST_ROW_WITH(whole, same, SAME, .of = &same_shape),
    CST_ROW_WITH(whole, list, LIST, .of = &element_shape),
};
static const cst_json_shape shape = CST_SHAPE(whole, rows);

/* @p text as it is written again. */
static void comes_back(const char *text, const char *as)
{
  cst_json *document, *again;
  whole w;
  char *written;
  assert_ok(cst_json_parse(text, strlen(text), "text", &document));
  assert_ok(cst_rows_read(&shape, document, &w));
  again = cst_rows_json(&shape, &w);
  assert_ok(cst_json_text(again, 0, &written));
  assert_string_equal(written, as);
  cst_free(written);
  cst_rows_reset(&shape, &w);
  assert_null(w.text);
  assert_int_equal(w.list.n, 0);
  cst_json_destroy(&again);
  cst_json_destroy(&document);
  assert_int_equal(cst_memory_blocks(), 0);
}

static void all_kinds_come_back(void **state)
{
  (void)state;
  static const char text[] =
      "{\"text\":\"a\",\"count\":3,\"number\":0.5,\"range\":[1.0,2.0],\"truth\":true,\"tree\":{\"x\":"
      "[1]},\"part\":{\"share\":0.25},\"clips\":7,\"list\":[{\"name\":\"b\",\"of\":[{\"clips\":1},{"
      "\"clips\":2}]},{\"name\":\"c\",\"of\":[]}]}";
  comes_back(text, text);
}

/* Members that are not there, and those of another type. */
static void none_is_none(void **state)
{
  (void)state;
  static const char *const texts[] = {
      "{}", "[]", "7",
      ("{\"text\":1,\"absent\":[],\"count\":2.5,\"number\":\"a\",\"range\":{},\"truth\":1,\"tree\":null,"
       "\"part\":[],\"other\":1,\"clips\":\"x\",\"list\":{\"name\":1}}")};
  static const char none[] =
      "{\"text\":null,\"count\":null,\"number\":null,\"range\":[null,null],\"truth\":false,\"tree\":"
      "null,\"part\":null,\"clips\":null,\"list\":[]}";
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) comes_back(texts[i], none);
}

static void values_are_where_they_belong(void **state)
{
  (void)state;
  static const char text[] = "{\"count\":3,\"part\":{},\"list\":[4,{\"of\":[{\"clips\":5}]}]}";
  cst_json *document;
  whole w;
  assert_ok(cst_json_parse(text, strlen(text), "text", &document));
  assert_ok(cst_rows_read(&shape, document, &w));
  assert_int_equal(w.count, 3);
  assert_true(w.part.there && isnan(w.part.share) && !w.other.there);
  assert_int_equal(w.same.clips, CST_NO_COUNT);
  assert_true(isnan(w.number) && isnan(w.range[0]) && isnan(w.range[1]));
  assert_int_equal(w.list.n, 2);
  assert_null(w.list.item[0].name);
  assert_int_equal(w.list.item[1].of.item[0].clips, 5);
  cst_rows_reset(&shape, &w);
  cst_json_destroy(&document);
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(all_kinds_come_back),
                                     cmocka_unit_test(none_is_none),
                                     cmocka_unit_test(values_are_where_they_belong)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
