/* The moving average against its recurrence in double. */
#include "cassette/ema.h"
#include "support/test_support.h"

#include <math.h>
#include <string.h>

enum { N = 37, STEPS = 40 };

static void steps_match_the_recurrence(void **state)
{
  (void)state;
  float *average = test_random(9, N);
  double want[N];
  for (size_t i = 0; i < N; i++) want[i] = (double)average[i];
  for (uint64_t step = 0; step < STEPS; step++) {
    const float *x = test_random(100 + step, N);
    const double a = fmin(0.7, (1.0 + (double)step) / (10.0 + (double)step));
    cst_ema_step(0.7, step, N, x, average);
    for (size_t i = 0; i < N; i++) want[i] = a * want[i] + (1.0 - a) * (double)x[i];
  }
  assert_true(test_relative_l2(average, want, N) < 3e-7);
}

/* Whatever the decay: weights that improve step by step are not averaged with those of the start.
 */
static void the_start_of_a_short_training_is_forgotten(void **state)
{
  (void)state;
  enum { SHORT = 300 };
  float average = -1000.0f;
  for (uint64_t step = 0; step < SHORT; step++) {
    const float x = (float)step / SHORT;
    cst_ema_step(0.999, step, 1, &x, &average);
  }
  assert_true(average > 0.85f && average < 1.0f);
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
      cmocka_unit_test_teardown(the_start_of_a_short_training_is_forgotten, test_release),
      cmocka_unit_test_teardown(any_partition_gives_the_same_bits, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
