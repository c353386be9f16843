/*
 * Paired comparison against its definitions: resamples scored clip by clip and seed by seed, sign
 * patterns as exchanged answers of whole sessions, Holm's steps one by one; and by what intervals
 * and p-values promise, on simulated data whose truth is known.
 */
#include "cassette/paired.h"
#include "cassette/random.h"
#include "support/test_support.h"

#include <math.h>
#include <stdlib.h>

enum { CLASSES = 3, CLIPS = 120, SESSIONS = 12, RESAMPLES = 300, SEEDS_A = 3, SEEDS_B = 2 };
static const int seeds[2] = {SEEDS_A, SEEDS_B};
static const int once[SESSIONS] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

/* Answers of every seed: right[system][seed][clip]. */
typedef struct {
  int truth[CLIPS], session[CLIPS];
  bool right[2][SEEDS_A][CLIPS];
} answers;

static double uniform(uint64_t seed, uint64_t i)
{
  const cst_random_key key = cst_random_key_make(seed, CST_RANDOM_TEST, 0, 0, 0);
  return cst_random_uniform(&key, i);
}

/* A session is easy or hard for both systems, two classes a session; system 0 is a little better.
 */
static void make_answers(uint64_t seed, answers *a)
{
  for (int i = 0; i < CLIPS; i++) {
    a->session[i] = i % SESSIONS;
    a->truth[i] = (a->session[i] + (i / SESSIONS) % 2) % CLASSES;
    const double skill = uniform(seed, (uint64_t)a->session[i]) < 0.5 ? 0.9 : 0.4;
    for (int system = 0; system < 2; system++)
      for (int s = 0; s < seeds[system]; s++)
        a->right[system][s][i] =
            uniform(seed, 1000 + (uint64_t)((system * SEEDS_A + s) * CLIPS + i)) <
            skill - 0.1 * system;
  }
}

static void as_pairs(const answers *a, cst_pair *pairs)
{
  for (int i = 0; i < CLIPS; i++) {
    pairs[i] = (cst_pair){.truth = a->truth[i], .session = a->session[i]};
    for (int system = 0; system < 2; system++)
      for (int s = 0; s < seeds[system]; s++) pairs[i].right[system] += a->right[system][s][i];
  }
}

/* Mean over the first @p n seeds of the macro accuracy, each session weighing @p times[session]
 * and, if it is in @p exchanged, with the other system's answers. */
static double macro_by_definition(const answers *a, int system, int n, const int *times,
                                  unsigned exchanged)
{
  double mean = 0.0;
  for (int s = 0; s < n; s++) {
    double sum = 0.0;
    int tested = 0;
    for (int k = 0; k < CLASSES; k++) {
      double clips = 0.0, correct = 0.0;
      for (int i = 0; i < CLIPS; i++) {
        if (a->truth[i] != k) continue;
        const int from = exchanged >> a->session[i] & 1u ? 1 - system : system;
        clips += times[a->session[i]];
        correct += times[a->session[i]] * a->right[from][s][i];
      }
      if (clips > 0.0) {
        sum += correct / clips;
        tested++;
      }
    }
    mean += sum / tested / n;
  }
  return mean;
}

