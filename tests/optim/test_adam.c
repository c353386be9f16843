/* Adam and AdamW against their algorithms in double, and any partition of their elements. */
#include "cassette/adam.h"
#include "support/test_support.h"

#include <math.h>
#include <string.h>

enum { N = 37, STEPS = 20 };

static void check_steps(double decay)
{
  const cst_adam adam = {
      .learning_rate = 0.01, .beta1 = 0.8, .beta2 = 0.99, .eps = 1e-6, .weight_decay = decay};
  float *x = test_random(1, N), *m = test_zeros(N), *v = test_zeros(N);
  double x64[N], m64[N] = {0.0}, v64[N] = {0.0};
  for (size_t i = 0; i < N; i++) x64[i] = (double)x[i];

  for (uint64_t t = 1; t <= STEPS; t++) {
    const float *g = test_random(100 + t, N);
    cst_adam_step(&adam, t, N, g, x, m, v);
    for (size_t i = 0; i < N; i++) {
      m64[i] = 0.8 * m64[i] + 0.2 * (double)g[i];
      v64[i] = 0.99 * v64[i] + 0.01 * (double)g[i] * (double)g[i];
      const double mean = m64[i] / (1.0 - pow(0.8, (double)t));
      const double square = v64[i] / (1.0 - pow(0.99, (double)t));
      x64[i] -= 0.01 * decay * x64[i] + 0.01 * mean / (sqrt(square) + 1e-6);
    }
  }
  assert_true(test_relative_l2(x, x64, N) < 3e-7);
  assert_true(test_relative_l2(m, m64, N) < 3e-7);
  assert_true(test_relative_l2(v, v64, N) < 3e-7);
}

static void steps_match_the_algorithm(void **state)
{
  (void)state;
  check_steps(0.0);
}

static void decay_matches_the_algorithm(void **state)
{
  (void)state;
  check_steps(0.5);
}

/* Runs of before the decay was there go on to the same bits. */
static void no_decay_changes_no_bit(void **state)
{
  const cst_adam adam = cst_adam_defaults();
  const float *g = test_random(1, N), *before = test_random(2, N);
  float *x = test_random(2, N), *m = test_zeros(N), *v = test_zeros(N);
  (void)state;
  cst_adam_step(&adam, 1, N, g, x, m, v);
  for (size_t i = 0; i < N; i++) {
    const double first = (1.0 - 0.9) * (double)g[i];
    const double second = (1.0 - 0.999) * (double)g[i] * (double)g[i];
    const double rate = 1e-3 / (1.0 - pow(0.9, 1.0)), root = sqrt(1.0 - pow(0.999, 1.0));
    assert_true(x[i] == (float)((double)before[i] - rate * first / (sqrt(second) / root + 1e-8)));
  }
}

static void decay_alone_shrinks_the_weights(void **state)
{
  const cst_adam adam = {
      .learning_rate = 0.5, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 0.25};
  const float g[1] = {0.0f};
  float x[1] = {8.0f}, m[1] = {0.0f}, v[1] = {0.0f};
  (void)state;
  cst_adam_step(&adam, 1, 1, g, x, m, v);
  assert_true(x[0] == 7.0f);
}

static void the_first_step_is_the_learning_rate(void **state)
{
  const cst_adam adam = cst_adam_defaults();
  const float g[] = {3.0f, -1e-3f, 0.0f};
  float x[] = {1.0f, 1.0f, 1.0f}, m[3] = {0.0f}, v[3] = {0.0f};
  (void)state;
  cst_adam_step(&adam, 1, 3, g, x, m, v);
  assert_near((double)x[0], 1.0 - 1e-3, 1e-7, "downhill");
  assert_near((double)x[1], 1.0 + 1e-3, 1e-7, "uphill");
  assert_true(x[2] == 1.0f); /* padding of a layout stays what it is */
}

static void any_partition_gives_the_same_bits(void **state)
{
  const cst_adam adam = cst_adam_defaults();
  const float *g = test_random(1, N);
  float *x[2], *m[2], *v[2];
  (void)state;
  for (size_t k = 0; k < 2; k++) {
    x[k] = test_random(2, N);
    m[k] = test_random(3, N);
    v[k] = test_random(4, N);
    for (size_t i = 0; i < N; i++) v[k][i] = fabsf(v[k][i]);
  }
  cst_adam_step(&adam, 3, N, g, x[0], m[0], v[0]);
  for (size_t i = 0, n = 1; i < N; i += n, n = n % 5 + 1) {
    const size_t share = N - i < n ? N - i : n;
    cst_adam_step(&adam, 3, share, g + i, x[1] + i, m[1] + i, v[1] + i);
  }
  assert_memory_equal(x[0], x[1], N * sizeof(float));
  assert_memory_equal(m[0], m[1], N * sizeof(float));
  assert_memory_equal(v[0], v[1], N * sizeof(float));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(steps_match_the_algorithm, test_release),
      cmocka_unit_test_teardown(decay_matches_the_algorithm, test_release),
      cmocka_unit_test_teardown(no_decay_changes_no_bit, test_release),
      cmocka_unit_test(decay_alone_shrinks_the_weights),
      cmocka_unit_test(the_first_step_is_the_learning_rate),
      cmocka_unit_test_teardown(any_partition_gives_the_same_bits, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
