/* Background and noise: powers add up, at the ratio that was drawn. */
#include "cassette/augment.h"
#include "clip.h"

#include <math.h>
#include <string.h>

enum { T = 60, M = 16, N = T * M, VIEWS = 400 };

static double power(double level_db) { return pow(10.0, level_db / 5.0); }
static double level(double p) { return 5.0 * log10(p); }

static double mean_power_of(const float *x)
{
  double sum = 0.0;
  for (size_t i = 0; i < N; i++) sum += power((double)x[i]);
  return sum / N;
}

/* What every value shows of the scale must be the same, and the ratios even over the range. */
static void a_background_adds_its_power(void **state)
{
  (void)state;
  const float *x = made_clip(1, N);
  float *behind = made_clip(2, N), *y = test_zeros(N);
  const cst_view_spec spec = view_of(CST_TRANSFORM_BACKGROUND, -5.0, 15.0, 1);
  double sum = 0.0, lowest = 100.0, highest = -100.0;
  for (size_t i = 0; i < N; i++) behind[i] -= 30.0f;
  for (uint64_t step = 0; step < VIEWS; step++) {
    const cst_random_key key = view_key(step, 1);
    view_with(&spec, &key, T, M, x, NULL, NULL, behind, y);
    const double ratio = mean_power_of(x) / (mean_power_of(y) - mean_power_of(x));
    const double below_db = 10.0 * log10(ratio);
    const double scale = mean_power_of(x) / mean_power_of(behind) / ratio;
    for (size_t i = 0; i < N; i++)
      assert_near((double)y[i], level(power((double)x[i]) + scale * power((double)behind[i])), 2e-3,
                  "sum of powers");
    sum += below_db / VIEWS;
    lowest = fmin(lowest, below_db);
    highest = fmax(highest, below_db);
  }
  assert_true(lowest > -5.01 && lowest < -4.0 && highest < 15.01 && highest > 14.0);
  assert_near(sum, 5.0, 5.0 * 20.0 / sqrt(12.0 * VIEWS), "mean ratio");
}

static void silence_behind_a_clip_adds_nothing(void **state)
{
  (void)state;
  const float *x = made_clip(1, N);
  float *behind = test_zeros(N), *y = test_zeros(N);
  const cst_view_spec spec = view_of(CST_TRANSFORM_BACKGROUND, 0.0, 0.0, 1);
  const cst_random_key key = view_key(1, 1);
  for (size_t i = 0; i < N; i++) behind[i] = -100.0f;
  view_with(&spec, &key, T, M, x, NULL, NULL, behind, y);
  assert_memory_equal(x, y, N * sizeof *x);
  view_with(&spec, &key, T, M, x, NULL, NULL, NULL, y);
  assert_memory_equal(x, y, N * sizeof *x);
}

/* Any clip, evenly, whenever the view has a background, and the same draws without it. */
static void a_background_is_any_clip(void **state)
{
  (void)state;
  enum { CLIPS = 5 };
  cst_view_spec spec = view_of(CST_TRANSFORM_BACKGROUND, 0.0, 0.0, 1);
  size_t count[CLIPS + 1] = {0};
  spec.transform[CST_TRANSFORM_BACKGROUND].p = 0.5;
  for (uint64_t step = 0; step < 4000; step++) {
    const cst_random_key key = view_key(step, 1);
    const size_t clip = cst_view_background(&spec, &key, CLIPS);
    assert_true(clip <= CLIPS);
    count[clip]++;
    assert_int_equal(cst_view_background(&spec, &key, 0), 0);
  }
  for (size_t k = 0; k < CLIPS; k++) assert_near((double)count[k] / 4000.0, 0.1, 0.03, "share");
  assert_near((double)count[CLIPS] / 4000.0, 0.5, 0.04, "without");
}

/* What noise adds, over its mean, is exponential: mean 1, variance 1, a share e^-1 above 1. */
static void noise_adds_exponential_powers(void **state)
{
  (void)state;
  float *x = made_clip(1, N), *y = test_zeros(N);
  const cst_view_spec spec = view_of(CST_TRANSFORM_NOISE, -10.0, -10.0, 1);
  double sum = 0.0, square = 0.0, above = 0.0;
  size_t n = 0;
  for (size_t i = 0; i < N; i++) x[i] = 0.1f * x[i] - 20.0f;
  const double noise = mean_power_of(x) * 10.0;
  for (uint64_t step = 0; step < 100; step++) {
    const cst_random_key key = view_key(step, 1);
    made_view(&spec, &key, T, M, x, NULL, NULL, y);
    for (size_t i = 0; i < N; i++, n++) {
      const double e = (power((double)y[i]) - power((double)x[i])) / noise;
      assert_true(e > -1e-3);
      sum += e;
      square += e * e;
      above += e > 1.0;
    }
  }
  const double mean = sum / (double)n;
  assert_near(mean, 1.0, 5.0 / sqrt((double)n), "mean");
  assert_near(square / (double)n - mean * mean, 1.0, 5.0 * sqrt(8.0 / (double)n), "variance");
  assert_near(above / (double)n, exp(-1.0), 5.0 * 0.5 / sqrt((double)n), "above the mean");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(a_background_adds_its_power, test_release),
      cmocka_unit_test_teardown(silence_behind_a_clip_adds_nothing, test_release),
      cmocka_unit_test(a_background_is_any_clip),
      cmocka_unit_test_teardown(noise_adds_exponential_powers, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
