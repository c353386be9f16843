/* Adaptive pooling: bins by PyTorch's formula, values, gradient. */
#include "definitions.h"
#include "pool.h"

static const cst_pool shapes[] = {
    {.H = 1, .W = 1, .C = 1, .P = 1},   {.H = 125, .W = 2, .C = 2, .P = 16},
    {.H = 15, .W = 3, .C = 2, .P = 16}, /* overlapping bins, more bins than rows */
    {.H = 12, .W = 4, .C = 3, .P = 6},  {.H = 7, .W = 1, .C = 1, .P = 3},
};

/* Row i is in bin p if the interval [i, i + 1) meets [p H / P, (p + 1) H / P). */
static int in_bin(const cst_pool *s, size_t i, size_t p)
{
  return (i + 1) * s->P > p * s->H && i * s->P < (p + 1) * s->H;
}

static void definition(const void *shape, const double *in, double *out)
{
  const cst_pool *s = shape;
  for (size_t p = 0; p < s->P; p++)
    for (size_t c = 0; c < s->C; c++) {
      double sum = 0.0, n = 0.0;
      for (size_t i = 0; i < s->H; i++)
        for (size_t j = 0; j < s->W && in_bin(s, i, p); j++, n += 1.0)
          sum += in[(i * s->W + j) * s->C + c];
      out[p * s->C + c] = sum / n;
    }
}

static void pool_matches_definition(void **state)
{
  (void)state;
  for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
    const cst_pool *s = &shapes[k];
    const size_t n = s->H * s->W * s->C, m = s->P * s->C;
    const float *x = test_random(k, n), *r = test_random(50 + k, m);
    float *y = test_zeros(m), *dx = test_random(9, n); /* must be overwritten */
    cst_pool_forward(s, x, y);
    check_values(definition, s, x, n, y, m, 1e-6);
    cst_pool_backward(s, r, dx);
    check_gradient(definition, s, x, n, r, m, dx, 1e-6);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(pool_matches_definition, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
