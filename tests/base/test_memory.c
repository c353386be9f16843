#include "support/test_support.h"

#include "cassette/slice.h"

#include <stdio.h>
#include <string.h>

static void blocks_are_zeroed_aligned_and_counted(void **state)
{
  (void)state;
  char *p = cst_alloc(100, 3);
  assert_int_equal((uintptr_t)p % 64, 0);
  for (size_t i = 0; i < 300; i++) assert_int_equal(p[i], 0);
  assert_int_equal(cst_memory_blocks(), 1);
  assert_int_equal(cst_memory_bytes(), 300);
  memset(p, 1, 300);
  p = cst_realloc(p, 400, 1);
  assert_int_equal(p[299], 1);
  assert_int_equal(p[300], 0);
  assert_int_equal(cst_memory_bytes(), 400);
  p = cst_realloc(p, 10, 1);
  assert_int_equal(p[9], 1);
  cst_free(p);
  cst_free(NULL);
  assert_int_equal(cst_memory_blocks(), 0);
  assert_int_equal(cst_memory_bytes(), 0);
  assert_true(cst_memory_peak_bytes() >= 700); /* both blocks stand while one is copied */
}

/* Large blocks come another way. */
static void large_blocks_are_zeroed_aligned_and_grow(void **state)
{
  const size_t n = ((size_t)9 << 20) + 5;
  (void)state;
  for (int round = 0; round < 2; round++) { /* the second may get the first one's memory */
    unsigned char *p = cst_alloc(n, 1);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % 64, 0);
    for (size_t i = 0; i < n; i++)
      if (p[i]) fail_msg("byte %zu is %d", i, p[i]);
    memset(p, 1, n);
    p = cst_realloc(p, n + 10, 1);
    assert_int_equal(p[n - 1], 1);
    assert_int_equal(p[n], 0);
    cst_free(p);
  }
  assert_int_equal(cst_memory_bytes(), 0);
}

static void too_much_is_refused(void **state)
{
  (void)state;
  assert_null(cst_alloc(SIZE_MAX, 2));
  assert_null(cst_alloc(SIZE_MAX / 2, 1));
  assert_fails(cst_no_memory("rows", 3, 4), CST_ERR_INTERNAL, "rows needs 3 x 4 bytes");
}

static void first_message_stays(void **state)
{
  (void)state;
  assert_int_equal(cst_raise(CST_ERR_DATA, "the cause\nin %s", "x"), CST_ERR_DATA);
  cst_raise(CST_ERR_INTERNAL, "the clean-up");
  assert_string_equal(cst_message(), "the cause in x"); /* one line */
  cst_clear();
  assert_string_equal(cst_message(), "");
}

static void slices_cover_in_order(void **state)
{
  (void)state;
  for (size_t n = 0; n < 40; n++)
    for (int size = 1; size < 12; size++) {
      size_t next = 0;
      for (int rank = 0; rank < size; rank++) {
        const cst_slice s = cst_slice_of(n, rank, size);
        assert_int_equal(s.first, next);
        assert_true(s.count == n / (size_t)size || s.count == n / (size_t)size + 1);
        next += s.count;
      }
      assert_int_equal(next, n);
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_are_zeroed_aligned_and_counted),
      cmocka_unit_test(large_blocks_are_zeroed_aligned_and_grow),
      cmocka_unit_test(too_much_is_refused),
      cmocka_unit_test(first_message_stays),
      cmocka_unit_test(slices_cover_in_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
