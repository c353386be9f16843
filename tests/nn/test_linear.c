/* Linear and LayerNorm: values and every partial derivative. */
#include "definitions.h"
#include "layernorm.h"
#include "linear.h"

enum { N = 5, FROM = 7, TO = 4, WEIGHTS = FROM * TO, INPUTS = WEIGHTS + TO + N * FROM };

static void linear_definition(const void *shape, const double *in, double *out)
{
  (void)shape;
  define_linear(N, FROM, TO, in, in + WEIGHTS, in + WEIGHTS + TO, out);
}

static void linear_matches_definition(void **state)
{
  const float *in = test_random(1, INPUTS), *r = test_random(2, N * TO);
  const float *b = in + WEIGHTS, *x = b + TO;
  float *y = test_zeros(N * TO), *gradient = test_zeros(INPUTS);
  (void)state;

  cst_linear_forward(N, FROM, TO, in, b, x, y);
  check_values(linear_definition, NULL, in, INPUTS, y, N * TO, 1e-6);
  cst_linear_backward(N, FROM, TO, in, x, r, gradient, gradient + WEIGHTS, false,
                      gradient + WEIGHTS + TO);
  check_gradient(linear_definition, NULL, in, INPUTS, r, N * TO, gradient, 1e-5);
}

static void linear_adds_to_dx_when_asked(void **state)
{
  const float *in = test_random(1, INPUTS), *dy = test_random(2, N * TO);
  const float *x = in + WEIGHTS + TO;
  float *dw = test_zeros(WEIGHTS), *db = test_zeros(TO);
  float *once = test_zeros(N * FROM), *twice = test_zeros(N * FROM);
  (void)state;
  cst_linear_backward(N, FROM, TO, in, x, dy, dw, db, false, once);
  cst_linear_backward(N, FROM, TO, in, x, dy, dw, db, true, twice);
  cst_linear_backward(N, FROM, TO, in, x, dy, dw, db, true, twice);
  for (size_t i = 0; i < N * FROM; i++)
    assert_near((double)twice[i], 2.0 * (double)once[i], 1e-6, "dx");
}

enum { E = 6, NORM_INPUTS = 2 * E + N * E };

static void layernorm_definition(const void *shape, const double *in, double *out)
{
  (void)shape;
  define_layernorm(N, E, in, in + E, in + 2 * E, out);
}

static void layernorm_matches_definition(void **state)
{
  const float *in = test_random(3, NORM_INPUTS), *r = test_random(4, N * E);
  float *xhat = test_zeros(N * E), *inv_std = test_zeros(N), *y = test_zeros(N * E);
  float *gradient = test_zeros(NORM_INPUTS);
  (void)state;

  cst_layernorm_forward(N, E, in, in + E, in + 2 * E, xhat, inv_std, y);
  check_values(layernorm_definition, NULL, in, NORM_INPUTS, y, N * E, 1e-6);
  cst_layernorm_backward(N, E, in, xhat, inv_std, r, gradient, gradient + E, gradient + 2 * E);
  check_gradient(layernorm_definition, NULL, in, NORM_INPUTS, r, N * E, gradient, 1e-5);
}

static void layernorm_works_in_place(void **state)
{
  const float *in = test_random(3, NORM_INPUTS), *dy = test_random(4, N * E);
  float *xhat = test_zeros(N * E), *inv_std = test_zeros(N), *y = test_zeros(N * E);
  float *same = test_zeros(N * E), *dw = test_zeros(E), *db = test_zeros(E),
        *dx = test_zeros(N * E);
  (void)state;
  for (size_t i = 0; i < N * E; i++) same[i] = in[2 * E + i];
  cst_layernorm_forward(N, E, in, in + E, in + 2 * E, xhat, inv_std, y);
  cst_layernorm_forward(N, E, in, in + E, same, xhat, inv_std, same);
  assert_memory_equal(same, y, N * E * sizeof *y);
  cst_layernorm_backward(N, E, in, xhat, inv_std, dy, dw, db, dx);
  for (size_t i = 0; i < N * E; i++) same[i] = dy[i];
  cst_layernorm_backward(N, E, in, xhat, inv_std, same, dw, db, same);
  assert_memory_equal(same, dx, N * E * sizeof *dx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(linear_matches_definition, test_release),
      cmocka_unit_test_teardown(linear_adds_to_dx_when_asked, test_release),
      cmocka_unit_test_teardown(layernorm_matches_definition, test_release),
      cmocka_unit_test_teardown(layernorm_works_in_place, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
