/* What is said of this machine's processor is what the system says of it. */
#include "cassette/processor.h"

#include "support/test_support.h"

#include <stdio.h>
#include <string.h>

static void what_is_told_stands_in_the_system_s_files(void **state)
{
  (void)state;
  char id[CST_PROCESSOR_BYTES], name[CST_PROCESSOR_BYTES], line[512];
  bool vendor = false, sold_as = false;
  FILE *file = fopen("/proc/cpuinfo", "r");
  cst_processor_id(id);
  cst_processor_name(name);
  assert_true(*id && *name);
  while (file && fgets(line, sizeof line, file)) {
    const char *colon = strchr(line, ':');
    if (!colon) continue;
    line[strcspn(line, "\n")] = '\0';
    vendor |= strncmp(line, "vendor_id", 9) == 0 && strncmp(id, colon + 2, strlen(colon + 2)) == 0;
    sold_as |= strncmp(line, "model name", 10) == 0 && strcmp(name, colon + 2) == 0;
  }
  if (file) fclose(file);
#if defined(__x86_64__)
  assert_true(vendor && sold_as);
  assert_non_null(strstr(id, " family "));
  assert_non_null(strstr(id, " model "));
  assert_non_null(strstr(id, " stepping "));
#endif
}

static void caches_have_levels_and_sizes(void **state)
{
  (void)state;
  char caches[CST_PROCESSOR_BYTES];
  cst_processor_caches(caches);
  if (*caches) /* a container may hide them */
    assert_true(strncmp(caches, "L1", 2) == 0 && strstr(caches, " KiB"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_told_stands_in_the_system_s_files),
      cmocka_unit_test(caches_have_levels_and_sizes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
