/*
 * The bootstrap against its definition (clip by clip, sessions drawn the same way), against the
 * exact distribution where sessions are few enough to enumerate, and by its properties.
 */
#include "cassette/metrics.h"
#include "cassette/random.h"
#include "support/test_support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = 3, CLIPS = 240, SESSIONS = 24, RESAMPLES = 400 };

static double uniform(uint64_t seed, uint64_t i)
{
  const cst_random_key key = cst_random_key_make(seed, CST_RANDOM_TEST, 0, 0, 0);
  return cst_random_uniform(&key, i);
}

/* Ten clips a session, one class a session; a whole session is easy or hard. */
static void correlated_scores(uint64_t seed, cst_score *scores)
{
  for (int i = 0; i < CLIPS; i++) {
    const int session = i % SESSIONS, truth = session % CLASSES;
    const double skill = uniform(seed, (uint64_t)session) < 0.5 ? 0.95 : 0.3;
    const bool right = uniform(seed, 1000 + (uint64_t)i) < skill;
    scores[i] = (cst_score){
        .truth = truth, .predicted = right ? truth : (truth + 1) % CLASSES, .session = session};
  }
}

static int compare(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Every clip of every drawn session goes into one big confusion matrix. */
static double resample_by_definition(const cst_score *scores, uint64_t seed, uint64_t r)
{
  static cst_score drawn[CLIPS * SESSIONS];
  const cst_random_key key = cst_random_key_make(seed, CST_RANDOM_BOOTSTRAP, 0, r, 0);
  int64_t counts[CLASSES * CLASSES];
  size_t n = 0;
  for (uint64_t i = 0; i < SESSIONS; i++) {
    const int pick = (int)cst_random_below(&key, i, SESSIONS);
    for (size_t c = 0; c < CLIPS; c++)
      if (scores[c].session == pick) drawn[n++] = scores[c];
  }
  cst_confusion(n, drawn, CLASSES, counts);
  return cst_macro_accuracy(CLASSES, counts);
}

static void matches_definition(void **state)
{
  cst_score scores[CLIPS];
  double values[RESAMPLES];
  cst_interval got;
  (void)state;
  correlated_scores(1, scores);
  for (uint64_t r = 0; r < RESAMPLES; r++) values[r] = resample_by_definition(scores, 7, r);
  qsort(values, RESAMPLES, sizeof *values, compare);
  assert_ok(cst_bootstrap_macro(CLIPS, scores, CLASSES, RESAMPLES, 7, &got));
  /* 0.025 * 399 = 9.975, 0.975 * 399 = 389.025 */
  assert_near(got.low, values[9] + 0.975 * (values[10] - values[9]), 1e-12, "low");
  assert_near(got.high, values[389] + 0.025 * (values[390] - values[389]), 1e-12, "high");
}

/* Two sessions, one all right and one all wrong: resamples are 0, 1/2, 1 with chances 1/4, 1/2,
 * 1/4, so both tails beyond 2.5 % are at 0 and 1. */
static void two_sessions_give_the_exact_interval(void **state)
{
  const cst_score scores[] = {{.truth = 0, .predicted = 0, .session = 4},
                              {.truth = 0, .predicted = 1, .session = 9}};
  cst_interval got;
  (void)state;
  assert_ok(cst_bootstrap_macro(2, scores, 2, 2000, 1, &got));
  assert_near(got.low, 0.0, 0.0, "low");
  assert_near(got.high, 1.0, 0.0, "high");
}

/* n independent clips, share p right: the interval is p +- 1.96 sqrt(p (1 - p) / n) closely. */
static void clips_without_session_are_independent(void **state)
{
  enum { N = 400 };
  static cst_score scores[N];
  const double half = 1.96 * sqrt(0.75 * 0.25 / N);
  cst_interval got;
  (void)state;
  for (int i = 0; i < N; i++) scores[i] = (cst_score){.predicted = i % 4 == 0, .session = -1};
  assert_ok(cst_bootstrap_macro(N, scores, 2, 4000, 3, &got));
  assert_near(got.low, 0.75 - half, 0.003, "low");
  assert_near(got.high, 0.75 + half, 0.003, "high");
}

/* The reason for the method: clips of a session are not independent evidence. */
static void sessions_widen_the_interval(void **state)
{
  cst_score scores[CLIPS];
  cst_interval by_session, by_clip;
  (void)state;
  correlated_scores(2, scores);
  assert_ok(cst_bootstrap_macro(CLIPS, scores, CLASSES, RESAMPLES, 1, &by_session));
  for (size_t i = 0; i < CLIPS; i++) scores[i].session = -1;
  assert_ok(cst_bootstrap_macro(CLIPS, scores, CLASSES, RESAMPLES, 1, &by_clip));
  assert_true(by_session.high - by_session.low > 1.5 * (by_clip.high - by_clip.low));
}

/* Neither the order of the clips nor the numbering of sessions by any monotone map matters. */
static void order_does_not_matter(void **state)
{
  cst_score scores[CLIPS], shuffled[CLIPS];
  uint32_t order[CLIPS];
  const cst_random_key key = cst_random_key_make(5, CST_RANDOM_TEST, 0, 0, 0);
  cst_interval a, b;
  (void)state;
  correlated_scores(3, scores);
  for (size_t i = 0; i < 20; i++) scores[i].session = -1;
  cst_random_permutation(&key, CLIPS, order);
  for (size_t i = 0; i < CLIPS; i++) {
    shuffled[i] = scores[order[i]];
    if (shuffled[i].session >= 0) shuffled[i].session = 10 * shuffled[i].session + 3;
  }
  assert_ok(cst_bootstrap_macro(CLIPS, scores, CLASSES, RESAMPLES, 9, &a));
  assert_ok(cst_bootstrap_macro(CLIPS, shuffled, CLASSES, RESAMPLES, 9, &b));
  assert_memory_equal(&a, &b, sizeof a);
}

static void seeds_differ_a_little(void **state)
{
  cst_score scores[CLIPS];
  cst_interval a, b;
  (void)state;
  correlated_scores(4, scores);
  assert_ok(cst_bootstrap_macro(CLIPS, scores, CLASSES, RESAMPLES, 1, &a));
  assert_ok(cst_bootstrap_macro(CLIPS, scores, CLASSES, RESAMPLES, 2, &b));
  assert_true(a.low != b.low || a.high != b.high);
  assert_near(a.low, b.low, 0.05, "low");
  assert_near(a.high, b.high, 0.05, "high");
}

/* Class 1 is in one session of two: resamples without it average over class 0 alone. */
static void a_lost_class_is_left_out(void **state)
{
  const cst_score scores[] = {{.truth = 0, .predicted = 0, .session = 0},
                              {.truth = 1, .predicted = 0, .session = 1}};
  cst_interval got;
  (void)state;
  assert_ok(cst_bootstrap_macro(2, scores, 2, 2000, 1, &got));
  assert_near(got.low, 0.0, 0.0, "only class 1 drawn");
  assert_near(got.high, 1.0, 0.0, "only class 0 drawn");
}

static void too_few_sessions_give_no_interval(void **state)
{
  cst_score scores[CLIPS];
  cst_interval got;
  (void)state;
  correlated_scores(1, scores);
  for (size_t i = 0; i < CLIPS; i++) scores[i].session = 0;
  assert_ok(cst_bootstrap_macro(CLIPS, scores, CLASSES, RESAMPLES, 1, &got));
  assert_true(isnan(got.low) && isnan(got.high));
  assert_ok(cst_bootstrap_macro(0, NULL, CLASSES, RESAMPLES, 1, &got));
  assert_true(isnan(got.low) && isnan(got.high));
  correlated_scores(1, scores);
  assert_ok(cst_bootstrap_macro(CLIPS, scores, CLASSES, 0, 1, &got));
  assert_true(isnan(got.low) && isnan(got.high));
}

static void nothing_is_kept(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(matches_definition),
      cmocka_unit_test(two_sessions_give_the_exact_interval),
      cmocka_unit_test(clips_without_session_are_independent),
      cmocka_unit_test(sessions_widen_the_interval),
      cmocka_unit_test(order_does_not_matter),
      cmocka_unit_test(seeds_differ_a_little),
      cmocka_unit_test(a_lost_class_is_left_out),
      cmocka_unit_test(too_few_sessions_give_no_interval),
      cmocka_unit_test(nothing_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
