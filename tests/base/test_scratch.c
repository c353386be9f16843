#include "support/test_support.h"

#include "cassette/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void it_is_new_and_private_and_goes_whole(void **state)
{
  (void)state;
  char *first = NULL, *second = NULL;
  struct stat info;
  setenv("TMPDIR", test_temp_dir(), 1);
  assert_ok(cst_scratch_make("thing", &first));
  assert_ok(cst_scratch_make("thing", &second));
  assert_string_not_equal(first, second);
  assert_int_equal(strncmp(first, getenv("TMPDIR"), strlen(getenv("TMPDIR"))), 0);
  assert_int_equal(strncmp(cst_path_name(first), "cassette-thing-", 15), 0);
  assert_int_equal(stat(first, &info), 0);
  assert_int_equal(info.st_mode & 07777, 0700);

  char *below = cst_path_join(first, "a/b"), *file = cst_path_join(first, "a/b/file"),
       *link = cst_path_join(first, "link"), *name = cst_strdup(first);
  assert_ok(cst_make_dirs(below));
  test_write_file(file, "1", 1);
  assert_int_equal(symlink(second, link), 0);
  cst_scratch_remove(&first);
  assert_null(first);
  assert_false(cst_dir_exists(name));
  assert_true(cst_dir_exists(second)); /* links are not followed */
  cst_scratch_remove(&second);
  cst_scratch_remove(&second);
  cst_free(below);
  cst_free(file);
  cst_free(link);
  cst_free(name);
}

static void a_bad_tmpdir_is_replaced(void **state)
{
  (void)state;
  const char *const bad[] = {"/dev/null/none", ""};
  for (size_t i = 0; i < 2; i++) {
    char *dir = NULL;
    setenv("TMPDIR", bad[i], 1);
    assert_ok(cst_scratch_make("thing", &dir));
    assert_int_equal(strncmp(dir, "/tmp/cassette-thing-", 20), 0);
    cst_scratch_remove(&dir);
  }
}

static int nothing_held(void **state)
{
  test_release(state);
  test_remove_dirs();
  return cst_memory_blocks() == 0 ? 0 : -1;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(it_is_new_and_private_and_goes_whole, nothing_held),
      cmocka_unit_test_teardown(a_bad_tmpdir_is_replaced, nothing_held),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
