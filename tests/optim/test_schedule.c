/* Learning rates over time. */
#include "cassette/schedule.h"
#include "support/test_support.h"

#include <math.h>

static void the_rate_decays_in_steps(void **state)
{
  (void)state;
  assert_true(cst_step_decay(1e-3, 0.9, 2, 0) == 1e-3);
  assert_true(cst_step_decay(1e-3, 0.9, 2, 1) == 1e-3);
  assert_near(cst_step_decay(1e-3, 0.9, 2, 2) / 1e-3, 0.9, 1e-15, "epoch 2");
  assert_near(cst_step_decay(1e-3, 0.9, 2, 19) / 1e-3, pow(0.9, 9), 1e-15, "epoch 19");
}

static void the_rate_follows_seven_sixteenths_of_half_a_wave(void **state)
{
  (void)state;
  assert_true(cst_cosine_decay(0.03, 1000, 0) == 0.03);
  /* cos(7 pi / 32) and cos(7 pi / 16), from a table */
  assert_near(cst_cosine_decay(1.0, 1000, 500), 0.7730104533627370, 1e-15, "half way");
  assert_near(cst_cosine_decay(1.0, 1000, 1000), 0.1950903220161283, 1e-15, "the end");
  for (uint64_t t = 1; t <= 1000; t++)
    assert_true(cst_cosine_decay(0.03, 1000, t) < cst_cosine_decay(0.03, 1000, t - 1));
  assert_near(cst_cosine_decay(1.0, UINT64_C(1) << 40, UINT64_C(1) << 39), 0.7730104533627370,
              1e-15, "a long run");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_rate_decays_in_steps),
      cmocka_unit_test(the_rate_follows_seven_sixteenths_of_half_a_wave),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
