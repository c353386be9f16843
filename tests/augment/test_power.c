/* Fast powers and levels against the C library's in double. */
#include "power.h"

#include "clip.h"

#include <math.h>

static void powers_and_levels_are_right_to_a_fraction_of_a_decibel(void **state)
{
  (void)state;
  for (double db = -180.0; db <= 180.0; db += 0.0137) {
    const float level = (float)db;
    const double want = pow(10.0, (double)level / 5.0);
    assert_near(5.0 * log10((double)power_of(level)), (double)level, 2e-5, "power");
    assert_near((double)level_of((float)want), (double)level, 2e-5, "level");
  }
  assert_true(level_of(1.0f) == 0.0f && power_of(0.0f) == 1.0f);
}

/* What is not finite is not made finite: a step finds it then. */
static void no_nan_is_lost(void **state)
{
  (void)state;
  assert_true(isnan(power_of(NAN)));
  assert_true(isnan(level_of(NAN)));
  assert_true(isnan(level_of(INFINITY)));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(powers_and_levels_are_right_to_a_fraction_of_a_decibel),
      cmocka_unit_test(no_nan_is_lost),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
