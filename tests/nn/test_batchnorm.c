/* Statistics of BatchNorm against two passes over the data, and what evaluation mode makes of them.
 */
#include "batchnorm.h"
#include "definitions.h"

enum { PIXELS = 400, C = 3 };
static const double eps = 1e-5;

/* Channel c: mean offset[c], spread 1.  The last is what a carelessly summed square gets wrong. */
static float *shifted(const float offset[C])
{
  float *x = test_random(1, PIXELS * C);
  for (size_t i = 0; i < PIXELS * C; i++) x[i] += offset[i % C];
  return x;
}

static void two_passes(const float *x, size_t c, double *mean, double *var)
{
  *mean = *var = 0.0;
  for (size_t i = 0; i < PIXELS; i++) *mean += (double)x[i * C + c] / PIXELS;
  for (size_t i = 0; i < PIXELS; i++) {
    const double d = (double)x[i * C + c] - *mean;
    *var += d * d / PIXELS;
  }
}

static void statistics_match_two_passes(void **state)
{
  const float *x = shifted((const float[C]){0.0f, -35.0f, 1000.0f});
  double sums[2 * C], mean[C], inv_std[C], var[C];
  const cst_batchnorm bn = {mean, inv_std};
  (void)state;

  cst_batchnorm_sums(PIXELS, C, x, sums);
  cst_batchnorm_statistics(C, PIXELS, sums, eps, &bn, var);
  for (size_t c = 0; c < C; c++) {
    double want_mean, want_var;
    two_passes(x, c, &want_mean, &want_var);
    assert_near(mean[c], want_mean, 1e-13, "mean");
    assert_near(var[c], want_var, 1e-7, "variance");
    assert_near(inv_std[c], 1.0 / sqrt(want_var + eps), 1e-7, "inv_std");
  }
}

static void a_constant_channel_has_no_variance(void **state)
{
  float x[PIXELS];
  double sums[2], mean, inv_std, var;
  const cst_batchnorm bn = {&mean, &inv_std};
  (void)state;
  for (size_t i = 0; i < PIXELS; i++) x[i] = -80.1f;
  cst_batchnorm_sums(PIXELS, 1, x, sums);
  cst_batchnorm_statistics(1, PIXELS, sums, eps, &bn, &var);
  assert_true(var >= 0.0 && var < 1e-10);
}

static void nan_stays(void **state)
{
  const double sums[2] = {NAN, NAN};
  double mean, inv_std, var;
  const cst_batchnorm bn = {&mean, &inv_std};
  (void)state;
  cst_batchnorm_statistics(1, PIXELS, sums, eps, &bn, &var);
  assert_true(isnan(mean) && isnan(inv_std));
}

static void running_statistics_follow_with_the_unbiased_variance(void **state)
{
  double mean = 2.0, inv_std = 1.0;
  const cst_batchnorm bn = {&mean, &inv_std};
  const double var = 3.0;
  float running_mean = 1.0f, running_var = 5.0f, batches = 7.0f;
  (void)state;
  cst_batchnorm_track(1, 4.0, &bn, &var, 0.1, &running_mean, &running_var, &batches);
  assert_near((double)running_mean, 0.9 * 1.0 + 0.1 * 2.0, 1e-7, "mean");
  assert_near((double)running_var, 0.9 * 5.0 + 0.1 * 3.0 * 4.0 / 3.0, 1e-7, "variance");
  assert_true(batches == 8.0f);
}

static void apply_and_its_sums_match_definition(void **state)
{
  const float *x = shifted((const float[C]){0.0f, -35.0f, 10.0f}), *dy = test_random(2, PIXELS * C);
  const float weight[C] = {1.0f, -0.5f, 2.0f}, bias[C] = {0.0f, 0.25f, -1.0f};
  const float mean32[C] = {0.1f, -34.0f, 9.0f}, var32[C] = {1.0f, 0.5f, 4.0f};
  double mean[C], inv_std[C], sums[2 * C], want[2 * C] = {0.0};
  const cst_batchnorm bn = {mean, inv_std};
  float *y = test_zeros(PIXELS * C);
  (void)state;

  cst_batchnorm_running(C, mean32, var32, eps, &bn);
  cst_batchnorm_apply(PIXELS, C, &bn, weight, bias, x, y);
  cst_batchnorm_backward_sums(PIXELS, C, &bn, x, dy, sums);
  for (size_t i = 0; i < PIXELS * C; i++) {
    const size_t c = i % C;
    const double xhat = ((double)x[i] - (double)mean32[c]) / sqrt((double)var32[c] + eps);
    assert_near((double)y[i], (double)weight[c] * xhat + (double)bias[c], 1e-6, "y");
    want[c] += (double)dy[i];
    want[C + c] += (double)dy[i] * xhat;
  }
  for (size_t c = 0; c < 2 * C; c++) assert_near(sums[c], want[c], 1e-12, "sum");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(statistics_match_two_passes, test_release),
      cmocka_unit_test(a_constant_channel_has_no_variance),
      cmocka_unit_test(nan_stays),
      cmocka_unit_test(running_statistics_follow_with_the_unbiased_variance),
      cmocka_unit_test_teardown(apply_and_its_sums_match_definition, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
