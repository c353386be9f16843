/* Cross-entropy against its definition, and its gradient along every logit. */
#include "cassette/loss.h"
#include "definitions.h"

enum { K = 5 };

static void definition(const void *shape, const double *in, double *out)
{
  const double *target = shape;
  double total = 0.0;
  for (size_t k = 0; k < K; k++) total += exp(in[k]);
  *out = 0.0;
  for (size_t k = 0; k < K; k++) *out -= target[k] * log(exp(in[k]) / total);
}

static void soft_targets_match_definition(void **state)
{
  const double target[K] = {0.2, 0.0, 0.5, 0.1, 0.05}; /* need not sum to 1 */
  const float *logits = test_random(1, K), weight = 0.125f;
  float *dlogits = test_zeros(K);
  double want;
  (void)state;
  definition(target, doubles_of(logits, K), &want);
  assert_near(cst_cross_entropy(K, logits, target, (double)weight, dlogits), want, 1e-14, "loss");
  check_gradient(definition, target, logits, K, &weight, 1, dlogits, 1e-7);
}

static void a_hard_target_is_a_one_hot_soft_one(void **state)
{
  const double target[K] = {[3] = 1.0};
  const float *logits = test_random(2, K);
  float soft[K], hard[K];
  (void)state;
  assert_near(cst_cross_entropy_hard(K, logits, 3, 0.5, hard),
              cst_cross_entropy(K, logits, target, 0.5, soft), 1e-15, "loss");
  for (size_t k = 0; k < K; k++) assert_near((double)hard[k], (double)soft[k], 1e-7, "dlogits");
}

static void large_logits_do_not_overflow(void **state)
{
  const float logits[K] = {1e30f, -1e30f, 0.0f, 3e38f, -INFINITY};
  const double target[K] = {[3] = 1.0};
  double p[K];
  (void)state;
  assert_true(cst_cross_entropy_hard(K, logits, 3, 1.0, NULL) == 0.0);
  assert_true(cst_cross_entropy(K, logits, target, 1.0, NULL) == 0.0);
  cst_softmax(K, logits, p);
  assert_true(p[3] == 1.0 && p[0] == 0.0 && p[4] == 0.0);
}

static void nan_reaches_the_loss(void **state)
{
  const float logits[K] = {0.0f, NAN};
  (void)state;
  assert_true(isnan(cst_cross_entropy_hard(K, logits, 0, 1.0, NULL)));
}

static void softmax_sums_to_one_and_argmax_takes_the_first(void **state)
{
  const float logits[K] = {1.0f, 2.0f, -1.0f, 2.0f, 0.0f};
  double p[K], sum = 0.0;
  (void)state;
  cst_softmax(K, logits, p);
  for (size_t k = 0; k < K; k++) sum += p[k];
  assert_near(sum, 1.0, 1e-15, "sum");
  assert_near(p[1] / p[0], exp(1.0), 1e-14, "ratio");
  assert_int_equal(cst_argmax(K, p), 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(soft_targets_match_definition, test_release),
      cmocka_unit_test_teardown(a_hard_target_is_a_one_hot_soft_one, test_release),
      cmocka_unit_test(large_logits_do_not_overflow),
      cmocka_unit_test(nan_reaches_the_loss),
      cmocka_unit_test(softmax_sums_to_one_and_argmax_takes_the_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
