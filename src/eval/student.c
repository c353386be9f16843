/*
 * Student's distribution: P(|T| >= t) = I_x(f / 2, 1 / 2) at x = f / (f + t^2), the incomplete beta
 * function by its continued fraction (NIST Digital Library of Mathematical Functions, 8.17.22),
 * which is evaluated by Lentz's method; log Gamma by Stirling's series (5.11.1).
 */
#include "cassette/elementary.h"
#include "cassette/paired.h"

#include <math.h>

/* Converges in about sqrt(max(a, b)) terms where x < (a + 1) / (a + b + 2). */
static double beta_fraction(double x, double a, double b)
{
  enum { TERMS = 1000 };
  const double tiny = 1e-300;
  double c = 1.0, d = 1.0 - (a + b) * x / (a + 1.0), value;
  if (fabs(d) < tiny) d = tiny;
  d = 1.0 / d;
  value = d;
  for (int m = 1; m < TERMS; m++) {
    const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
    double change = 1.0;
    for (int half = 0; half < 2; half++) {
      const double term = half ? odd : even;
      d = 1.0 + term * d;
      c = 1.0 + term / c;
      if (fabs(d) < tiny) d = tiny;
      if (fabs(c) < tiny) c = tiny;
      d = 1.0 / d;
      change = c * d;
      value *= change;
    }
    if (fabs(change - 1.0) < 1e-15) break;
  }
  return value;
}

/* log Gamma(x), x > 0: Gamma(x + 1) = x Gamma(x) up to where five terms are enough. */
static double log_gamma(double x)
{
  const double half_log_two_pi = 0.918938533204672742;
  double risen = 1.0;
  while (x < 32.0) {
    risen *= x;
    x += 1.0;
  }
  const double z = 1.0 / (x * x);
  const double series =
      (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z / 1188)))) / x;
  return (x - 0.5) * cst_ln(x) - x + half_log_two_pi + series - cst_ln(risen);
}

static double incomplete_beta(double x, double a, double b)
{
  if (x <= 0.0) return 0.0;
  if (x >= 1.0) return 1.0;
  const double front =
      cst_exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * cst_ln(x) + b * cst_ln(1.0 - x));
  if (x < (a + 1.0) / (a + b + 2.0)) return front * beta_fraction(x, a, b) / a;
  return 1.0 - front * beta_fraction(1.0 - x, b, a) / b;
}

double cst_student_tails(double t, double freedom)
{
  return incomplete_beta(freedom / (freedom + t * t), 0.5 * freedom, 0.5);
}

double cst_student_quantile(double p, double freedom)
{
  double low = 0.0, high = 1.0;
  while (cst_student_tails(high, freedom) > p) high *= 2.0;
  for (double middle = 0.5 * high; low < middle && middle < high; middle = 0.5 * (low + high))
    *(cst_student_tails(middle, freedom) > p ? &low : &high) = middle;
  return high;
}
