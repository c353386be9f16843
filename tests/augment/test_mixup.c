/* Mixtures, and shares of the Beta distribution: moments, and the whole law where it has a formula.
 */
#include "cassette/augment.h"
#include "clip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 20000 };

static double lambda_of(uint64_t step, double alpha, bool keep_larger)
{
  const cst_random_key key = view_key(step, 5);
  return cst_mixup_lambda(&key, alpha, keep_larger);
}

/* Central moments of Beta(a, a): 1 / (4 (2a + 1)), and 3 / (16 (2a + 1) (2a + 3)). */
static void shares_have_the_moments(void **state)
{
  (void)state;
  const double alphas[] = {0.05, 0.3, 0.75, 1.0, 2.0, 16.0};
  for (size_t k = 0; k < sizeof alphas / sizeof *alphas; k++) {
    const double a = alphas[k], variance = 1.0 / (4.0 * (2.0 * a + 1.0));
    const double fourth = 3.0 / (16.0 * (2.0 * a + 1.0) * (2.0 * a + 3.0));
    double mean = 0.0, square = 0.0;
    for (uint64_t i = 0; i < DRAWS; i++) {
      const double x = lambda_of(i, a, false);
      assert_true(x >= 0.0 && x <= 1.0);
      mean += x / DRAWS;
      square += (x - 0.5) * (x - 0.5) / DRAWS;
    }
    assert_true(fabs(mean - 0.5) < 5.0 * sqrt(variance / DRAWS));
    assert_true(fabs(square - variance) < 5.0 * sqrt((fourth - variance * variance) / DRAWS));
  }
}

static double arcsine_law(double x) { return 2.0 / M_PI * asin(sqrt(x)); } /* alpha 1/2 */
static double uniform_law(double x) { return x; }                          /* 1 */
static double parabola_law(double x) { return x * x * (3.0 - 2.0 * x); }   /* 2 */

static int by_value(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Kolmogorov's test: 1.95 / sqrt(n) is passed by 999 true samples in 1000. */
static void shares_follow_the_law(void **state)
{
  (void)state;
  const struct {
    double alpha, (*law)(double);
  } cases[] = {{0.5, arcsine_law}, {1.0, uniform_law}, {2.0, parabola_law}};
  double *x = test_zeros_f64(DRAWS);
  for (size_t k = 0; k < 3; k++) {
    double distance = 0.0;
    for (uint64_t i = 0; i < DRAWS; i++) x[i] = lambda_of(i, cases[k].alpha, false);
    qsort(x, DRAWS, sizeof *x, by_value);
    for (size_t i = 0; i < DRAWS; i++) {
      const double p = cases[k].law(x[i]);
      distance = fmax(distance, fmax(p - (double)i / DRAWS, ((double)i + 1.0) / DRAWS - p));
    }
    assert_true(distance < 1.95 / sqrt(DRAWS));
  }
}

static void the_larger_share_is_kept(void **state)
{
  (void)state;
  size_t changed = 0;
  for (uint64_t i = 0; i < 200; i++) {
    const double x = lambda_of(i, 0.75, false), larger = lambda_of(i, 0.75, true);
    assert_true(larger == (x < 0.5 ? 1.0 - x : x));
    changed += larger != x;
    assert_true(lambda_of(i, 0.0, false) == 1.0);
  }
  assert_true(changed > 50 && changed < 150);
}

static void the_key_alone_decides(void **state)
{
  (void)state;
  const double first = lambda_of(0, 0.3, false);
  for (uint64_t i = 1; i < 200; i++) assert_true(lambda_of(i, 0.3, false) != first);
  assert_true(lambda_of(0, 0.3, false) == first);
}

static void a_mixture_lies_between(void **state)
{
  (void)state;
  enum { N = 101 };
  const double shares[] = {0.0, 0.25, 0.7, 1.0};
  float *a = made_clip(1, N), *b = made_clip(2, N), *out = test_zeros(N);
  for (size_t k = 0; k < 4; k++) {
    cst_mixup(shares[k], N, a, b, out);
    for (size_t i = 0; i < N; i++)
      assert_true(out[i] == (float)(shares[k] * (double)a[i] + (1.0 - shares[k]) * (double)b[i]));
  }
  assert_memory_equal(out, a, N * sizeof *a); /* all of a */
  cst_mixup(0.25, N, a, b, out);
  cst_mixup(0.25, N, a, b, a); /* in place */
  assert_memory_equal(out, a, N * sizeof *a);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shares_have_the_moments),
      cmocka_unit_test_teardown(shares_follow_the_law, test_release),
      cmocka_unit_test(the_larger_share_is_kept),
      cmocka_unit_test(the_key_alone_decides),
      cmocka_unit_test_teardown(a_mixture_lies_between, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
