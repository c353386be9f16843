/* The interval of a drop between two sets of clips against its definition: both sets clip by clip
 * in each draw of sessions, over the classes that both have in it. */
#include "cassette/metrics.h"
#include "cassette/random.h"
#include "support/test_support.h"

#include <math.h>
#include <stdlib.h>

enum { CLASSES = 3, CLIPS = 60, SESSIONS = 12, RESAMPLES = 400 };

static double uniform(uint64_t set, uint64_t i)
{
  const cst_random_key key = cst_random_key_make(5, CST_RANDOM_TEST, (uint32_t)set, 0, 0);
  return cst_random_uniform(&key, i);
}

/* Sessions 0 to 7 in the first set, 4 to 11 in the second; the second lacks class 2 but for one. */
static void make(int set, double skill, cst_score *scores)
{
  for (int i = 0; i < CLIPS; i++) {
    const int session = i % 8 + 4 * set, truth = set && session != 11 ? session % 2 : session % 3;
    const bool right = uniform((uint64_t)set, (uint64_t)i) < skill;
    scores[i] = (cst_score){
        .truth = truth, .predicted = right ? truth : (truth + 1) % CLASSES, .session = session};
  }
}

/* Right and all clips of a class in a draw. */
static void count(const cst_score *scores, const int *drawn, int k, double *right, double *all)
{
  *right = *all = 0.0;
  for (int s = 0; s < SESSIONS; s++)
    for (int i = 0; i < CLIPS; i++)
      if (scores[i].session == drawn[s] && scores[i].truth == k) {
        *all += 1.0;
        *right += scores[i].predicted == k;
      }
}

static double drop_by_definition(const cst_score *a, const cst_score *b, uint64_t r)
{
  const cst_random_key key = cst_random_key_make(7, CST_RANDOM_BOOTSTRAP, 0, r, 0);
  int drawn[SESSIONS];
  double sum = 0.0, classes = 0.0;
  for (uint64_t s = 0; s < SESSIONS; s++) drawn[s] = (int)cst_random_below(&key, s, SESSIONS);
  for (int k = 0; k < CLASSES; k++) {
    double right[2], all[2];
    count(a, drawn, k, &right[0], &all[0]);
    count(b, drawn, k, &right[1], &all[1]);
    if (all[0] == 0.0 || all[1] == 0.0) continue;
    sum += right[0] / all[0] - right[1] / all[1];
    classes += 1.0;
  }
  return classes > 0.0 ? sum / classes : NAN;
}

static int compare(const void *x, const void *y)
{
  const double a = *(const double *)x, b = *(const double *)y;
  return (a > b) - (a < b);
}

static void matches_definition(void **state)
{
  cst_score a[CLIPS], b[CLIPS];
  double values[RESAMPLES];
  cst_interval got;
  (void)state;
  make(0, 0.8, a);
  make(1, 0.5, b);
  for (uint64_t r = 0; r < RESAMPLES; r++) {
    values[r] = drop_by_definition(a, b, r);
    assert_true(isfinite(values[r]));
  }
  qsort(values, RESAMPLES, sizeof *values, compare);
  assert_ok(cst_bootstrap_drop(CLIPS, a, CLIPS, b, CLASSES, RESAMPLES, 7, &got));
  /* 0.025 * 399 = 9.975, 0.975 * 399 = 389.025 */
  assert_near(got.low, values[9] + 0.975 * (values[10] - values[9]), 1e-12, "low");
  assert_near(got.high, values[389] + 0.025 * (values[390] - values[389]), 1e-12, "high");
}

/* What makes a session hard is hard for both sides. */
static void the_same_clips_do_not_drop(void **state)
{
  cst_score a[CLIPS];
  cst_interval got;
  (void)state;
  make(0, 0.6, a);
  assert_ok(cst_bootstrap_drop(CLIPS, a, CLIPS, a, CLASSES, RESAMPLES, 7, &got));
  assert_near(got.low, 0.0, 0.0, "low");
  assert_near(got.high, 0.0, 0.0, "high");
}

static void without_a_common_class_there_is_none(void **state)
{
  const cst_score a[] = {{.truth = 0, .session = 0}, {.truth = 0, .session = 1}};
  const cst_score b[] = {{.truth = 1, .session = 2}, {.truth = 1, .session = 3}};
  cst_interval got;
  (void)state;
  assert_ok(cst_bootstrap_drop(2, a, 2, b, CLASSES, RESAMPLES, 7, &got));
  assert_true(isnan(got.low) && isnan(got.high));
  assert_ok(cst_bootstrap_drop(0, NULL, 0, NULL, CLASSES, RESAMPLES, 7, &got));
  assert_true(isnan(got.low) && isnan(got.high));
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(matches_definition),
                                     cmocka_unit_test(the_same_clips_do_not_drop),
                                     cmocka_unit_test(without_a_common_class_there_is_none)};
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
