/* The gate: values and every partial derivative. */
#include "definitions.h"
#include "squeeze_excite.h"

enum { C = 6, R = 3, INPUTS = 2 * C * R + C };

static void definition(const void *shape, const double *in, double *out)
{
  const double *down = in, *up = in + R * C, *s = up + C * R;
  double hidden[R];
  (void)shape;
  for (size_t r = 0; r < R; r++) {
    double sum = 0.0;
    for (size_t c = 0; c < C; c++) sum += down[r * C + c] * s[c];
    hidden[r] = fmax(sum, 0.0);
  }
  for (size_t c = 0; c < C; c++) {
    double sum = 0.0;
    for (size_t r = 0; r < R; r++) sum += up[c * R + r] * hidden[r];
    out[c] = 1.0 / (1.0 + exp(-sum));
  }
}

static void gate_matches_definition(void **state)
{
  size_t open = 0;
  (void)state;
  for (uint64_t seed = 0; seed < 8; seed++) { /* rectifiers open and shut */
    const float *in = test_random(seed, INPUTS), *r = test_random(100 + seed, C);
    double *s = doubles_of(in + 2 * C * R, C), *dgate = doubles_of(r, C);
    double hidden[R], gate[C], ds[C], work[C + R];
    float *gradient = test_zeros(INPUTS), *got = test_zeros(C);

    cst_squeeze_excite_forward(C, R, in, in + R * C, s, hidden, gate);
    for (size_t c = 0; c < C; c++) got[c] = (float)gate[c];
    check_values(definition, NULL, in, INPUTS, got, C, 1e-6);
    cst_squeeze_excite_backward(C, R, in, in + R * C, s, hidden, gate, dgate, gradient,
                                gradient + R * C, ds, work);
    for (size_t c = 0; c < C; c++) gradient[2 * C * R + c] = (float)ds[c];
    check_gradient(definition, NULL, in, INPUTS, r, C, gradient, 1e-6);
    for (size_t k = 0; k < R; k++) open += hidden[k] > 0.0;
  }
  assert_in_range(open, 1, 8 * R - 1);
}

static void a_gate_stays_between_0_and_1(void **state)
{
  const float w[] = {3e4f}, up[] = {1.0f, -1.0f};
  const float down[] = {w[0], w[0]};
  const double s[] = {1.0, 1.0};
  double hidden[1], gate[2];
  (void)state;
  cst_squeeze_excite_forward(2, 1, down, up, s, hidden, gate);
  assert_true(gate[0] == 1.0 && gate[1] >= 0.0 && gate[1] < 1e-300);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(gate_matches_definition, test_release),
      cmocka_unit_test_teardown(a_gate_stays_between_0_and_1, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
