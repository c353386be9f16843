#include "support/test_support.h"

#include "cassette/file.h"
#include "cassette/limits.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static char root[4096], groups[4200];

static void put(const char *dir, const char *name, const char *text)
{
  char path[8500];
  snprintf(path, sizeof path, "%s%s", root, dir);
  assert_ok(cst_make_dirs(path));
  snprintf(path, sizeof path, "%s%s/%s", root, dir, name);
  test_write_file(path, text, strlen(text));
}

static int fresh(void **state)
{
  (void)state;
  snprintf(root, sizeof root, "%s", test_temp_dir());
  snprintf(groups, sizeof groups, "%s/groups", root);
  return 0;
}

static void the_least_limit_above_counts(void **state)
{
  (void)state;
  put("", "groups", "0::/slurm/job/step\n");
  assert_int_equal(cst_group_limit_bytes(groups, root), 0);
  put("/slurm/job/step", "memory.max", "max\n");
  put("/slurm/job", "memory.max", "1000000\n");
  put("/slurm", "memory.max", "3000000\n");
  assert_int_equal(cst_group_limit_bytes(groups, root), 1000000);
}

static void a_container_sees_its_group_as_the_root(void **state)
{
  (void)state;
  put("", "groups", "0::/docker/0123\n");
  put("", "memory.max", "536870912\n");
  assert_int_equal(cst_group_limit_bytes(groups, root), 536870912);
}

static void version_1_has_a_tree_of_its_own(void **state)
{
  (void)state;
  put("", "groups", "5:cpu,cpuacct:/a\n4:hugetlb,memory:/a\n3:memory_other:/b\n");
  put("/memory/a", "memory.limit_in_bytes", "9223372036854771712\n"); /* how it says: none */
  assert_int_equal(cst_group_limit_bytes(groups, root), 0);
  put("/memory", "memory.limit_in_bytes", "2000000\n");
  assert_int_equal(cst_group_limit_bytes(groups, root), 2000000);
}

static void what_is_not_there_sets_none(void **state)
{
  (void)state;
  assert_int_equal(cst_group_limit_bytes("/nonexistent", root), 0);
  put("", "groups", "no colons\n0:half\n");
  assert_int_equal(cst_group_limit_bytes(groups, root), 0);
}

static void messages_name_the_limit(void **state)
{
  const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY}, some = {100ull << 40, RLIM_INFINITY};
  char text[CST_LIMIT_BYTES];

  (void)state;
  assert_int_equal(setrlimit(RLIMIT_AS, &some), 0);
  assert_non_null(strstr(cst_limits_text(text), "; ulimit -v allows 104857600.0 MiB"));
  assert_fails(cst_no_memory("a matrix", 3, 4), CST_ERR_INTERNAL,
               "; ulimit -v allows 104857600.0 MiB");
  assert_int_equal(setrlimit(RLIMIT_AS, &all), 0);
  assert_null(strstr(cst_limits_text(text), "ulimit"));
}

static void threads_start(void **state)
{
  (void)state;
  assert_ok(cst_limits_threads(0));
  assert_ok(cst_limits_threads(5));
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(the_least_limit_above_counts, fresh),
      cmocka_unit_test_setup(a_container_sees_its_group_as_the_root, fresh),
      cmocka_unit_test_setup(version_1_has_a_tree_of_its_own, fresh),
      cmocka_unit_test_setup(what_is_not_there_sets_none, fresh),
      cmocka_unit_test(messages_name_the_limit),
      cmocka_unit_test(threads_start),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
