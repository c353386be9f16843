/* The running mean of weights against the mean. */
#include "cassette/weights_mean.h"
#include "support/test_support.h"

/* As torch.optim.swa_utils.AveragedModel: each of the terms weighs the same. */
static void every_term_weighs_the_same(void **state)
{
  (void)state;
  enum { N = 53, TERMS = 17 };
  double *mean = test_zeros_f64(N), *sum = test_zeros_f64(N);
  for (uint64_t term = 0; term < TERMS; term++) {
    const float *x = test_random(term + 1, N);
    cst_weights_mean_add(term, N, x, mean);
    for (size_t i = 0; i < N; i++) sum[i] += (double)x[i];
    for (size_t i = 0; i < N; i++)
      assert_near(mean[i], sum[i] / (double)(term + 1), 1e-14, "mean so far");
  }
}

/* What stood there before the first term does not count. */
static void the_first_term_is_the_mean_of_one(void **state)
{
  (void)state;
  const float x[] = {0.1f, -7.0f};
  double mean[] = {1e300, -1e300};
  cst_weights_mean_add(0, 2, x, mean);
  assert_true(mean[0] == (double)0.1f && mean[1] == -7.0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(every_term_weighs_the_same, test_release),
      cmocka_unit_test(the_first_term_is_the_mean_of_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
