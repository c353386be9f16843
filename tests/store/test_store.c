/* What is written is read back: every type and shape, texts, groups, pieces, conversions. */
#include "cassette/digest.h"
#include "cassette/file.h"
#include "cassette/store.h"
#include "support/test_support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char path[512];

static int fresh_path(void **state)
{
  (void)state;
  snprintf(path, sizeof path, "%s/a.h5", test_temp_dir());
  return 0;
}

static int nothing_held(void **state)
{
  test_release(state);
  test_remove_dirs();
  return cst_memory_blocks() == 0 ? 0 : -1;
}

static cst_store *create(void)
{
  cst_store *store = NULL;
  assert_ok(cst_store_create(path, &store));
  return store;
}

static cst_store *reopen(cst_store *written)
{
  cst_store *store = NULL;
  assert_ok(cst_store_commit(&written));
  assert_null(written);
  assert_ok(cst_store_open(path, &store));
  return store;
}

static const cst_type types[] = {CST_F32, CST_F64, CST_I8, CST_I32, CST_I64, CST_U8, CST_U64};
enum { TYPES = sizeof types / sizeof *types, MAX_BYTES = 1 << 20 };

static const struct {
  size_t dims, shape[CST_STORE_MAX_DIMS];
} shapes[] = {
    {0, {0}},    {1, {1}},         {1, {100003}},      {2, {0, 3}},       {2, {3, 0}},
    {2, {7, 5}}, {3, {3, 50, 64}}, {3, {2, 1, 60000}}, {4, {2, 3, 4, 5}}, {6, {2, 1, 3, 1, 2, 2}},
};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static size_t elements(size_t s)
{
  size_t n = 1;
  for (size_t d = 0; d < shapes[s].dims; d++) n *= shapes[s].shape[d];
  return n;
}

static void every_type_and_shape_comes_back(void **state)
{
  (void)state;
  unsigned char *bytes = (unsigned char *)test_zeros(MAX_BYTES / sizeof(float));
  unsigned char *got = (unsigned char *)test_zeros(MAX_BYTES / sizeof(float));
  char name[64];
  cst_store *store = create();
  for (size_t i = 0; i < MAX_BYTES; i++) bytes[i] = (unsigned char)(i * 7 + i / 251) & 0x3f;

  for (size_t t = 0; t < TYPES; t++)
    for (size_t s = 0; s < SHAPES; s++)
      for (int sum = 0; sum < 2; sum++) {
        snprintf(name, sizeof name, "type%zu/shape%zu/%d", t, s, sum);
        assert_ok(cst_store_write(store, name, types[t], shapes[s].dims, shapes[s].shape, bytes,
                                  sum != 0));
      }
  store = reopen(store);
  for (size_t t = 0; t < TYPES; t++)
    for (size_t s = 0; s < SHAPES; s++)
      for (int sum = 0; sum < 2; sum++) {
        size_t dims, shape[CST_STORE_MAX_DIMS];
        snprintf(name, sizeof name, "type%zu/shape%zu/%d", t, s, sum);
        assert_ok(cst_store_shape(store, name, &dims, shape));
        assert_int_equal(dims, shapes[s].dims);
        assert_memory_equal(shape, shapes[s].shape, dims * sizeof *shape);
        assert_ok(cst_store_read(store, name, types[t], elements(s), got));
        assert_memory_equal(got, bytes, elements(s) * cst_type_bytes(types[t]));
      }
  cst_store_close(&store);
}

