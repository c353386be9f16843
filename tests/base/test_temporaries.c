#include "support/test_support.h"

#include "cassette/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A file below @p dir; its time of writing @p age_s seconds ago.  cst_free. */
static char *touch(const char *dir, const char *name, long age_s)
{
  char *path = cst_path_join(dir, name);
  const struct timespec now = {.tv_nsec = UTIME_OMIT};
  struct timespec times[2] = {now, {.tv_sec = time(NULL) - age_s}};
  test_write_file(path, "half", 4);
  assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
  return path;
}

/* The name that a process which has ended used for @p path.  cst_free. */
static char *name_of_a_dead_process(const char *path)
{
  char name[4096] = "";
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    char *temp = cst_file_temp(path);
    const bool written = write(ends[1], temp, strlen(temp)) > 0;
    _exit(written ? 0 : 1);
  }
  assert_int_equal(waitpid(child, NULL, 0), child);
  assert_true(read(ends[0], name, sizeof name - 1) > 0);
  close(ends[0]);
  close(ends[1]);
  return cst_strdup(name);
}

static void removes_what_has_no_writer(void **unused)
{
  (void)unused;
  const char *dir = test_temp_dir();
  char *below = cst_path_join(dir, "a/b"), *target = cst_path_join(dir, "a/b/last-1.h5");
  assert_ok(cst_make_dirs(below));
  char *dead = name_of_a_dead_process(target), *living = cst_file_temp(target);
  test_write_file(dead, "half", 4);
  test_write_file(living, "half", 4);
  char *elsewhere = touch(dir, ".x.h5.other-host-f.12.tmp", 60);
  char *old_elsewhere = touch(dir, ".y.h5.other-host-f.12.tmp", 2 * 3600);
  static const char *const others[] = {".x.tmp",
                                       ".tmp",
                                       "..1.tmp",
                                       ".a.1.tmp",
                                       "x.h5.host.1.tmp",
                                       ".x.h5.host.1.tm",
                                       ".x.h5.host.one.tmp",
                                       ".x.h5.host..tmp"};
  enum { OTHERS = sizeof others / sizeof *others };
  char *kept[OTHERS];
  for (size_t i = 0; i < OTHERS; i++) kept[i] = touch(dir, others[i], 2 * 3600);

  cst_remove_stale_temps(dir);
  assert_false(cst_file_exists(dead));
  assert_true(cst_file_exists(living));
  assert_true(cst_file_exists(elsewhere));
  assert_false(cst_file_exists(old_elsewhere));
  for (size_t i = 0; i < OTHERS; i++) {
    if (!cst_file_exists(kept[i])) fail_msg("%s was removed", others[i]);
    cst_free(kept[i]);
  }
  cst_remove_stale_temps("/nonexistent"); /* no harm */
  cst_free(dead);
  cst_free(living);
  cst_free(elsewhere);
  cst_free(old_elsewhere);
  cst_free(below);
  cst_free(target);
}

/* The same number, another process: this one, had it started at another time. */
static void numbers_are_given_again(void **unused)
{
  (void)unused;
  const char *dir = test_temp_dir();
  char *target = cst_path_join(dir, "last-1.h5"), *mine = cst_file_temp(target);
  char *start = strrchr(mine, '-');
  assert_non_null(start);
  char *other = cst_format("%.*s-1.tmp", (int)(start - mine), mine);
  test_write_file(mine, "half", 4);
  test_write_file(other, "half", 4);
  cst_remove_stale_temps(dir);
  assert_true(cst_file_exists(mine));
  assert_false(cst_file_exists(other));
  cst_free(other);
  cst_free(mine);
  cst_free(target);
}

/* Killed, but its parent has not asked yet. */
static void zombies_write_no_more(void **unused)
{
  (void)unused;
  const char *dir = test_temp_dir();
  char *target = cst_path_join(dir, "last-1.h5"), *temp = NULL, name[4096] = "";
  int ends[2];
  siginfo_t ended;
  assert_int_equal(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    temp = cst_file_temp(target);
    _exit(write(ends[1], temp, strlen(temp)) > 0 ? 0 : 1);
  }
  assert_int_equal(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT), 0);
  assert_true(read(ends[0], name, sizeof name - 1) > 0);
  test_write_file(name, "half", 4);
  cst_remove_stale_temps(dir);
  assert_false(cst_file_exists(name));
  assert_int_equal(waitpid(child, NULL, 0), child);
  close(ends[0]);
  close(ends[1]);
  cst_free(target);
}

static void links_are_not_followed(void **unused)
{
  (void)unused;
  const char *shared = test_temp_dir(), *dir = test_temp_dir();
  char *stale = touch(shared, ".y.h5.other-host-f.12.tmp", 2 * 3600);
  char *link = cst_path_join(dir, "features");
  assert_int_equal(symlink(shared, link), 0);
  cst_remove_stale_temps(dir);
  assert_true(cst_file_exists(stale));
  cst_free(stale);
  cst_free(link);
}

static int balanced(void **unused)
{
  (void)unused;
  return cst_memory_blocks() == 0 ? 0 : -1;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(removes_what_has_no_writer),
      cmocka_unit_test(numbers_are_given_again),
      cmocka_unit_test(zombies_write_no_more),
      cmocka_unit_test(links_are_not_followed),
  };
  return cmocka_run_group_tests(tests, NULL, balanced);
}
