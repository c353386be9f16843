/* What an output may replace, and through what it is never written. */
#include "cassette/file.h"
#include "support/test_support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static char dir[256];

static const char *in(const char *name)
{
  static char path[4][512];
  static int at;
  char *out = path[at++ % 4];
  snprintf(out, sizeof path[0], "%s/%s", dir, name);
  return out;
}

static int fresh(void **state)
{
  (void)state;
  snprintf(dir, sizeof dir, "%s", test_temp_dir());
  return 0;
}

static int nothing_held(void **state)
{
  test_release(state);
  test_remove_dirs();
  return cst_memory_blocks() == 0 ? 0 : -1;
}

static void assert_holds(const char *path, const char *text)
{
  char *got = NULL;
  size_t n;
  assert_ok(cst_file_read(path, &got, &n));
  assert_string_equal(got, text);
  cst_free(got);
}

static void an_input_is_no_output_by_any_name(void **state)
{
  (void)state;
  static const char *const names[] = {"a.wav", "d/../a.wav", "hard", "./a.wav"};
  test_write_file(in("a.wav"), "sound", 5);
  assert_ok(cst_make_dirs(in("d")));
  assert_int_equal(link(in("a.wav"), in("hard")), 0);
  assert_int_equal(symlink("a.wav", in("soft")), 0);
  cst_input_keep(in("a.wav"));
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    assert_fails(cst_target_check(in(names[i])), CST_ERR_USAGE, "this command reads that file");
    assert_fails(cst_file_write(in(names[i]), "x", 1), CST_ERR_USAGE, "choose another name");
  }
  assert_fails(cst_file_write(in("soft"), "x", 1), CST_ERR_DATA, "symbolic link");
  assert_holds(in("a.wav"), "sound");
  assert_ok(cst_file_write(in("b.wav"), "x", 1));
}

static void only_files_are_replaced(void **state)
{
  (void)state;
  struct stat info;
  assert_int_equal(mkfifo(in("pipe"), 0600), 0);
  assert_fails(cst_file_write(in("pipe"), "x", 1), CST_ERR_DATA, "is a pipe");
  assert_true(stat(in("pipe"), &info) == 0 && S_ISFIFO(info.st_mode));
  assert_int_equal(symlink("nowhere", in("dangling")), 0);
  assert_fails(cst_file_write(in("dangling"), "x", 1), CST_ERR_DATA, "symbolic link");
  if (mknod(in("null"), S_IFCHR | 0666, makedev(1, 3)) != 0) return; /* needs root */
  assert_fails(cst_file_write(in("null"), "x", 1), CST_ERR_DATA, "is a device");
  assert_true(stat(in("null"), &info) == 0 && S_ISCHR(info.st_mode));
}

/* Names of temporary files can be foreseen. */
static void nothing_is_written_through_a_link(void **state)
{
  (void)state;
  char *temp = cst_file_temp(in("out"));
  test_write_file(in("victim"), "whole", 5);
  assert_int_equal(symlink("victim", temp), 0);
  assert_ok(cst_file_write(in("out"), "new", 3));
  assert_holds(in("victim"), "whole");
  assert_holds(in("out"), "new");
  assert_int_equal(symlink("victim", temp), 0);
  const int fd = cst_temp_open(temp);
  assert_true(fd >= 0 && write(fd, "x", 1) == 1);
  close(fd);
  assert_holds(in("victim"), "whole");
  cst_free(temp);
}

static void few_descriptors_are_no_damage(void **state)
{
  (void)state;
  struct rlimit limit, none;
  char *text = NULL;
  size_t n;
  test_write_file(in("a"), "x", 1);
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
  none = limit;
  none.rlim_cur = 3;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
  const cst_status read = cst_file_read(in("a"), &text, &n);
  char told[CST_MESSAGE_BYTES];
  snprintf(told, sizeof told, "%s", cst_message());
  cst_clear();
  const cst_status written = cst_file_write(in("b"), "x", 1);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
  assert_int_equal(read, CST_ERR_INTERNAL);
  assert_non_null(strstr(told, "Too many open files; raise the limit of open files (ulimit -n)"));
  assert_fails(written, CST_ERR_INTERNAL, "ulimit -n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, nothing_held)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(an_input_is_no_output_by_any_name),
      TEST(only_files_are_replaced),
      TEST(nothing_is_written_through_a_link),
      TEST(few_descriptors_are_no_damage),
  };
  return cmocka_run_group_tests_name("targets", tests, NULL, NULL);
}
