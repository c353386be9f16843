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

/* CosineAnnealingLR of torch.optim with T_max 8; SequentialLR of LinearLR (start_factor 1/4,
 * total_iters 3) and CosineAnnealingLR (T_max 9, eta_min .01). */
static void the_rate_is_annealed_as_in_pytorch(void **state)
{
  (void)state;
  const double plain[] = {1.0, 0.9619397662556434,  0.8535533905932737,  0.6913417161825449,
                          0.5, 0.30865828381745514, 0.14644660940672627, 0.03806023374435664};
  const double warm[] = {0.25,
                         0.5,
                         0.75,
                         1.0,
                         0.9701478472890247,
                         0.884191999343894,
                         0.7525000000000001,
                         0.5909558479451307,
                         0.41904415205486956,
                         0.2575000000000001,
                         0.12580800065610592,
                         0.039852152710975385};
  enum { WARMUP = 3, STEPS = 12 };
  for (uint64_t t = 0; t < 8; t++)
    assert_near(cst_cosine_annealing(1.0, 0.0, 8, t), plain[t], 1e-15, "rate");
  for (uint64_t t = 0; t < STEPS; t++) {
    const double rate = t < WARMUP ? cst_warmup(WARMUP, t)
                                   : cst_cosine_annealing(1.0, 0.01, STEPS - WARMUP, t - WARMUP);
    assert_near(rate, warm[t], 1e-15, "rate after a warm-up");
  }
  assert_near(cst_cosine_annealing(2e-3, 0.01, 100, 100), 2e-5, 1e-18, "the end");
  assert_true(cst_warmup(0, 0) == 1.0 && cst_warmup(5, 5) == 1.0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_rate_decays_in_steps),
      cmocka_unit_test(the_rate_follows_seven_sixteenths_of_half_a_wave),
      cmocka_unit_test(the_rate_is_annealed_as_in_pytorch),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
