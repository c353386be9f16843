/* Other programs: absent, failing, talkative, and those that do not end. */
#include "process.h"

#include "support/test_support.h"

#include <stdlib.h>
#include <string.h>

static process_result run(const char *const *argv, const char *input, double limit_s)
{
  process_result result;
  assert_ok(process_run(argv, input, limit_s, &result));
  return result;
}

static process_result shell(const char *command, const char *input, double limit_s)
{
  const char *const argv[] = {"sh", "-c", command, NULL};
  return run(argv, input, limit_s);
}

static void output_comes_back(void **state)
{
  (void)state;
  process_result r = shell("cat; echo one >&2; echo 'two ' >&2; echo >&2; exit 3", "in\nput", 10.0);
  assert_true(r.found);
  assert_int_equal(r.exit, 3);
  assert_string_equal(r.output, "in\nput");
  assert_string_equal(r.errors, "two");
  process_reset(&r);
}

/* More than any pipe holds, both ways. */
static void much_passes_through(void **state)
{
  enum { BYTES = 1 << 20 };
  char *text = cst_alloc(BYTES + 1, 1);
  (void)state;
  memset(text, 'x', BYTES);
  process_result r = shell("cat; cat /dev/null", text, 30.0);
  assert_int_equal(r.exit, 0);
  assert_int_equal(strlen(r.output), BYTES);
  process_reset(&r);
  cst_free(text);
}

static void what_is_not_there_is_said(void **state)
{
  static const char *const argv[] = {"no-such-program-at-all", NULL};
  (void)state;
  process_result r = run(argv, "", 10.0);
  assert_false(r.found);
  assert_string_equal(r.output, "");
  process_reset(&r);
}

static void a_signal_is_no_success(void **state)
{
  (void)state;
  process_result r = shell("kill -TERM $$", "", 10.0);
  assert_int_equal(r.exit, -1);
  process_reset(&r);
}

static void what_does_not_end_is_stopped(void **state)
{
  static const char *const argv[] = {"sleep", "60", NULL};
  (void)state;
  process_result r = run(argv, "", 0.2);
  assert_true(r.found);
  assert_int_equal(r.exit, -1);
  process_reset(&r);
}

static void nothing_is_kept(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(output_comes_back),
      cmocka_unit_test(much_passes_through),
      cmocka_unit_test(what_is_not_there_is_said),
      cmocka_unit_test(a_signal_is_no_success),
      cmocka_unit_test(what_does_not_end_is_stopped),
      cmocka_unit_test(nothing_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
