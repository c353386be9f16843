/* The first failure is the one that is told, and its status comes with its text. */
#include "support/test_support.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 8 };

static void *raise_one(void *number)
{
  const int n = *(const int *)number;
  cst_raise(n % 2 ? CST_ERR_DATA : CST_ERR_INTERNAL, "failure of status %d",
            n % 2 ? CST_ERR_DATA : CST_ERR_INTERNAL);
  return NULL;
}

static void the_status_is_that_of_the_text(void **state)
{
  (void)state;
  for (int round = 0; round < 50; round++) {
    pthread_t thread[THREADS];
    int number[THREADS], told = 0;
    cst_clear();
    assert_int_equal(cst_raised(), CST_OK);
    for (int i = 0; i < THREADS; i++) {
      number[i] = i;
      assert_int_equal(pthread_create(&thread[i], NULL, raise_one, &number[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(thread[i], NULL);
    assert_int_equal(sscanf(cst_message(), "failure of status %d", &told), 1);
    assert_int_equal(cst_raised(), told);
  }
  cst_clear();
}

static void later_failures_do_not_hide_the_first(void **state)
{
  (void)state;
  assert_int_equal(cst_raise(CST_ERR_DATA, "first\nline"), CST_ERR_DATA);
  assert_int_equal(cst_raise(CST_ERR_USAGE, "second"), CST_ERR_USAGE);
  assert_string_equal(cst_message(), "first line");
  assert_int_equal(cst_raised(), CST_ERR_DATA);
  cst_clear();
  assert_int_equal(cst_raised(), CST_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_status_is_that_of_the_text),
      cmocka_unit_test(later_failures_do_not_hide_the_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
