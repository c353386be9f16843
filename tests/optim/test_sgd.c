/* SGD with Nesterov's momentum against its definition in double. */
#include "cassette/sgd.h"
#include "support/test_support.h"

#include <string.h>

enum { N = 37, STEPS = 20 };

/* As the documentation of torch.optim.SGD states it: decay, then the buffer, then look ahead. */
static void steps_match_the_algorithm(void **state)
{
  (void)state;
  const cst_sgd sgd = {.learning_rate = 0.03, .momentum = 0.9, .weight_decay = 0.05};
  float *x = test_random(1, N), *v = test_zeros(N);
  double x64[N], v64[N];
  for (size_t i = 0; i < N; i++) x64[i] = (double)x[i];
  for (uint64_t t = 1; t <= STEPS; t++) {
    const float *g = test_random(100 + t, N);
    cst_sgd_step(&sgd, N, g, x, v);
    for (size_t i = 0; i < N; i++) {
      double d = (double)g[i] + 0.05 * x64[i];
      v64[i] = t == 1 ? d : 0.9 * v64[i] + d;
      d += 0.9 * v64[i];
      x64[i] -= 0.03 * d;
    }
  }
  assert_true(test_relative_l2(x, x64, N) < 1e-6);
  assert_true(test_relative_l2(v, v64, N) < 1e-6);
}

/* On x^2 / 2 without momentum x shrinks by (1 - rate) a step. */
static void without_momentum_it_is_plain_descent(void **state)
{
  (void)state;
  const cst_sgd sgd = {.learning_rate = 0.25};
  float x = 1.0f, v = 0.0f;
  for (int t = 0; t < 5; t++) {
    const float g = x;
    cst_sgd_step(&sgd, 1, &g, &x, &v);
  }
  assert_true(x == 243.0f / 1024.0f);
}

/* Sutskever's form: the gradient is taken where momentum alone would lead.  With y the place before
 * the look ahead and x = y + momentum u, both forms walk the same path on x^2 / 2. */
static void it_is_the_gradient_of_the_place_ahead(void **state)
{
  (void)state;
  const cst_sgd sgd = {.learning_rate = 0.1, .momentum = 0.8};
  float x = 1.0f, v = 0.0f;
  double y = 1.0, u = 0.0;
  for (int t = 0; t < STEPS; t++) {
    const float g = x;
    const double ahead = y + 0.8 * u;
    assert_near((double)x, ahead, 1e-6, "place of the gradient");
    u = 0.8 * u - 0.1 * ahead;
    y += u;
    cst_sgd_step(&sgd, 1, &g, &x, &v);
  }
}

static void any_partition_gives_the_same_bits(void **state)
{
  (void)state;
  const cst_sgd sgd = {.learning_rate = 0.03, .momentum = 0.9, .weight_decay = 5e-4};
  const float *g = test_random(1, N);
  float *x[2], *v[2];
  for (size_t k = 0; k < 2; k++) x[k] = test_random(2, N), v[k] = test_random(3, N);
  cst_sgd_step(&sgd, N, g, x[0], v[0]);
  for (size_t i = 0, n = 1; i < N; i += n, n = n % 5 + 1)
    cst_sgd_step(&sgd, N - i < n ? N - i : n, g + i, x[1] + i, v[1] + i);
  assert_memory_equal(x[0], x[1], N * sizeof(float));
  assert_memory_equal(v[0], v[1], N * sizeof(float));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(steps_match_the_algorithm, test_release),
      cmocka_unit_test(without_momentum_it_is_plain_descent),
      cmocka_unit_test(it_is_the_gradient_of_the_place_ahead),
      cmocka_unit_test_teardown(any_partition_gives_the_same_bits, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
