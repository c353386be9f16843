/* Every file of tests/config/bad is refused with the message its first line asks for:
 *   # expect: FRAGMENT */
#include "cassette/config.h"
#include "cassette/memory.h"
#include "support/test_support.h"

#include <stdio.h>
#include <string.h>

static size_t seen;

static void expected(const char *path, char *out, size_t bytes)
{
  static const char lead[] = "# expect: ";
  FILE *file = fopen(path, "rb");

  assert_non_null(file);
  assert_non_null(fgets(out, (int)bytes, file));
  fclose(file);
  out[strcspn(out, "\n")] = '\0';
  if (strncmp(out, lead, strlen(lead)) != 0) fail_msg("%s: line 1 says no '# expect: '", path);
  memmove(out, out + strlen(lead), strlen(out) - strlen(lead) + 1);
  assert_true(strlen(out) > 4);
}

static cst_status refused(void *context, const char *relative)
{
  char *path = cst_path_join(context, relative), fragment[512];
  cst_config *config = NULL;

  expected(path, fragment, sizeof fragment);
  const cst_status st = cst_config_read(path, 0, NULL, &config);
  if (st != CST_ERR_USAGE)
    fail_msg("%s: status %d (%s), expected to be refused with: %s", path, st, cst_message(),
             fragment);
  assert_null(config);
  const char *message = cst_message();
  if (!strstr(message, fragment))
    fail_msg("%s:\n  says    %s\n  expected %s", path, message, fragment);
  if (!strstr(message, ".yaml")) fail_msg("%s: names no file: %s", path, message);
  if (strchr(message, '\n')) fail_msg("%s: more than one line: %s", path, message);
  cst_clear();
  cst_free(path);
  seen++;
  return CST_OK;
}

static void every_bad_file_is_refused(void **state)
{
  (void)state;
  assert_ok(cst_walk(CST_TEST_DIR "/config/bad", refused, (void *)CST_TEST_DIR "/config/bad"));
  assert_true(seen >= 90);
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_bad_file_is_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
