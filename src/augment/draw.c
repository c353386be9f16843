/*
 * Beta(a, a) = X / (X + Y) with X, Y ~ Gamma(a).
 *
 * Gamma(a), a >= 1 (Marsaglia and Tsang, ACM Trans. Math. Softw. 26, 2000): with d = a - 1/3,
 * c = 1 / sqrt(9 d), x normal and u uniform, v = (1 + c x)^3 gives d v if v > 0 and
 * log u < x^2 / 2 + d - d v + d log v; else draw again.  For a < 1, Gamma(a + 1) u^(1/a).
 * Their quick test before the logarithms saves time only, and is left out.
 */
#include "draw.h"

#include "cassette/elementary.h"
#include "cassette/status.h"

#include <math.h>

draws draws_at(const cst_random_key *key, draw_place place)
{
  return (draws){.key = key, .block = (uint64_t)place << 48};
}

/* Uniforms take half a block each; the other half is passed over, so that any kind of draw may
 * follow any other. */
double draw_uniform(draws *self) { return cst_random_uniform(self->key, 2 * self->block++); }

/* From the middle, so that a range around zero is as even in its rounding as in its bounds. */
double draw_between(draws *self, double low, double high)
{
  const double middle = 0.5 * (low + high), half = 0.5 * (high - low);
  return middle + half * (2.0 * draw_uniform(self) - 1.0);
}

static double draw_normal(draws *self) { return cst_random_normal(self->key, self->block++); }

size_t draw_up_to(draws *self, size_t n)
{
  CST_ASSERT(n < UINT32_MAX);
  return cst_random_below(self->key, 2 * self->block++, (uint32_t)n + 1);
}

void draw_floats(draws *self, size_t n, float *out)
{
  enum { IN_A_BLOCK = 4 };
  cst_random_fill_uniform(self->key, IN_A_BLOCK * self->block, n, out);
  self->block += (n + IN_A_BLOCK - 1) / IN_A_BLOCK;
}

static double log_gamma_from_one(draws *self, double shape)
{
  const double d = shape - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
  for (;;) {
    const double x = draw_normal(self), u = draw_uniform(self), root = 1.0 + c * x;
    if (root <= 0.0) continue;
    const double log_v = 3.0 * cst_ln(root);
    if (cst_ln(u) < 0.5 * x * x + d - d * cst_exp(log_v) + d * log_v) return cst_ln(d) + log_v;
  }
}

/* Logarithms, because u^(1/a) leaves the range of double for small a. */
static double log_gamma(draws *self, double shape)
{
  if (shape >= 1.0) return log_gamma_from_one(self, shape);
  const double above_zero = draw_uniform(self) + 0x1p-54;
  return log_gamma_from_one(self, shape + 1.0) + cst_ln(above_zero) / shape;
}

double draw_beta(draws *self, double alpha)
{
  CST_ASSERT(alpha > 0.0);
  const double log_x = log_gamma(self, alpha), log_y = log_gamma(self, alpha);
  return 1.0 / (1.0 + cst_exp(log_y - log_x));
}
