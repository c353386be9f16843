#include "support/test_support.h"

#include "cassette/params.h"

#include <stdio.h>

static void tensors_do_not_overlap_and_are_found(void **state)
{
  (void)state;
  cst_layout layout = {0};
  const size_t shape[] = {3, 5, 7};
  char name[CST_NAME_BYTES];
  for (size_t i = 0; i < 200; i++) { /* more than the first room */
    snprintf(name, sizeof name, "layer%zu.weight", i);
    assert_ok(cst_layout_add(&layout, name, (unsigned)i, i % 4, shape));
  }
  size_t end = 0;
  for (size_t i = 0; i < layout.n; i++) {
    const cst_param *p = &layout.list[i];
    const size_t count[] = {1, 3, 15, 105};
    assert_int_equal(p->count, count[i % 4]);
    assert_int_equal(p->offset % 16, 0);
    assert_true(p->offset >= end);
    end = p->offset + p->count;
  }
  assert_true(layout.floats >= end);
  assert_ptr_equal(cst_layout_find(&layout, "layer7.weight"), &layout.list[7]);
  assert_null(cst_layout_find(&layout, "layer7"));
  cst_layout_reset(&layout);
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(tensors_do_not_overlap_and_are_found)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
