/*
 * Elementary functions: errors in units of the last place against values of 100 digits and against
 * the C library's functions in long double; and their bits, which no machine may change.
 */
#include "cassette/elementary.h"

#include "cassette/digest.h"
#include "cassette/random.h"
#include "elementary_values.h"
#include "support/test_support.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

enum { RANDOM = 100000 };
#define COUNT(list) (sizeof(list) / sizeof *(list))

/* Distance from got to high + low; the results' unit of the last place is high's. */
static double ulps(double got, double high, double low)
{
  int e;
  frexp(high, &e);
  const double unit = ldexp(1.0, (e < DBL_MIN_EXP ? DBL_MIN_EXP : e) - DBL_MANT_DIG);
  return fabs((got - high) - low) / unit;
}

static void check(const char *what, double x, double error, double bound)
{
  if (!(error < bound))
    fail_msg("%s(%.17g): %.3f units of the last place, %.2f allowed", what, x, error, bound);
}

static const struct {
  const char *name;
  double (*ours)(double);
  long double (*longer)(long double);
  const value *values;
  size_t n;
  double low, high, bound;
} cases[] = {
    {"exp", cst_exp, expl, exp_values, COUNT(exp_values), -708.0, 709.0, 0.53},
    {"exp", cst_exp, expl, exp_values, 0, -1.0, 1.0, 0.53},
    {"ln", cst_ln, logl, log_values, COUNT(log_values), 0.0, 1000.0, 0.51},
    {"ln", cst_ln, logl, log_values, 0, 0.5, 2.0, 0.51},
    {"sin", cst_sin, sinl, sin_values, COUNT(sin_values), -1e6, 1e6, 0.8},
    {"sin", cst_sin, sinl, sin_values, 0, -4.0, 4.0, 0.8},
    {"cos", cst_cos, cosl, cos_values, COUNT(cos_values), -1e6, 1e6, 0.8},
    {"cos", cst_cos, cosl, cos_values, 0, -4.0, 4.0, 0.8},
};

static bool is_normal(double x) { return fabs(x) >= DBL_MIN; }

static void values_of_100_digits(void **state)
{
  (void)state;
  for (size_t c = 0; c < COUNT(cases); c++)
    for (size_t i = 0; i < cases[c].n; i++) {
      const value *v = &cases[c].values[i];
      const double bound = is_normal(v->high) ? cases[c].bound : 1.0;
      check(cases[c].name, v->x, ulps(cases[c].ours(v->x), v->high, v->low), bound);
    }
  for (size_t i = 0; i < COUNT(pow_values); i++) {
    const power_value *v = &pow_values[i];
    check("pow", v->x, ulps(cst_pow(v->x, v->y), v->high, v->low), is_normal(v->high) ? 0.6 : 1.0);
  }
}

static void the_c_library_in_long_double(void **state)
{
  (void)state;
  const cst_random_key key = cst_random_key_make(1, CST_RANDOM_TEST, 1, 1, 1);
  for (size_t c = 0; c < COUNT(cases); c++)
    for (uint64_t i = 0; i < RANDOM; i++) {
      const double x = cases[c].low + (cases[c].high - cases[c].low) * cst_random_uniform(&key, i);
      const long double y = cases[c].longer((long double)x);
      const double high = (double)y, low = (double)(y - (long double)high);
      check(cases[c].name, x, ulps(cases[c].ours(x), high, low), cases[c].bound + 0.001);
    }
  for (uint64_t i = 0; i < RANDOM; i++) {
    const double x = exp2(20.0 * cst_random_uniform(&key, 2 * i) - 10.0);
    const double y = 100.0 * cst_random_uniform(&key, 2 * i + 1) - 50.0;
    const long double z = powl((long double)x, (long double)y);
    check("pow", x, ulps(cst_pow(x, y), (double)z, (double)(z - (long double)(double)z)), 0.601);
  }
}

static void what_is_exact_is_exact(void **state)
{
  (void)state;
  assert_true(cst_exp(0.0) == 1.0 && cst_ln(1.0) == 0.0 && cst_sin(0.0) == 0.0 &&
              cst_cos(0.0) == 1.0);
  assert_true(cst_pow(0.0, 2.0) == 0.0 && cst_pow(5.0, 0.0) == 1.0 && cst_pow(0.3, 1.0) == 0.3);
  assert_true(cst_pow(3.0, 7.0) == 2187.0 && cst_pow(0.25, 0.5) == 0.5 &&
              cst_pow(10.0, 22.0) == 1e22);
  for (int e = -1000; e <= 1000; e += 8) assert_true(cst_pow(2.0, e) == ldexp(1.0, e));
}

static void edges_are_those_of_the_c_library(void **state)
{
  (void)state;
  const double huge = INFINITY, nan = NAN;
  assert_true(cst_exp(800.0) == huge && cst_exp(-800.0) == 0.0 && cst_exp(-huge) == 0.0 &&
              cst_exp(huge) == huge);
  assert_true(cst_exp(709.78) < huge && cst_exp(709.79) == huge && cst_exp(-745.2) == 0.0);
  assert_true(cst_ln(0.0) == -huge && cst_ln(huge) == huge && isnan(cst_ln(-1.0)));
  assert_true(cst_pow(0.0, -1.0) == huge && cst_pow(10.0, 400.0) == huge &&
              cst_pow(10.0, -400.0) == 0.0);
  assert_true(cst_pow(huge, 2.0) == huge && cst_pow(huge, -2.0) == 0.0 &&
              isnan(cst_pow(-1.0, 2.0)));
  assert_true(cst_pow(2.0, 1e300) == huge && cst_pow(0.5, 1e300) == 0.0);
  assert_true(isnan(cst_exp(nan)) && isnan(cst_ln(nan)) && isnan(cst_pow(nan, 2.0)) &&
              isnan(cst_pow(2.0, nan)));
  assert_true(isnan(cst_sin(nan)) && isnan(cst_cos(nan)));
}

/* The digest was the same on x86-64 (gcc 12 and 14, clang 14; with and without FMA) and on arm64.
 */
static void bits_are_pinned(void **state)
{
  (void)state;
  const cst_random_key key = cst_random_key_make(1, CST_RANDOM_TEST, 2, 1, 1);
  char hex[CST_DIGEST_HEX];
  cst_digest *digest = NULL;
  assert_ok(cst_digest_create(&digest));
  for (uint64_t i = 0; i < RANDOM; i++) {
    const double u = cst_random_uniform(&key, i), x = 1400.0 * u - 700.0;
    const double y[] = {cst_exp(x), cst_ln(u + 1e-3), cst_sin(x), cst_cos(x),
                        cst_pow(10.0 * u, x / 100.0)};
    cst_digest_add(digest, y, sizeof y);
  }
  cst_digest_hex(digest, hex);
  cst_digest_destroy(&digest);
  assert_string_equal(hex, "e016a5c2b656942e0c383f93241e3e5b");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_of_100_digits),   cmocka_unit_test(the_c_library_in_long_double),
      cmocka_unit_test(what_is_exact_is_exact), cmocka_unit_test(edges_are_those_of_the_c_library),
      cmocka_unit_test(bits_are_pinned),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