static int compare(const void *a, const void *b)
{
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Linear between the order statistics around 0.025 * 299 = 7.475 and 0.975 * 299 = 291.525. */
static void assert_interval(const cst_interval *got, double *values, const char *what)
{
  qsort(values, RESAMPLES, sizeof *values, compare);
  assert_near(got->low, values[7] + 0.475 * (values[8] - values[7]), 1e-12, what);
  assert_near(got->high, values[291] + 0.525 * (values[292] - values[291]), 1e-12, what);
}

static void resamples_match_their_definition(void **state)
{
  static answers a;
  cst_pair pairs[CLIPS];
  cst_paired got;
  double value[3][RESAMPLES];
  int below = 0, above = 0;
  (void)state;
  make_answers(1, &a);
  as_pairs(&a, pairs);
  for (uint64_t r = 0; r < RESAMPLES; r++) {
    const cst_random_key key = cst_random_key_make(7, CST_RANDOM_BOOTSTRAP, 0, r, 0);
    int times[SESSIONS] = {0};
    for (uint64_t i = 0; i < SESSIONS; i++) times[cst_random_below(&key, i, SESSIONS)]++;
    for (int s = 0; s < 2; s++) value[s][r] = macro_by_definition(&a, s, seeds[s], times, 0);
    value[2][r] = value[0][r] - value[1][r];
    below += value[2][r] <= 0.0;
    above += value[2][r] >= 0.0;
  }
  assert_ok(cst_paired_compare(CLIPS, pairs, seeds, CLASSES, RESAMPLES, 7, &got));
  for (int s = 0; s < 2; s++) {
    assert_near(got.macro[s], macro_by_definition(&a, s, seeds[s], once, 0), 1e-14,
                "macro accuracy");
    assert_interval(&got.interval[s], value[s], "interval of a system");
  }
  assert_near(got.difference, got.macro[0] - got.macro[1], 0.0, "difference");
  assert_interval(&got.difference_interval, value[2], "interval of the difference");
  assert_int_equal(got.sessions, SESSIONS);
  const int tail = below < above ? below : above;
  assert_true(tail > 0 && tail < RESAMPLES / 2);
  assert_near(got.p_bootstrap, 2.0 * (1 + tail) / (1 + RESAMPLES), 1e-12, "p");
}

/* Every one of the 2^12 ways to exchange whole sessions' answers, scored from scratch. */
static void flips_match_their_definition(void **state)
{
  enum { TWO = 2 };
  static const int two[2] = {TWO, TWO};
  static answers a;
  cst_pair pairs[CLIPS];
  cst_paired got;
  int hits = 0;
  double seen = 0.0;
  (void)state;
  make_answers(2, &a);
  for (int i = 0; i < CLIPS; i++) {
    pairs[i] = (cst_pair){.truth = a.truth[i], .session = a.session[i]};
    for (int system = 0; system < 2; system++)
      pairs[i].right[system] = a.right[system][0][i] + a.right[system][1][i];
  }
  for (unsigned pattern = 0; pattern < 1u << SESSIONS; pattern++) {
    const double d = fabs(macro_by_definition(&a, 0, TWO, once, pattern) -
                          macro_by_definition(&a, 1, TWO, once, pattern));
    if (pattern == 0) seen = d;
    hits += d >= seen - 1e-12;
  }
  assert_ok(cst_paired_compare(CLIPS, pairs, two, CLASSES, RESAMPLES, 1, &got));
  assert_true(hits > 1 && hits < 1 << SESSIONS);
  assert_near(got.p_flip, (double)hits / (1 << SESSIONS), 1e-12, "p by sign flips");
}

/* Beyond 20 sessions patterns are drawn: near the exact share. */
static void drawn_flips_are_near_the_exact_ones(void **state)
{
  enum { N = 21, DRAWS = 20000 };
  static const int one[2] = {1, 1};
  cst_pair pairs[N];
  cst_paired got;
  double exact = 0.0;
  (void)state;
  /* one clip a session: 14 for system 0, 7 for the other: |Binomial(21, 1/2) - 10.5| >= 3.5 */
  for (int i = 0; i < N; i++) pairs[i] = (cst_pair){0, i, {i < 14, i >= 14}};
  for (int k = 0; k <= N; k++)
    if (abs(2 * k - N) >= 7) {
      double log_choose = lgamma(N + 1.0) - lgamma(k + 1.0) - lgamma(N - k + 1.0);
      exact += exp(log_choose - N * log(2.0));
    }
  assert_ok(cst_paired_compare(N, pairs, one, 1, DRAWS, 5, &got));
  assert_near(got.p_flip, exact, 0.01, "McNemar's exact test");
}

static void order_and_sides_do_not_matter(void **state)
{
  static answers a;
  cst_pair pairs[CLIPS], other[CLIPS];
  cst_paired x, y;
  static const int swapped[2] = {SEEDS_B, SEEDS_A};
  (void)state;
  make_answers(3, &a);
  as_pairs(&a, pairs);
  for (int i = 0; i < CLIPS; i++) {
    const cst_pair *p = &pairs[CLIPS - 1 - i];
    other[i] = (cst_pair){p->truth, 5 * p->session + 2, {p->right[1], p->right[0]}};
  }
  assert_ok(cst_paired_compare(CLIPS, pairs, seeds, CLASSES, RESAMPLES, 4, &x));
  assert_ok(cst_paired_compare(CLIPS, other, swapped, CLASSES, RESAMPLES, 4, &y));
  assert_near(x.difference, -y.difference, 0.0, "difference");
  assert_near(x.difference_interval.low, -y.difference_interval.high, 1e-15, "low");
  assert_near(x.difference_interval.high, -y.difference_interval.low, 1e-15, "high");
  assert_near(x.p_bootstrap, y.p_bootstrap, 0.0, "p");
  assert_near(x.p_flip, y.p_flip, 0.0, "p by sign flips");
}

/* The same answers: no difference, no evidence. */
static void equal_systems_do_not_differ(void **state)
{
  static answers a;
  cst_pair pairs[CLIPS];
  cst_paired got;
  static const int two[2] = {SEEDS_B, SEEDS_B};
  (void)state;
  make_answers(4, &a);
  as_pairs(&a, pairs);
  for (int i = 0; i < CLIPS; i++) pairs[i].right[0] = pairs[i].right[1];
  assert_ok(cst_paired_compare(CLIPS, pairs, two, CLASSES, RESAMPLES, 4, &got));
  assert_near(got.difference, 0.0, 0.0, "difference");
  assert_near(got.difference_interval.high - got.difference_interval.low, 0.0, 0.0, "interval");
  assert_near(got.p_bootstrap, 1.0, 0.0, "p");
  assert_near(got.p_flip, 1.0, 0.0, "p by sign flips");
}

static void one_session_gives_no_interval(void **state)
{
  static const int one[2] = {1, 1};
  const cst_pair pairs[] = {{0, 3, {1, 0}}, {1, 3, {1, 0}}};
  cst_paired got;
  (void)state;
  assert_ok(cst_paired_compare(2, pairs, one, 2, RESAMPLES, 1, &got));
  assert_near(got.difference, 1.0, 0.0, "difference");
  assert_true(isnan(got.difference_interval.low) && isnan(got.p_bootstrap) && isnan(got.p_flip));
  assert_ok(cst_paired_compare(0, NULL, one, 2, RESAMPLES, 1, &got));
  assert_true(isnan(got.difference));
}

/* --- promises --- */

/* Sessions of five clips; both systems share a session's ease, system 0 is @p gain better.  The
 * true difference is exactly @p gain. */
static void simulate(uint64_t seed, size_t sessions, double gain, cst_pair *pairs)
{
  for (size_t s = 0; s < sessions; s++) {
    const double ease = 0.3 + 0.4 * uniform(seed, s);
    for (size_t c = 0; c < 5; c++) {
      const uint64_t at = 1000 + 2 * (5 * s + c);
      pairs[5 * s + c] = (cst_pair){
          (int)(s % 2), (int)s, {uniform(seed, at) < ease + gain, uniform(seed, at + 1) < ease}};
    }
  }
}

static void intervals_cover_and_tests_hold_their_level(void **state)
{
  enum { WORLDS = 400, N = 40 };
  static const int one[2] = {1, 1};
  cst_pair pairs[5 * N];
  int covered = 0, found = 0, false_bootstrap = 0, false_flip = 0;
  (void)state;
  for (uint64_t w = 0; w < WORLDS; w++) {
    cst_paired got;
    simulate(w, N, 0.2, pairs);
    assert_ok(cst_paired_compare(5 * N, pairs, one, 2, 500, w, &got));
    covered += got.difference_interval.low <= 0.2 && 0.2 <= got.difference_interval.high;
    found += got.p_flip < 0.05;
    simulate(WORLDS + w, N, 0.0, pairs);
    assert_ok(cst_paired_compare(5 * N, pairs, one, 2, 500, w, &got));
    false_bootstrap += got.p_bootstrap < 0.05;
    false_flip += got.p_flip < 0.05;
  }
  /* 400 worlds of chance 0.95: standard deviation 1.1 % */
  assert_true(covered >= 0.915 * WORLDS && covered <= 0.985 * WORLDS);
  assert_true(found > 0.9 * WORLDS);
  assert_true(false_bootstrap <= 0.085 * WORLDS && false_bootstrap > 0);
  assert_true(false_flip <= 0.08 * WORLDS && false_flip > 0);
}

/* --- Holm --- */

static void holm_by_hand(void **state)
{
  double p[] = {0.01, NAN, 0.04, 0.03, 0.005}, none[1] = {NAN};
  static const double want[] = {0.03, NAN, 0.06, 0.06, 0.02};
  (void)state;
  assert_ok(cst_holm(5, p));
  for (int i = 0; i < 5; i++)
    if (i == 1)
      assert_true(isnan(p[i]));
    else
      assert_near(p[i], want[i], 1e-15, "adjusted");
  assert_ok(cst_holm(1, none));
  assert_ok(cst_holm(0, NULL));
}

/* Step down: reject the smallest while it is below level / (tests left).  An adjusted p-value is
 * below a level exactly where that procedure rejects. */
static void holm_rejects_as_its_procedure(void **state)
{
  enum { TESTS = 6 };
  (void)state;
  for (uint64_t round = 0; round < 200; round++) {
    double p[TESTS], adjusted[TESTS];
    bool rejected[TESTS] = {false};
    const double level = 0.05 + 0.5 * uniform(9, round);
    for (int i = 0; i < TESTS; i++) p[i] = adjusted[i] = pow(uniform(10 + round, (uint64_t)i), 3.0);
    for (int left = TESTS; left > 0; left--) {
      int least = -1;
      for (int i = 0; i < TESTS; i++)
        if (!rejected[i] && (least < 0 || p[i] < p[least])) least = i;
      if (p[least] > level / left) break;
      rejected[least] = true;
    }
    assert_ok(cst_holm(TESTS, adjusted));
    for (int i = 0; i < TESTS; i++) assert_int_equal(adjusted[i] <= level, rejected[i]);
  }
}

static void nothing_is_kept(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(resamples_match_their_definition),
      cmocka_unit_test(flips_match_their_definition),
      cmocka_unit_test(drawn_flips_are_near_the_exact_ones),
      cmocka_unit_test(order_and_sides_do_not_matter),
      cmocka_unit_test(equal_systems_do_not_differ),
      cmocka_unit_test(one_session_gives_no_interval),
      cmocka_unit_test(intervals_cover_and_tests_hold_their_level),
      cmocka_unit_test(holm_by_hand),
      cmocka_unit_test(holm_rejects_as_its_procedure),
      cmocka_unit_test(nothing_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
