/* Freq-MixStyle against its definition, column by column in double. */
#include "cassette/augment.h"
#include "clip.h"

#include <math.h>

enum { T = 50, M = 37, N = T * M }; /* M is no multiple of a cache line */

static cst_view_spec mixing(double p, double alpha)
{
  cst_view_spec spec = view_of(CST_TRANSFORM_MIXSTYLE, alpha, alpha, 1);
  spec.transform[CST_TRANSFORM_MIXSTYLE].p = p;
  return spec;
}

static void define_statistics(const float *x, size_t m, double *mean, double *std)
{
  double sum = 0.0, square = 0.0;
  for (size_t t = 0; t < T; t++) sum += (double)x[t * M + m] / T;
  for (size_t t = 0; t < T; t++)
    square += ((double)x[t * M + m] - sum) * ((double)x[t * M + m] - sum) / T;
  *mean = sum;
  *std = sqrt(square + 1e-6);
}

static void statistics_match_the_definition(void **state)
{
  (void)state;
  float *x = made_clip(1, N);
  double mean[M], std[M];
  for (size_t t = 0; t < T; t++) x[t * M + 3] = -100.0f; /* silence */
  cst_augment_statistics(T, M, x, mean, std);
  for (size_t m = 0; m < M; m++) {
    double want_mean, want_std;
    define_statistics(x, m, &want_mean, &want_std);
    assert_near(mean[m], want_mean, 1e-12, "mean");
    assert_near(std[m], want_std, 1e-12, "deviation");
  }
  assert_near(std[3], 1e-3, 1e-12, "deviation of silence");
}

/* The share of own statistics that band m of a view shows in its mean. */
static double shown_share(double view, double own, double partner)
{
  return (view - partner) / (own - partner);
}

static void a_view_has_the_mixed_statistics(void **state)
{
  (void)state;
  const cst_view_spec usual = mixing(0.4, 0.3);
  const float *x = made_clip(1, N);
  float *other = made_clip(2, N), *y = test_zeros(N);
  double own_mean[M], own_std[M], mean[M], std[M], got_mean[M], got_std[M];
  for (size_t i = 0; i < N; i++) other[i] = 0.3f * other[i] - 40.0f;
  cst_augment_statistics(T, M, x, own_mean, own_std);
  cst_augment_statistics(T, M, other, mean, std);
  for (uint64_t step = 0; step < 100; step++) {
    const cst_random_key key = view_key(step, 1);
    made_view(&usual, &key, T, M, x, mean, std, y);
    cst_augment_statistics(T, M, y, got_mean, got_std);
    const double own = shown_share(got_mean[0], own_mean[0], mean[0]);
    assert_true(own > -1e-5 && own < 1.00001);
    for (size_t m = 0; m < M; m++) {
      const double want_mean = own * own_mean[m] + (1.0 - own) * mean[m];
      const double want_std = own * own_std[m] + (1.0 - own) * std[m];
      assert_near(got_mean[m], want_mean, 1e-5, "mixed mean");
      assert_near(got_std[m], want_std, 1e-5, "mixed deviation");
      for (size_t t = 0; t < T; t++)
        assert_near((double)y[t * M + m],
                    ((double)x[t * M + m] - own_mean[m]) / own_std[m] * want_std + want_mean, 1e-5,
                    "bin");
    }
  }
}

/* The share is Beta(alpha, alpha): mean 1/2, variance 1 / (4 (2 alpha + 1)). */
static void shares_of_views_have_the_moments(void **state)
{
  (void)state;
  enum { VIEWS = 4000 };
  const cst_view_spec usual = mixing(0.4, 0.3);
  const float x[] = {-20.0f, -30.0f};
  const double mean[] = {-50.0}, std[] = {2.0}, variance = 1.0 / (4.0 * 1.6);
  double sum = 0.0, square = 0.0;
  float y[2];
  for (uint64_t step = 0; step < VIEWS; step++) {
    const cst_random_key key = view_key(step, 1);
    made_view(&usual, &key, 2, 1, x, mean, std, y);
    const double own = shown_share(0.5 * ((double)y[0] + (double)y[1]), -25.0, -50.0);
    sum += own / VIEWS;
    square += (own - 0.5) * (own - 0.5) / VIEWS;
  }
  assert_true(fabs(sum - 0.5) < 5.0 * sqrt(variance / VIEWS));
  assert_true(fabs(square - variance) < 5.0 * variance / sqrt((double)VIEWS));
}

static void silence_takes_the_mixed_mean(void **state)
{
  (void)state;
  const cst_view_spec usual = mixing(0.4, 0.3);
  float x[8], y[8];
  const double mean[] = {-30.0}, std[] = {5.0};
  for (size_t t = 0; t < 8; t++) x[t] = -100.0f;
  for (uint64_t step = 0; step < 20; step++) {
    const cst_random_key key = view_key(step, 1);
    made_view(&usual, &key, 8, 1, x, mean, std, y);
    assert_true(y[0] >= -100.0f && y[0] <= -30.0f);
    for (size_t t = 1; t < 8; t++) assert_true(y[t] == y[0]);
  }
}

static void the_coin_falls_with_its_chance(void **state)
{
  (void)state;
  enum { BATCHES = 4000 };
  const cst_view_spec usual = mixing(0.4, 0.3), never = mixing(0.0, 0.3), off = mixing(1.0, 0.0),
                      always = mixing(1.0, 0.3);
  size_t heads = 0;
  for (uint64_t step = 0; step < BATCHES; step++) {
    const cst_random_key key = view_key(step, 0);
    heads += cst_view_style_coin(&usual, &key);
    assert_false(cst_view_style_coin(&never, &key));
    assert_false(cst_view_style_coin(&off, &key));
    assert_true(cst_view_style_coin(&always, &key));
  }
  assert_true(fabs((double)heads - 0.4 * BATCHES) < 5.0 * sqrt(0.24 * BATCHES));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(statistics_match_the_definition, test_release),
      cmocka_unit_test_teardown(a_view_has_the_mixed_statistics, test_release),
      cmocka_unit_test(shares_of_views_have_the_moments),
      cmocka_unit_test(silence_takes_the_mixed_mean),
      cmocka_unit_test(the_coin_falls_with_its_chance),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