static void pieces_make_the_same_array(void **state)
{
  (void)state;
  enum { ROWS = 11, INNER = 3 * 700 };
  const size_t shape[] = {ROWS, 3, 700}, wide[] = {2, INNER};
  const float *x = test_random(1, ROWS * INNER);
  float *got = test_zeros(ROWS * INNER);
  cst_store *store = create();
  assert_ok(cst_store_begin(store, "x", CST_F32, 3, shape, true));
  assert_ok(cst_store_write_rows(store, "x", CST_F32, 4, 7, x + 4 * INNER));
  assert_ok(cst_store_write_rows(store, "x", CST_F32, 0, 3, x));
  assert_ok(cst_store_write_rows(store, "x", CST_F32, 3, 0, x));
  assert_fails(cst_store_write_rows(store, "x", CST_F32, 10, 2, x), CST_ERR_DATA, "2 rows from 10");
  assert_ok(cst_store_begin(store, "zeros", CST_F32, 2, wide, true));
  store = reopen(store);

  assert_ok(cst_store_read(store, "x", CST_F32, ROWS * INNER, got));
  assert_memory_equal(got, x, 3 * INNER * sizeof *x);
  assert_memory_equal(got + 4 * INNER, x + 4 * INNER, 7 * INNER * sizeof *x);
  for (size_t i = 3 * INNER; i < 4 * INNER; i++) assert_true(got[i] == 0.0f); /* not written */

  assert_ok(cst_store_read_rows(store, "x", CST_F32, 5, 2, INNER, got));
  assert_memory_equal(got, x + 5 * INNER, 2 * INNER * sizeof *x);
  assert_ok(cst_store_read_rows(store, "x", CST_F32, ROWS, 0, INNER, got));
  assert_fails(cst_store_read_rows(store, "x", CST_F32, ROWS, 1, INNER, got), CST_ERR_DATA,
               "it has 11");
  assert_fails(cst_store_read_rows(store, "x", CST_F32, SIZE_MAX, 2, INNER, got), CST_ERR_DATA,
               "it has");
  assert_fails(cst_store_read_rows(store, "x", CST_F32, 5, 2, INNER - 1, got), CST_ERR_DATA,
               "rows of 2100 values, 2099 are expected");
  assert_fails(cst_store_read(store, "zeros", CST_F32, 2 * INNER, got), CST_ERR_DATA,
               "announces more values than the file holds");
  cst_store_close(&store);
}

static void texts_come_back(void **state)
{
  (void)state;
  static const char *const list[] = {"Xi'an", "", "a longer name", "西安"};
  char *longest = (char *)test_zeros(25001), *text = NULL, **texts = NULL;
  size_t n = 0;
  cst_store *store = create();
  memset(longest, 'x', 100000);
  assert_ok(cst_store_write_string(store, "empty", ""));
  assert_ok(cst_store_write_string(store, "in/group", "model: se-trans\n"));
  assert_ok(cst_store_write_string(store, "long", longest));
  assert_ok(cst_store_write_strings(store, "list", 4, list));
  assert_ok(cst_store_write_strings(store, "none", 0, NULL));
  store = reopen(store);

  assert_ok(cst_store_read_string(store, "empty", &text));
  assert_string_equal(text, "");
  cst_free(text);
  assert_ok(cst_store_read_string(store, "in/group", &text));
  assert_string_equal(text, "model: se-trans\n");
  cst_free(text);
  assert_ok(cst_store_read_string(store, "long", &text));
  assert_string_equal(text, longest);
  cst_free(text);
  assert_ok(cst_store_read_strings(store, "list", &n, &texts));
  assert_int_equal(n, 4);
  for (size_t i = 0; i < n; i++) assert_string_equal(texts[i], list[i]);
  cst_free(texts);
  assert_ok(cst_store_read_strings(store, "none", &n, &texts));
  assert_int_equal(n, 0);
  cst_free(texts);
  assert_fails(cst_store_read_string(store, "list", &text), CST_ERR_DATA, "holds 4 texts");
  assert_null(text);
  cst_store_close(&store);
}

static cst_status append(void *context, const char *name)
{
  cst_text_add(context, "%s ", name);
  return CST_OK;
}

static cst_status refuse(void *context, const char *name)
{
  (void)context;
  return cst_raise(CST_ERR_NUMBERS, "stopped at %s", name);
}

static void groups_list_in_byte_order(void **state)
{
  (void)state;
  static const char *const names[] = {"b/2", "b/10", "B", "a", "b/1", "_", "b/x/y"};
  const float one = 1.0f;
  cst_text text = {0};
  cst_store *store = create();
  for (size_t i = 0; i < 7; i++)
    assert_ok(cst_store_write(store, names[i], CST_F32, 0, NULL, &one, true));
  assert_true(cst_store_has(store, "b/x"));
  store = reopen(store);

  assert_ok(cst_store_list(store, "", append, &text));
  assert_ok(cst_store_list(store, "b", append, &text));
  assert_string_equal(text.data, "B _ a b 1 10 2 x ");
  cst_text_reset(&text);
  assert_fails(cst_store_list(store, "b", refuse, NULL), CST_ERR_NUMBERS, "stopped at 1");
  assert_fails(cst_store_list(store, "c", append, &text), CST_ERR_DATA, "absent");
  for (size_t i = 0; i < 7; i++) assert_true(cst_store_has(store, names[i]));
  assert_false(cst_store_has(store, "b/3"));
  assert_false(cst_store_has(store, "c/d/e"));
  assert_false(cst_store_has(store, "a/b"));
  assert_false(cst_store_has(store, ""));
  cst_store_close(&store);
}

