/* Cross-entropy against its definition, and its gradient along every logit. */
#include "cassette/loss.h"
#include "definitions.h"

#include <string.h>

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

static const double temperature = 2.5;

static void distillation_definition(const void *shape, const double *in, double *out)
{
  const double *target = shape;
  double total = 0.0, mass = 0.0, loss = 0.0;
  for (size_t k = 0; k < K; k++) total += exp(in[k] / temperature);
  for (size_t k = 0; k < K; k++) mass += target[k];
  for (size_t k = 0; k < K; k++)
    if (target[k] > 0.0)
      loss += target[k] * log(target[k] / mass / (exp(in[k] / temperature) / total));
  *out = temperature * temperature * loss;
}

static void distillation_matches_definition(void **state)
{
  const double target[K] = {0.2, 0.0, 0.5, 0.1, 0.05};
  const float *logits = test_random(5, K), weight = 0.125f;
  float *dlogits = test_zeros(K);
  double want;
  (void)state;
  distillation_definition(target, doubles_of(logits, K), &want);
  assert_near(cst_distillation(K, logits, temperature, target, (double)weight, dlogits), want,
              1e-14, "loss");
  check_gradient(distillation_definition, target, logits, K, &weight, 1, dlogits, 1e-7);
}

/* At temperature 1 the gradient has the bits of a cross-entropy's, and is added to what is there. */
static void distillation_at_temperature_one_is_cross_entropy(void **state)
{
  const double target[K] = {0.2, 0.0, 0.5, 0.1, 0.05}, none[K] = {0};
  const float *logits = test_random(6, K);
  float distilled[K] = {0}, want[K], twice[K];
  (void)state;
  cst_cross_entropy(K, logits, target, 0.3, want);
  cst_distillation(K, logits, 1.0, target, 0.3, distilled);
  assert_memory_equal(distilled, want, sizeof want);
  cst_cross_entropy(K, logits, target, 0.3, twice);
  assert_true(cst_distillation(K, logits, 2.0, none, 0.3, twice) == 0.0);
  assert_memory_equal(twice, want, sizeof want);
  cst_distillation(K, logits, 1.0, target, 0.3, twice);
  for (size_t k = 0; k < K; k++) assert_true(twice[k] == want[k] + want[k]);
}

/* Of five classes in groups of two and three: as if each group had a head of its own. */
static const size_t two_and_three[] = {2, 3};
static const cst_class_groups groups = {2, two_and_three};

static void group_definition(const void *shape, const double *in, double *out)
{
  const double *target = shape;
  const size_t first = target[0] + target[1] > 0.0 ? 0 : 2, end = first ? K : 2;
  double total = 0.0;
  for (size_t k = first; k < end; k++) total += exp(in[k]);
  *out = 0.0;
  for (size_t k = first; k < end; k++) *out -= target[k] * log(exp(in[k]) / total);
}

static void groups_are_told_apart_within(void **state)
{
  const double targets[][K] = {{0.25, 0.75}, {0.0, 1.0}, {0.0, 0.0, 0.5, 0.2, 0.3}};
  const float *logits = test_random(7, K), weight = 0.125f;
  (void)state;
  for (size_t i = 0; i < 3; i++) {
    float kept[K], dlogits[K];
    double want;
    memcpy(kept, logits, sizeof kept);
    cst_class_groups_keep(&groups, K, targets[i], kept);
    group_definition(targets[i], doubles_of(logits, K), &want);
    assert_near(cst_cross_entropy(K, kept, targets[i], (double)weight, dlogits), want, 1e-14,
                "loss");
    check_gradient(group_definition, targets[i], logits, K, &weight, 1, dlogits, 1e-7);
  }
}

static void mixtures_of_groups_and_one_group_keep_all(void **state)
{
  const double both[K] = {0.4, 0.0, 0.6}, first[K] = {1.0};
  const float *logits = test_random(8, K);
  float kept[K];
  (void)state;
  memcpy(kept, logits, sizeof kept);
  cst_class_groups_keep(&groups, K, both, kept);
  cst_class_groups_keep(&(cst_class_groups){0, NULL}, K, first, kept);
  cst_class_groups_keep(&(cst_class_groups){1, &(size_t){K}}, K, first, kept);
  assert_memory_equal(kept, logits, sizeof kept);
}

static void smoothing_stays_in_the_group(void **state)
{
  double target[K] = {0.0, 0.0, 0.0, 1.0, 0.0};
  (void)state;
  cst_smooth_target(&groups, 0.3, K, target);
  assert_true(target[0] == 0.0 && target[1] == 0.0);
  assert_near(target[2], 0.1, 1e-15, "another class of the group");
  assert_near(target[3], 0.8, 1e-15, "the label");
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

/* torch.nn.functional.cross_entropy with label_smoothing .1 and class 2, .3 and probabilities. */
static void smoothed_targets_are_those_of_pytorch(void **state)
{
  const cst_class_groups all = {0, NULL};
  (void)state;
  const float logits[4] = {1.0f, -2.0f, 0.5f, 0.0f};
  const struct {
    double eps, target[4], loss, gradient[4];
  } cases[] = {
      {0.1,
       {0.0, 0.0, 1.0, 0.0},
       1.2676731623189341,
       {0.4690230206771601, -0.0004040420942475684, -0.6253598913554541, 0.15674091277254157}},
      {0.3,
       {0.7, 0.2, 0.1, 0.0},
       1.4976731623189339,
       {-0.07097697932283986, -0.19040404209424755, 0.15464010864454586, 0.10674091277254155}}};
  for (size_t i = 0; i < 2; i++) {
    double target[4];
    float dlogits[4];
    memcpy(target, cases[i].target, sizeof target);
    cst_smooth_target(&all, cases[i].eps, 4, target);
    assert_near(cst_cross_entropy(4, logits, target, 1.0, dlogits), cases[i].loss, 1e-14, "loss");
    for (size_t k = 0; k < 4; k++)
      assert_near((double)dlogits[k], cases[i].gradient[k], 1e-7, "gradient");
  }
  double target[2] = {0.1, 0.9};
  cst_smooth_target(&all, 0.0, 2, target);
  assert_true(target[0] == 0.1 && target[1] == 0.9);
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
      cmocka_unit_test_teardown(distillation_matches_definition, test_release),
      cmocka_unit_test_teardown(distillation_at_temperature_one_is_cross_entropy, test_release),
      cmocka_unit_test_teardown(groups_are_told_apart_within, test_release),
      cmocka_unit_test_teardown(mixtures_of_groups_and_one_group_keep_all, test_release),
      cmocka_unit_test(smoothing_stays_in_the_group),
      cmocka_unit_test_teardown(a_hard_target_is_a_one_hot_soft_one, test_release),
      cmocka_unit_test(smoothed_targets_are_those_of_pytorch),
      cmocka_unit_test(large_logits_do_not_overflow),
      cmocka_unit_test(nan_reaches_the_loss),
      cmocka_unit_test(softmax_sums_to_one_and_argmax_takes_the_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
