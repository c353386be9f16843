/* The moving average against its recurrence in double. */
#include "cassette/ema.h"
#include "support/test_support.h"

#include <string.h>

enum { N = 37, STEPS = 40 };

static void steps_match_the_recurrence(void **state)
{
  (void)state;
  float *average = test_random(9, N); /* forgotten by step 0 */
  double want[N] = {0.0};
  for (uint64_t step = 0; step < STEPS; step++) {
    const float *x = test_random(100 + step, N);
    const double early = 1.0 - 1.0 / ((double)step + 1.0), a = early < 0.9 ? early : 0.9;
    cst_ema_step(0.9, step, N, x, average);
    for (size_t i = 0; i < N; i++) want[i] = a * want[i] + (1.0 - a) * (double)x[i];
    if (step == 0) assert_memory_equal(average, x, N * sizeof *x);
  }
  assert_true(test_relative_l2(average, want, N) < 3e-7);
}

static void the_start_is_the_plain_mean(void **state)
{
  (void)state;
  float *average = test_zeros(N);
  double mean[N] = {0.0};
  for (uint64_t step = 0; step < STEPS; step++) {
    const float *x = test_random(100 + step, N);
    cst_ema_step(0.999, step, N, x, average);
    for (size_t i = 0; i < N; i++) mean[i] += (double)x[i] / STEPS;
  }
  assert_true(test_relative_l2(average, mean, N) < 1e-6);
}

static void any_partition_gives_the_same_bits(void **state)
{
  (void)state;
  const float *x = test_random(1, N);
  float *whole = test_random(2, N), *parts = test_random(2, N);
  cst_ema_step(0.99, 7, N, x, whole);
  for (size_t i = 0, n = 1; i < N; i += n, n = n % 5 + 1)
    cst_ema_step(0.99, 7, N - i < n ? N - i : n, x + i, parts + i);
  assert_memory_equal(whole, parts, N * sizeof *x);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(steps_match_the_recurrence, test_release),
      cmocka_unit_test_teardown(the_start_is_the_plain_mean, test_release),
      cmocka_unit_test_teardown(any_partition_gives_the_same_bits, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