static void the_same_content_gives_the_same_bytes(void **state)
{
  (void)state;
  const size_t shape[] = {300, 200};
  const float *x = test_random(3, 60000);
  char hex[2][CST_DIGEST_HEX];
  for (int k = 0; k < 2; k++) {
    cst_store *store = create();
    assert_ok(cst_store_write(store, "deep/er/x", CST_F32, 2, shape, x, true));
    assert_ok(cst_store_write_string(store, "deep/text", "words"));
    assert_ok(cst_store_commit(&store));
    assert_ok(cst_digest_file(path, hex[k]));
    if (k == 0) usleep(1100000); /* HDF5's times have seconds */
  }
  assert_string_equal(hex[0], hex[1]);
}

static void only_commit_shows_a_file(void **state)
{
  (void)state;
  const int32_t one = 1;
  cst_store *store = create();
  assert_ok(cst_store_write(store, "x", CST_I32, 0, NULL, &one, true));
  assert_false(cst_file_exists(path));
  cst_store_close(&store);
  assert_null(store);
  cst_store_close(&store);
  assert_false(cst_file_exists(path));
  assert_fails(cst_store_open(path, &store), CST_ERR_DATA, "No such file");
}

static void an_array_is_written_once(void **state)
{
  (void)state;
  const int32_t one = 1;
  cst_store *store = create();
  assert_ok(cst_store_write(store, "x", CST_I32, 0, NULL, &one, true));
  assert_fails(cst_store_write(store, "x", CST_I32, 0, NULL, &one, true), CST_ERR_INTERNAL, "x");
  assert_fails(cst_store_write(store, "x/y", CST_I32, 0, NULL, &one, true), CST_ERR_INTERNAL,
               "x/y");
  cst_store_close(&store);
}

static void wrong_questions_get_clear_answers(void **state)
{
  (void)state;
  const size_t shape[] = {2, 3};
  const float x[6] = {0};
  float got[6];
  char *text = NULL;
  size_t dims, extent[CST_STORE_MAX_DIMS];
  cst_store *store = create();
  assert_ok(cst_store_write(store, "g/x", CST_F32, 2, shape, x, true));
  assert_ok(cst_store_write(store, "one", CST_F32, 0, NULL, x, true));
  assert_ok(cst_store_write_string(store, "text", "words"));
  store = reopen(store);
  assert_fails(cst_store_read(store, "g/x", CST_F32, 5, got), CST_ERR_DATA,
               "a.h5: array g/x: has shape [2, 3], 5 values are expected");
  assert_fails(cst_store_read(store, "g/y", CST_F32, 6, got), CST_ERR_DATA, "no array g/y");
  assert_fails(cst_store_read(store, "g", CST_F32, 6, got), CST_ERR_DATA, "not an array");
  assert_fails(cst_store_read(store, "text", CST_F32, 1, got), CST_ERR_DATA, "holds text");
  assert_fails(cst_store_read_rows(store, "one", CST_F32, 0, 1, 1, got), CST_ERR_DATA,
               "a single value");
  assert_fails(cst_store_shape(store, "", &dims, extent), CST_ERR_DATA, "no array");
  assert_fails(cst_store_read_string(store, "one", &text), CST_ERR_DATA, "holds no text");
  assert_null(text);
  cst_store_close(&store);
}

static cst_store *golden(void)
{
  cst_store *store = NULL;
  assert_ok(cst_store_open(CST_TEST_DIR "/golden/h5py.h5", &store));
  return store;
}

static void h5py_numbers_are_read(void **state)
{
  (void)state;
  cst_store *store = golden();
  double real[6], value;
  float single[2];
  int64_t label[4];
  int32_t many[1000];
  uint8_t mask[3];
  size_t dims, shape[CST_STORE_MAX_DIMS];
  assert_ok(cst_store_read(store, "f64/step0/loss", CST_F64, 1, real));
  assert_true(real[0] == 2.302585092994046);
  assert_ok(cst_store_read(store, "f64/step0/grad", CST_F64, 6, real));
  for (int i = 0; i < 6; i++) assert_true(real[i] == i / 8.0);
  assert_ok(cst_store_read(store, "f64/step1/loss", CST_F32, 1, single));
  assert_true(isnan(single[0]));
  assert_ok(cst_store_read(store, "labels", CST_I64, 4, label));
  assert_true(label[1] == 9 && label[3] == -1);
  assert_ok(cst_store_read(store, "mask", CST_U8, 3, mask));
  assert_true(mask[0] == 1 && mask[1] == 0 && mask[2] == 1);
  assert_ok(cst_store_read(store, "half", CST_F32, 2, single));
  assert_true(single[0] == 0.5f && single[1] == 1.5f);
  assert_ok(cst_store_read(store, "big_endian", CST_F32, 2, single));
  assert_true(single[0] == 1.25f && single[1] == -2.5f);
  assert_ok(cst_store_read(store, "compressed", CST_I32, 1000, many));
  for (int i = 0; i < 1000; i++) assert_int_equal(many[i], i);
  assert_ok(cst_store_shape(store, "empty", &dims, shape));
  assert_true(dims == 2 && shape[0] == 0 && shape[1] == 4);
  assert_ok(cst_store_attribute(store, "version", &value));
  assert_true(value == 3.0);
  assert_ok(cst_store_attribute(store, "rate", &value));
  assert_true(value == 0.5);
  cst_store_close(&store);
}

