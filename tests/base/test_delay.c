#include "support/test_support.h"

#include "cassette/clock.h"
#include "cassette/delay.h"
#include "cassette/log.h"

#include <stdlib.h>

static double passing_s(const char *name)
{
  const double before_s = cst_now_s();
  cst_delay_point(name);
  return cst_now_s() - before_s;
}

/* The variable is read once, so one test has it all. */
static void pauses_where_told(void **unused)
{
  (void)unused;
  assert_true(passing_s("always") >= 0.15);
  assert_true(passing_s("always") >= 0.15);
  assert_true(passing_s("second") < 1.5);
  assert_true(passing_s("second") >= 1.5);
  assert_true(passing_s("second") < 1.5);
  cst_delay_point("lon"); /* no point's name: else this test runs into its limit */
  cst_delay_point("broken");

  setenv("CST_RELEASE", "/nonexistent/file", 1);
  assert_true(passing_s("always") >= 0.15);
  setenv("CST_RELEASE", "/", 1); /* it is there */
  cst_delay_point("long");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(pauses_where_told)};
  cst_log_set_level(CST_LOG_ERROR);
  setenv("CST_DELAY", "always:150,second:1500:2,long:3600000,broken", 1);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
