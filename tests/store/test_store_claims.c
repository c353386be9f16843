/* What a file announces is believed as far as its length goes.  tests/golden/claims.h5 is made by
 * scripts/golden/claims.py. */
#include "cassette/file.h"
#include "cassette/store.h"
#include "support/test_support.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static cst_store *claims(void)
{
  cst_store *store = NULL;
  assert_ok(cst_store_open(CST_TEST_DIR "/golden/claims.h5", &store));
  return store;
}

static void products_do_not_wrap(void **state)
{
  (void)state;
  assert_true(cst_product(3, 5) == 15 && cst_product(SIZE_MAX, 0) == 0);
  assert_true(cst_product(SIZE_MAX / 2, 3) == SIZE_MAX);
  assert_true(cst_product((size_t)1 << 33, (size_t)1 << 31) == SIZE_MAX);
  assert_null(cst_alloc(SIZE_MAX, 1));
}

static void arrays_beyond_the_file_are_refused(void **state)
{
  (void)state;
  static const char *const arrays[] = {"unwritten", "unwritten chunks", "endless", "squeezed"};
  static const char *const texts[] = {"texts", "endless texts"};
  size_t dims, shape[CST_STORE_MAX_DIMS], n;
  char **read = NULL;
  float x[16];
  cst_store *store = claims();
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
    assert_fails(cst_store_shape(store, arrays[i], &dims, shape), CST_ERR_DATA,
                 "announces more values than the file holds");
    assert_fails(cst_store_read_rows(store, arrays[i], CST_F32, 0, 1, 1, x), CST_ERR_DATA,
                 arrays[i]);
  }
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    assert_fails(cst_store_read_strings(store, texts[i], &n, &read), CST_ERR_DATA,
                 "announces more values than the file holds");
  assert_true(cst_memory_peak_bytes() < 1 << 20);
  cst_store_close(&store);
}

static void arrays_elsewhere_are_refused(void **state)
{
  (void)state;
  size_t dims, shape[CST_STORE_MAX_DIMS];
  cst_store *store = claims();
  assert_fails(cst_store_shape(store, "elsewhere", &dims, shape), CST_ERR_DATA, "in another file");
  assert_fails(cst_store_shape(store, "virtual", &dims, shape), CST_ERR_DATA, "not stored in this");
  assert_fails(cst_store_shape(store, "filtered", &dims, shape), CST_ERR_DATA, "a filter");
  assert_fails(cst_store_shape(store, "away", &dims, shape), CST_ERR_DATA, "no array away");
  assert_false(cst_store_has(store, "away"));
  cst_store_close(&store);
}

static void sound_arrays_beside_them_are_read(void **state)
{
  (void)state;
  double x[4];
  size_t n = 0;
  char **texts = NULL;
  cst_store *store = claims();
  assert_ok(cst_store_read(store, "sound", CST_F64, 4, x));
  assert_true(x[3] == 3.0);
  assert_ok(cst_store_read_strings(store, "sound texts", &n, &texts));
  assert_string_equal(texts[1], "bc");
  cst_free(texts);
  cst_store_close(&store);
}

/* ---- damage that no checksum finds ---- */

static uint64_t draw(uint64_t *x) /* xorshift64 */
{
  *x ^= *x << 13;
  *x ^= *x >> 7;
  return *x ^= *x << 17;
}

static cst_status read_member(void *store, const char *name)
{
  size_t dims, shape[CST_STORE_MAX_DIMS], n = 1;
  char **texts = NULL;
  if (cst_store_has_group(store, name)) return CST_OK;
  cst_status st = cst_store_shape(store, name, &dims, shape);
  for (size_t d = 0; st == CST_OK && d < dims; d++) n = cst_product(n, shape[d]);
  if (st == CST_OK) {
    double *x = cst_alloc(n, sizeof *x);
    assert_non_null(x); /* a shape is safe to allocate */
    st = cst_store_read(store, name, CST_F64, n, x);
    cst_free(x);
  }
  if (st != CST_OK) {
    cst_clear();
    st = cst_store_read_strings(store, name, &n, &texts);
    cst_free(texts);
  }
  if (st == CST_ERR_DATA) cst_clear();
  return st == CST_ERR_DATA ? CST_OK : st;
}

static void read_everything(const char *path)
{
  cst_store *store = NULL;
  double number;
  cst_status st = cst_store_open(path, &store);
  if (st == CST_OK) {
    if (cst_store_attribute(store, "version", &number) != CST_OK) cst_clear();
    st = cst_store_list(store, "", read_member, store);
  }
  if (st != CST_OK) assert_fails(st, CST_ERR_DATA, "a.h5");
  cst_store_close(&store);
}

/* Some of these end libhdf5 1.10, which must not be this process's end. */
static void damaged_old_files_are_errors(void **state)
{
  (void)state;
  enum { FILES = 600, MOST_BYTES = 8 };
  char path[300], *whole = NULL;
  size_t bytes = 0;
  uint64_t seed = 20240601;
  snprintf(path, sizeof path, "%s/a.h5", test_temp_dir());
  assert_ok(cst_file_read(CST_TEST_DIR "/golden/h5py.h5", &whole, &bytes));
  for (size_t i = 0; i < FILES; i++) {
    char *copy = cst_alloc(bytes, 1);
    memcpy(copy, whole, bytes);
    for (uint64_t n = draw(&seed) % MOST_BYTES + 1; n > 0; n--) {
      const size_t at = 9 + draw(&seed) % (bytes - 9);
      copy[at] = (char)(draw(&seed) % 3 == 0 ? 0xff : draw(&seed));
    }
    test_write_file(path, copy, bytes);
    cst_free(copy);
    read_everything(path);
  }
  cst_free(whole);
  unlink(path);
}

static int nothing_held(void **state)
{
  test_release(state);
  return cst_memory_blocks() == 0 ? 0 : -1;
}

#define TEST(name) cmocka_unit_test_teardown(name, nothing_held)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(products_do_not_wrap),         TEST(arrays_beyond_the_file_are_refused),
      TEST(arrays_elsewhere_are_refused), TEST(sound_arrays_beside_them_are_read),
      TEST(damaged_old_files_are_errors),
  };
  return cmocka_run_group_tests_name("store claims", tests, NULL, NULL);
}
