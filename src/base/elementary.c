/*
 * Contracts in cassette/elementary.h.
 *
 *   exp   x = k log(2) / 32 + r,        e^x = 2^(k / 32) (1 + r + r^2 / 2 + ...)
 *   log   x = 2^e m,  F = m to 1/64,    log x = e log(2) + log F + log(m / F),
 *         u = 2 (m - F) / (m + F),      log(m / F) = u + u^3 / 12 + u^5 / 80 + ...
 *   pow   e^(y log x)
 *   sin   x = k pi / 2 + r              Taylor's series of sine or cosine
 *
 * P. T. P. Tang, "Table-driven implementation of the exponential function" and "of the logarithm
 * function in IEEE floating-point arithmetic", ACM Trans. Math. Softw. 15 (1989) and 16 (1990).
 *
 * A number that needs more than a double is a pair: high + low, not evaluated.  Nothing here may be
 * contracted or reassociated; tables are sums of doubles whose leading ones are short, so that
 * their products with integers are exact.
 */
#include "cassette/elementary.h"

#include "cassette/status.h"
#include "elementary_tables.h"

#include <assert.h>
#include <float.h>
#include <math.h>

#ifdef __FAST_MATH__
#  error "the same bits everywhere need IEEE arithmetic"
#endif
static_assert(FLT_EVAL_METHOD == 0, "doubles must not be kept in wider registers");

/* The nearest integer, ties to even; |x| < 2^51. */
static double nearest(double x)
{
  const double magic = 0x1.8p52;
  return (x + magic) - magic;
}

/* a + b, exactly (Knuth). */
static pair sum(double a, double b)
{
  const double s = a + b, t = s - a;
  return (pair){s, (a - (s - t)) + (b - t)};
}

/* x in two halves of 26 bits, whose products are exact (Dekker); |x| < 2^996. */
static pair halves(double x)
{
  const double wide = 0x1.0000002p27 * x, high = wide - (wide - x);
  return (pair){high, x - high};
}

/* a b, exactly but for underflow. */
static pair product(double a, double b)
{
  const pair x = halves(a), y = halves(b);
  const double p = a * b;
  return (pair){p, ((x.high * y.high - p) + x.high * y.low + x.low * y.high) + x.low * y.low};
}

/* ---- exp ---- */

static double exp_of(double x, double low)
{
  if (x != x) return x;
  if (x > 710.0) return INFINITY;
  if (x < -746.0) return 0.0;

  const double k = nearest(x * (1.0 / EXP_STEP[0]));
  const double r = x - k * EXP_STEP[0], rest = low - k * EXP_STEP[1], q = r + rest;
  const double series =
      1.0 / 2 + q * (1.0 / 6 + q * (1.0 / 24 + q * (1.0 / 120 + q * (1.0 / 720 + q / 5040))));
  const double growth = r + (rest + q * q * series);
  const int whole = (int)floor(k / EXP_PARTS);
  const pair *scale = &exp_table[(int)k - whole * EXP_PARTS];
  return ldexp(scale->high + (scale->low + scale->high * growth), whole);
}

double cst_exp(double x) { return exp_of(x, 0.0); }

/* ---- log ---- */

/* log(F + f), F in the table's range, |f| <= 1/128, to 2^-67 of its value; plus e log(2). */
static pair log_near(double F, double f, double e)
{
  const double u = 2.0 * f / (2.0 * F + f), u1 = (double)(float)u, f1 = (double)(float)f;
  const double u2 = ((2.0 * (f - u1 * F) - u1 * f1) - u1 * (f - f1)) / (2.0 * F + f);
  const double w = u * u;
  const double tail = u * w * (1.0 / 12 + w * (1.0 / 80 + w * (1.0 / 448 + w / 2304)));
  const pair *table = &log_table[(int)(F * LOG_PARTS) - LOG_FIRST];
  const pair a = sum(e * LN2[0], table->high), b = sum(a.high, u1);
  return sum(b.high, ((a.low + b.low) + (table->low + e * LN2[1])) + (tail + u2));
}

static pair log_of(double x)
{
  int e;
  double m = frexp(x, &e);
  if (m < 0.70710678118654752) m *= 2.0, e--;
  const double F = nearest(m * LOG_PARTS) / LOG_PARTS;
  return log_near(F, m - F, (double)e);
}

double cst_ln(double x)
{
  if (x > 0.0 && x <= DBL_MAX) return log_of(x).high;
  return x == 0.0 ? (double)-INFINITY : x > 0.0 ? x : (double)NAN;
}

double cst_pow(double x, double y)
{
  if (y == 0.0 || x == 1.0) return 1.0;
  if (x == 0.0) return y > 0.0 ? 0.0 : (double)INFINITY;
  if (!(x > 0.0 && x <= DBL_MAX))
    return x < 0.0 || x != x || y != y ? (double)NAN : y > 0.0 ? x : 0.0;

  const pair log_x = log_of(x);
  const double about = y * log_x.high;
  if (!(fabs(about) < 1000.0)) return exp_of(about, 0.0);
  const pair p = product(y, log_x.high);
  return exp_of(p.high, p.low + y * log_x.low);
}

/* ---- sin and cos ---- */

/* x = k pi / 2 + high + low; k modulo 4. */
static int quarter(double x, pair *rest)
{
  CST_ASSERT(fabs(x) <= 1e6 || x != x);
  const double k = nearest(x * (1.0 / (RIGHT_ANGLE[0] + RIGHT_ANGLE[1])));
  const double a = x - k * RIGHT_ANGLE[0];
  const pair b = sum(a, -k * RIGHT_ANGLE[1]), c = sum(b.high, -k * RIGHT_ANGLE[2]);
  *rest = sum(c.high, (b.low + c.low) - k * RIGHT_ANGLE[3]);
  return x == x ? (int)k & 3 : 0;
}

static double sine(pair r)
{
  const double x = r.high, z = x * x;
  const double series =
      -1.0 / 6 +
      z * (1.0 / 120 +
           z * (-1.0 / 5040 +
                z * (1.0 / 362880 +
                     z * (-1.0 / 39916800 + z * (1.0 / 6227020800 + z * (-1.0 / 1307674368000 +
                                                                         z / 355687428096000))))));
  return x + (x * z * series + r.low * (1.0 - 0.5 * z));
}

static double cosine(pair r)
{
  const double x = r.high, z = x * x, half = 0.5 * z, about = 1.0 - half;
  const double series =
      1.0 / 24 +
      z * (-1.0 / 720 + z * (1.0 / 40320 + z * (-1.0 / 3628800 +
                                                z * (1.0 / 479001600 + z * (-1.0 / 87178291200 +
                                                                            z / 20922789888000)))));
  const pair square = product(x, x);
  return about + (((1.0 - about) - half) + (z * z * series - (x * r.low + 0.5 * square.low)));
}

double cst_sin(double x)
{
  pair rest;
  const int k = quarter(x, &rest);
  const double value = k & 1 ? cosine(rest) : sine(rest);
  return k & 2 ? -value : value;
}

double cst_cos(double x)
{
  pair rest;
  const int k = quarter(x, &rest);
  const double value = k & 1 ? sine(rest) : cosine(rest);
  return k == 1 || k == 2 ? -value : value;
}
