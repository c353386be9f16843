/* Energy from counters of a made-up machine: what counts, where a counter starts anew, what is lost. */
#include "cassette/energy.h"

#include "cassette/file.h"
#include "cassette/memory.h"
#include "support/test_support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static char root[512];

static void put(const char *domain, const char *name, const char *text)
{
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", root, domain);
  assert_ok(cst_make_dirs(path));
  snprintf(path, sizeof path, "%s/%s/%s", root, domain, name);
  test_write_file(path, text, strlen(text));
}

static void put_domain(const char *domain, const char *name, const char *energy_uj,
                       const char *range_uj)
{
  put(domain, "name", name);
  put(domain, "energy_uj", energy_uj);
  put(domain, "max_energy_range_uj", range_uj);
}

static int fresh(void **state)
{
  (void)state;
  snprintf(root, sizeof root, "%s", test_temp_dir());
  put_domain("intel-rapl:0", "package-0\n", "1000000\n", "262143328850\n");
  put_domain("intel-rapl:0:0", "core\n", "5\n", "262143328850\n");
  put_domain("intel-rapl:0:1", "dram\n", "262143000000\n", "262143328850\n");
  put_domain("intel-rapl:1", "psys\n", "7\n", "262143328850\n");
  put("intel-rapl", "enabled", "1\n");
  return 0;
}

static int clean(void **state)
{
  (void)state;
  cst_energy_stop();
  test_remove_dirs();
  return cst_memory_blocks() != 0;
}

static void packages_and_memory_count_once(void **state)
{
  (void)state;
  cst_energy_start(root);
  assert_near(cst_energy_joules(), 0.0, 0.0, "at the start");
  put("intel-rapl:0", "energy_uj", "3500000\n");     /* 2.5 J */
  put("intel-rapl:0:0", "energy_uj", "900000000\n"); /* within the package */
  put("intel-rapl:1", "energy_uj", "900000000\n");   /* around it */
  assert_near(cst_energy_joules(), 2.5, 1e-12, "of the package");
  put("intel-rapl:0:1", "energy_uj", "1000000\n"); /* 0.32885 J to the end, and 1 J */
  assert_near(cst_energy_joules(), 2.5 + 1.32885, 1e-9, "of a counter that began anew");
  assert_near(cst_energy_joules(), 2.5 + 1.32885, 1e-9, "nothing twice");
}

static void what_does_not_tell_is_unknown(void **state)
{
  char path[1024];
  (void)state;
  assert_true(isnan(cst_energy_joules()));
  cst_energy_start("/nowhere/at/all");
  assert_true(isnan(cst_energy_joules()));
  put("intel-rapl:0", "energy_uj", "lots\n");
  cst_energy_start(root);
  assert_true(isnan(cst_energy_joules()));
  put("intel-rapl:0", "energy_uj", "10\n");
  cst_energy_start(root);
  assert_false(isnan(cst_energy_joules()));
  snprintf(path, sizeof path, "%s/intel-rapl:0/energy_uj", root);
  assert_int_equal(remove(path), 0);
  assert_true(isnan(cst_energy_joules()));
  put("intel-rapl:0", "energy_uj", "10\n");
  assert_true(isnan(cst_energy_joules())); /* what passed meanwhile is not known */
}

/* A counter of a microjoule has begun anew any number of times. */
static void what_may_have_begun_anew_is_unknown(void **state)
{
  (void)state;
  put_domain("intel-rapl:0", "package-0\n", "0\n", "1\n");
  cst_energy_start(root);
  assert_true(isnan(cst_energy_joules()));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(packages_and_memory_count_once, fresh, clean),
      cmocka_unit_test_setup_teardown(what_does_not_tell_is_unknown, fresh, clean),
      cmocka_unit_test_setup_teardown(what_may_have_begun_anew_is_unknown, fresh, clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
