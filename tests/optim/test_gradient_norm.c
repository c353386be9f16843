/* The norm of a gradient and its limit. */
#include "cassette/gradient_norm.h"
#include "support/test_support.h"

#include <math.h>
#include <string.h>

/* torch.nn.utils.clip_grad_norm_ of [3, -4, 12] at 6.5, 13 and 20 */
static void a_long_gradient_is_shortened_as_in_pytorch(void **state)
{
  (void)state;
  const struct {
    double limit;
    float want[3];
  } cases[] = {{6.5, {1.49999988f, -1.99999988f, 5.99999952f}},
               {13.0, {2.99999976f, -3.99999976f, 11.9999990f}},
               {20.0, {3.0f, -4.0f, 12.0f}}};
  for (size_t k = 0; k < 3; k++) {
    float g[3] = {3.0f, -4.0f, 12.0f};
    assert_near(cst_gradient_clip(cases[k].limit, 3, g), 13.0, 1e-14, "norm before");
    for (size_t i = 0; i < 3; i++)
      assert_near((double)g[i], (double)cases[k].want[i], 1e-6, "part");
  }
}

static void the_norm_is_that_of_all_parts(void **state)
{
  (void)state;
  const size_t lengths[] = {0, 1, 2, 7, 8, 9, 31, 1000, 4099};
  for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
    const size_t n = lengths[k];
    const float *g = test_random(k + 1, n);
    long double sum = 0.0L;
    for (size_t i = 0; i < n; i++) sum += (long double)g[i] * (long double)g[i];
    assert_near(cst_gradient_norm(n, g), (double)sqrtl(sum), 1e-13 * sqrt((double)n + 1.0), "norm");
  }
}

/* Squares of the largest floats fit, and so do those of the smallest. */
static void no_float_is_too_large_or_too_small(void **state)
{
  (void)state;
  float large[] = {3e38f, 3e38f}, small[] = {3e-39f, 4e-39f}, none[] = {0.0f, 0.0f};
  assert_near(cst_gradient_norm(2, large) / 4.2426406871192848e38, 1.0, 1e-6, "large");
  assert_near(cst_gradient_norm(2, small) / 5e-39, 1.0, 1e-6, "small");
  assert_true(cst_gradient_clip(1.0, 2, none) == 0.0 && none[0] == 0.0f);
  cst_gradient_clip(1.0, 2, large);
  assert_near((double)large[0], sqrt(0.5), 1e-6, "shortened");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_long_gradient_is_shortened_as_in_pytorch),
      cmocka_unit_test_teardown(the_norm_is_that_of_all_parts, test_release),
      cmocka_unit_test(no_float_is_too_large_or_too_small),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