static void h5py_texts_are_read(void **state)
{
  (void)state;
  cst_store *store = golden();
  char *text = NULL, **texts = NULL;
  size_t n = 0;
  assert_ok(cst_store_read_string(store, "name", &text));
  assert_string_equal(text, "Xi'an 西安");
  cst_free(text);
  assert_ok(cst_store_read_strings(store, "names", &n, &texts));
  assert_int_equal(n, 2);
  assert_string_equal(texts[1], "metro station");
  cst_free(texts);
  assert_ok(cst_store_read_strings(store, "variable_names", &n, &texts));
  assert_int_equal(n, 3);
  assert_string_equal(texts[0], "airport");
  assert_string_equal(texts[1], "");
  assert_string_equal(texts[2], "tram");
  cst_free(texts);
  cst_store_close(&store);
}

/* HDF5's own conversion would clip in silence. */
static void values_that_do_not_fit_are_refused(void **state)
{
  (void)state;
  cst_store *store = golden();
  int8_t small[6];
  int32_t whole[6];
  uint64_t positive[4];
  float single[2];
  double real[2], value;
  assert_fails(cst_store_read(store, "large", CST_I8, 2, small), CST_ERR_DATA, "does not fit");
  assert_fails(cst_store_read(store, "labels", CST_U64, 4, positive), CST_ERR_DATA, "not fit");
  assert_fails(cst_store_read(store, "f64/step0/grad", CST_I32, 6, whole), CST_ERR_DATA, "not fit");
  assert_fails(cst_store_read(store, "f64/step1/loss", CST_I32, 1, whole), CST_ERR_DATA, "not fit");
  assert_fails(cst_store_read(store, "huge", CST_F32, 2, single), CST_ERR_DATA, "not fit");
  assert_ok(cst_store_read_rows(store, "huge", CST_F32, 1, 1, 1, single));
  assert_true(isinf(single[0]));
  assert_ok(cst_store_read(store, "huge", CST_F64, 2, real));
  assert_true(real[0] == 1e300 && isinf(real[1]));
  assert_fails(cst_store_read(store, "packed", CST_F32, 2, single), CST_ERR_DATA, "structured");
  assert_fails(cst_store_read(store, "nothing", CST_F32, 0, single), CST_ERR_DATA, "no values");
  assert_fails(cst_store_read(store, "dangling", CST_F32, 1, single), CST_ERR_DATA, "no array");
  assert_fails(cst_store_attribute(store, "absent", &value), CST_ERR_DATA, "no attribute absent");
  assert_fails(cst_store_attribute(store, "note", &value), CST_ERR_DATA, "no attribute note");
  cst_store_close(&store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_type_and_shape_comes_back, fresh_path, nothing_held),
      cmocka_unit_test_setup_teardown(pieces_make_the_same_array, fresh_path, nothing_held),
      cmocka_unit_test_setup_teardown(texts_come_back, fresh_path, nothing_held),
      cmocka_unit_test_setup_teardown(groups_list_in_byte_order, fresh_path, nothing_held),
      cmocka_unit_test_setup_teardown(the_same_content_gives_the_same_bytes, fresh_path,
                                      nothing_held),
      cmocka_unit_test_setup_teardown(only_commit_shows_a_file, fresh_path, nothing_held),
      cmocka_unit_test_setup_teardown(an_array_is_written_once, fresh_path, nothing_held),
      cmocka_unit_test_setup_teardown(wrong_questions_get_clear_answers, fresh_path, nothing_held),
      cmocka_unit_test_setup_teardown(h5py_numbers_are_read, fresh_path, nothing_held),
      cmocka_unit_test_setup_teardown(h5py_texts_are_read, fresh_path, nothing_held),
      cmocka_unit_test_setup_teardown(values_that_do_not_fit_are_refused, fresh_path, nothing_held),
  };
  return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
