/* The temperature against the definition: no other one has a smaller negative log-likelihood. */
#include "cassette/temperature.h"

#include "cassette/random.h"
#include "support/test_support.h"

#include <math.h>
#include <string.h>

enum { CLIPS = 400, K = 5 };

static double uniform(uint64_t seed, uint64_t i)
{
  const cst_random_key key = cst_random_key_make(seed, CST_RANDOM_TEST, 0, 0, 0);
  return (cst_random_below(&key, i, 1u << 30) + 0.5) / (1u << 30);
}

/* By the C library, in T itself. */
static double likelihood(size_t n, const double *z, const int *y, double T)
{
  double total = 0.0;
  for (size_t i = 0; i < n; i++) {
    double sum = 0.0;
    for (size_t k = 0; k < K; k++) sum += exp((z[i * K + k] - z[i * K + (size_t)y[i]]) / T);
    total += log(sum);
  }
  return total / (double)n;
}

/* Golden section over log T. */
static double search(size_t n, const double *z, const int *y)
{
  const double g = 0.5 * (sqrt(5.0) - 1.0);
  double a = log(0.02), b = log(50.0);
  for (int i = 0; i < 200; i++) {
    const double c = b - g * (b - a), d = a + g * (b - a);
    if (likelihood(n, z, y, exp(c)) < likelihood(n, z, y, exp(d)))
      b = d;
    else
      a = c;
  }
  return exp(0.5 * (a + b));
}

/* Logits that are @p sharpness times too large for how truths are drawn: T is near sharpness. */
static void draw(uint64_t seed, double sharpness, double *z, int *y)
{
  for (size_t i = 0; i < CLIPS; i++) {
    double p[K], sum = 0.0, at = uniform(seed, 10 * i + 9);
    for (size_t k = 0; k < K; k++) {
      const double logit = 4.0 * uniform(seed, 10 * i + k);
      z[i * K + k] = sharpness * logit;
      sum += p[k] = exp(logit);
    }
    y[i] = K - 1;
    for (size_t k = 0; k < K; k++)
      if ((at -= p[k] / sum) < 0.0) {
        y[i] = (int)k;
        break;
      }
  }
}

static void is_the_minimum(void **state)
{
  static const double sharpness[] = {0.2, 1.0, 3.0, 12.0};
  double z[CLIPS * K], T;
  int y[CLIPS];
  (void)state;
  for (size_t s = 0; s < 4; s++) {
    draw(s, sharpness[s], z, y);
    assert_int_equal(cst_temperature_find(CLIPS, K, z, y, &T), CST_TEMPERATURE_FOUND);
    assert_near(T, sharpness[s], 0.25, "what the truths were drawn by");
    assert_near(T, search(CLIPS, z, y), 1e-6, "golden section"); /* flat within root epsilon */
    assert_true(likelihood(CLIPS, z, y, T) <= likelihood(CLIPS, z, y, 1.001 * T));
    assert_true(likelihood(CLIPS, z, y, T) <= likelihood(CLIPS, z, y, T / 1.001));
  }
}

/* Constants of rows are nothing, factors of all are in T. */
static void follows_its_input(void **state)
{
  double z[CLIPS * K], T, again;
  int y[CLIPS];
  (void)state;
  draw(7, 2.0, z, y);
  assert_int_equal(cst_temperature_find(CLIPS, K, z, y, &T), CST_TEMPERATURE_FOUND);
  for (size_t i = 0; i < CLIPS * K; i++) z[i] -= 100.0 + (double)(i / K % 7);
  assert_int_equal(cst_temperature_find(CLIPS, K, z, y, &again), CST_TEMPERATURE_FOUND);
  assert_near(again, T, 1e-11, "shifted");
  for (size_t i = 0; i < CLIPS * K; i++) z[i] *= 4.0;
  assert_int_equal(cst_temperature_find(CLIPS, K, z, y, &again), CST_TEMPERATURE_FOUND);
  assert_near(again, 4.0 * T, 1e-11, "scaled");
}

static void without_a_minimum_there_is_none(void **state)
{
  const double z[] = {0, 1, 0, 0, 0, 5, 1, 1, 1, 1};
  const int right[] = {1, 0}, wrong[] = {2, 3};
  double T = 0.0;
  (void)state;
  assert_int_equal(cst_temperature_find(0, K, z, right, &T), CST_TEMPERATURE_NO_CLIPS);
  assert_true(T == 1.0);
  assert_int_equal(cst_temperature_find(2, K, z, right, &T), CST_TEMPERATURE_TOO_COLD);
  assert_true(T == 1.0);
  assert_int_equal(cst_temperature_find(2, K, z, wrong, &T), CST_TEMPERATURE_TOO_HOT);
  assert_true(T == 1.0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(is_the_minimum),
      cmocka_unit_test(follows_its_input),
      cmocka_unit_test(without_a_minimum_there_is_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
