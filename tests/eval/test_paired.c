/*
 * Estimates over trainings and sessions: against the two-way analysis of variance, against their
 * definition clip by clip, Student's distribution against its tables; and what intervals and
 * p-values promise, on simulated trainings whose truth is known.
 */
#include "cassette/paired.h"
#include "simulated.h"
#include "support/test_support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cst_trials trials_of(const simulation *s, const simulated *w, const int8_t *value)
{
  return (cst_trials){.seeds = s->seeds,
                      .clips = s->sessions * s->clips_a_session,
                      .classes = s->classes,
                      .truth = w->truth,
                      .session = w->session,
                      .value = value};
}

/* --- definitions --- */

/* V from its parts; counts in @p sums the cases in which all three matter. */
static double variance(double seeds, double sessions, double both, int *sums)
{
  *sums += seeds > both && sessions > both;
  return fmax(seeds + sessions - both, fmax(seeds, sessions));
}

/* One class, one clip a session: the classical analysis of seeds x sessions. */
static void check_analysis_of_variance(uint64_t world, int *sums)
{
  enum { N = 5, S = 40 };
  static const simulation one = {N, S, 1, 1, 0.5};
  static simulated w;
  double row[N] = {0.0}, column[S] = {0.0}, mean = 0.0, rows = 0.0, columns = 0.0, rest = 0.0;
  cst_estimate got;
  simulate(&one, world, &w);
  for (int i = 0; i < N; i++)
    for (int s = 0; s < S; s++) {
      const double value = w.difference[i * S + s];
      row[i] += value / S;
      column[s] += value / N;
      mean += value / (N * S);
    }
  for (int i = 0; i < N; i++) rows += S * (row[i] - mean) * (row[i] - mean) / (N - 1);
  for (int s = 0; s < S; s++) columns += N * (column[s] - mean) * (column[s] - mean) / (S - 1);
  for (int i = 0; i < N; i++)
    for (int s = 0; s < S; s++) {
      const double apart = w.difference[i * S + s] - row[i] - column[s] + mean;
      rest += apart * apart / ((N - 1) * (S - 1));
    }
  const cst_trials trials = trials_of(&one, &w, w.difference);
  assert_ok(cst_trials_estimate(&trials, 1, &got));
  assert_near(got.mean, mean, 1e-14, "mean");
  assert_near(got.error, sqrt(variance(rows, columns, rest, sums) / (N * S)), 1e-12,
              "standard error");
  assert_near(got.freedom, N - 1, 0.0, "degrees of freedom");
  assert_int_equal(got.sessions, S);
  const double half = 2.776445105 * got.error; /* t of 4 degrees */
  assert_near(got.interval.low, mean - half, 1e-8, "low");
  assert_near(got.interval.high, mean + half, 1e-8, "high");
}

/* V_sessions by its definition, of values already summed over seeds; sessions of several classes.
 */
static double session_variance(size_t clips, size_t classes, const int *truth, const int *session,
                               const double *value, size_t sessions)
{
  double total = 0.0;
  for (size_t s = 0; s < sessions; s++) {
    double d = 0.0;
    for (size_t k = 0; k < classes; k++) {
      double all = 0.0, own = 0.0, sum = 0.0, mean = 0.0;
      for (size_t i = 0; i < clips; i++) {
        if (truth[i] != (int)k) continue;
        all++;
        mean += value[i];
        own += session[i] == (int)s;
        sum += session[i] == (int)s ? value[i] : 0.0;
      }
      if (own > 0.0)
        d += (sum - own * mean / all) / ((double)classes * all * sqrt(1.0 - own / all));
    }
    total += d * d;
  }
  return total;
}

static void check_definition(uint64_t world, int *sums)
{
  enum { N = 6, S = 14, K = 3, C = 6, CLIPS = S * C };
  static const simulation mixed = {N, S, K, C, 0.5};
  static simulated w;
  double macro[N] = {0.0}, mean = 0.0, average[CLIPS] = {0.0}, seeds = 0.0, both = 0.0;
  cst_estimate got;
  simulate(&mixed, world, &w);
  for (int i = 0; i < CLIPS; i++)
    if (i % 4 == 0) w.truth[i] = (w.truth[i] + 1) % K; /* two classes a session, of unequal size */
  for (int i = 0; i < N; i++) {
    double right[K] = {0.0}, clips[K] = {0.0};
    for (int c = 0; c < CLIPS; c++) {
      right[w.truth[c]] += w.difference[i * CLIPS + c];
      clips[w.truth[c]]++;
      average[c] += w.difference[i * CLIPS + c] / (double)N;
    }
    for (int k = 0; k < K; k++) macro[i] += right[k] / clips[k] / K;
    mean += macro[i] / N;
  }
  for (int i = 0; i < N; i++) {
    double apart[CLIPS];
    seeds += (macro[i] - mean) * (macro[i] - mean) / (N * (N - 1));
    for (int c = 0; c < CLIPS; c++) apart[c] = w.difference[i * CLIPS + c] - average[c];
    both += session_variance(CLIPS, K, w.truth, w.session, apart, S) / (N * (N - 1));
  }
  const double sessions = session_variance(CLIPS, K, w.truth, w.session, average, S);
  const cst_trials trials = trials_of(&mixed, &w, w.difference);
  assert_ok(cst_trials_estimate(&trials, 1, &got));
  assert_near(got.mean, mean, 1e-14, "mean");
  assert_near(got.error, sqrt(variance(seeds, sessions, both, sums)), 1e-12, "standard error");
}

static void matches_its_definition(void **state)
{
  int sums[2] = {0};
  (void)state;
  for (uint64_t world = 0; world < 20; world++) {
    check_analysis_of_variance(world, &sums[0]);
    check_definition(world, &sums[1]);
  }
  assert_true(sums[0] > 3 && sums[1] > 3);
}

static void order_does_not_matter(void **state)
{
  enum { N = 5, S = 30, C = 4, CLIPS = S * C };
  static const simulation some = {N, S, 5, C, 0.3};
  static simulated w, other;
  cst_estimate x, y;
  (void)state;
  simulate(&some, 3, &w);
  for (int i = 0; i < CLIPS; i++) {
    const int from = CLIPS - 1 - i;
    other.truth[i] = w.truth[from];
    other.session[i] = 5 * w.session[from] + 2;
    for (int s = 0; s < N; s++)
      other.difference[s * CLIPS + i] = (int8_t)-w.difference[(N - 1 - s) * CLIPS + from];
  }
  const cst_trials a = trials_of(&some, &w, w.difference),
                   b = trials_of(&some, &other, other.difference);
  assert_ok(cst_trials_estimate(&a, 3, &x));
  assert_ok(cst_trials_estimate(&b, 3, &y));
  assert_near(x.mean, -y.mean, 1e-15, "mean");
  assert_near(x.interval.low, -y.interval.high, 1e-14, "low");
  assert_near(x.interval.high, -y.interval.low, 1e-14, "high");
  assert_near(x.p, y.p, 1e-13, "p");
}

/* --- what is not known is not said --- */

static void few_trainings_make_no_claim(void **state)
{
  simulation some = {1, 40, 5, 4, 3.0};
  static simulated w;
  cst_estimate got;
  (void)state;
  for (some.seeds = 1; some.seeds <= 6; some.seeds++) {
    simulate(&some, 4, &w);
    const cst_trials trials = trials_of(&some, &w, w.difference);
    assert_ok(cst_trials_estimate(&trials, 1, &got));
    assert_true(got.interval.low < got.mean && got.mean < got.interval.high);
    assert_int_equal(isnan(got.p), some.seeds < 5);
    /* of one training: recordings only, of which there are enough */
    assert_near(got.freedom, some.seeds == 1 ? 40 - 5 : (double)some.seeds - 1, 1e-12, "freedom");
  }
}

static void nothing_to_go_by_gives_no_interval(void **state)
{
  static const int truth[] = {0, 1, 0, 1}, one[] = {3, 3, 3, 3}, own[] = {-1, -1, -1, -1};
  int8_t value[5 * 4];
  cst_estimate got;
  (void)state;
  memset(value, 1, sizeof value);
  cst_trials t = {5, 4, 3, truth, one, value};
  assert_ok(cst_trials_estimate(&t, 1, &got));
  assert_near(got.mean, 1.0, 0.0, "one session");
  assert_true(isnan(got.interval.low) && isnan(got.p) && got.sessions == 1);
  t.session = own;
  assert_ok(cst_trials_estimate(&t, 1, &got));
  assert_int_equal(got.sessions, 4);
  assert_true(isnan(got.interval.low) && isnan(got.p)); /* never varies */
  t.seeds = 0;
  assert_ok(cst_trials_estimate(&t, 1, &got));
  assert_true(isnan(got.mean) && isnan(got.interval.low));
  t.seeds = 5, t.clips = 0;
  assert_ok(cst_trials_estimate(&t, 1, &got));
  assert_true(isnan(got.mean) && isnan(got.interval.low));
}

/* A class that one session holds is no class without spread. */
static void a_class_of_one_session_counts_as_uncertain(void **state)
{
  static const int truth[] = {0, 1, 2, 3}, session[] = {0, 1, 2, 3};
  static const int8_t value[] = {1, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0};
  const cst_trials t = {5, 4, 4, truth, session, value};
  cst_estimate got;
  (void)state;
  assert_ok(cst_trials_estimate(&t, 1, &got));
  /* means over seeds 1, 1, 0, 0.6 held against 0.65 */
  const double squares = 2 * 0.35 * 0.35 + 0.65 * 0.65 + 0.05 * 0.05;
  assert_true(got.error >= sqrt(squares / 16.0) - 1e-12);
}

/* --- promises --- */

static bool misses(const cst_estimate *e, double truth)
{
  return e->interval.low > truth || e->interval.high < truth;
}

/* Interval and corrected p-value say the same. */
static void interval_and_p_agree(void **state)
{
  static const simulation some = {5, 20, 5, 5, 0.8};
  static simulated w;
  int found = 0;
  (void)state;
  for (uint64_t world = 0; world < 200; world++) {
    cst_estimate got;
    simulate(&some, world, &w);
    const cst_trials trials = trials_of(&some, &w, w.difference);
    for (size_t family = 1; family <= 14; family += 13) {
      assert_ok(cst_trials_estimate(&trials, family, &got));
      assert_int_equal(got.p < 0.05, misses(&got, 0.0));
      found += got.p < 0.05;
    }
  }
  assert_true(found > 50 && found < 350);
}

/* Two systems that are the same, each trained anew: at most one in twenty comparisons may say that
 * they differ, whatever the numbers of seeds and sessions.  1,000 worlds of chance 0.05: standard
 * deviation 0.7 %. */
static void equal_systems_rarely_differ(void **state)
{
  enum { WORLDS = 1000 };
  static const simulation worlds[] = {{2, 60, 10, 5, 0}, {3, 60, 10, 5, 0},  {5, 60, 10, 5, 0},
                                      {5, 20, 5, 5, 0},  {5, 10, 10, 5, 0},  {5, 10, 3, 8, 0},
                                      {7, 40, 5, 5, 0},  {10, 60, 10, 5, 0}, {10, 20, 10, 5, 0}};
  static simulated w;
  (void)state;
  for (size_t s = 0; s < sizeof worlds / sizeof *worlds; s++) {
    int alarms = 0;
    for (uint64_t world = 0; world < WORLDS; world++) {
      cst_estimate got;
      simulate(&worlds[s], world, &w);
      const cst_trials trials = trials_of(&worlds[s], &w, w.difference);
      assert_ok(cst_trials_estimate(&trials, 1, &got));
      alarms += misses(&got, 0.0);
    }
    if (alarms > 0.07 * WORLDS)
      fail_msg("%zu seeds, %zu sessions, %zu classes: %d false alarms of %d", worlds[s].seeds,
               worlds[s].sessions, worlds[s].classes, alarms, WORLDS);
    if (worlds[s].seeds >= 7 && alarms < 0.02 * WORLDS)
      fail_msg("%zu seeds: %d of %d: intervals are too wide", worlds[s].seeds, alarms, WORLDS);
  }
}

/* Fourteen systems against one baseline: any of them falsely found in one table of twenty. */
static void a_table_of_equal_systems_rarely_has_a_winner(void **state)
{
  enum { TABLES = 300, SYSTEMS = 14, N = 5, S = 30, C = 5 };
  static const simulation one = {N, S, 10, C, 0};
  static simulated w, baseline;
  int winners = 0;
  (void)state;
  for (uint64_t table = 0; table < TABLES; table++) {
    bool any = false;
    simulate(&one, 100 * table, &baseline);
    for (uint64_t system = 1; system <= SYSTEMS; system++) {
      cst_estimate got;
      simulate_again(&one, 100 * table, system, &w);
      for (size_t i = 0; i < N; i++)
        for (size_t c = 0; c < S * C; c++)
          w.difference[i * S * C + c] = (int8_t)(w.right[0][i][c] - baseline.right[1][i][c]);
      const cst_trials trials = trials_of(&one, &w, w.difference);
      assert_ok(cst_trials_estimate(&trials, SYSTEMS, &got));
      any = any || got.p < 0.05;
    }
    winners += any;
  }
  assert_true(winners <= 0.08 * TABLES);
}

/* A difference that is there is found, the sooner the more seeds: 14 points of macro accuracy. */
static void better_systems_are_found(void **state)
{
  enum { WORLDS = 300 };
  static const simulation worlds[] = {{5, 60, 10, 5, 0.8}, {10, 60, 10, 5, 0.8}};
  static const double min[] = {0.6, 0.95};
  static simulated w;
  (void)state;
  for (size_t s = 0; s < 2; s++) {
    int found = 0;
    for (uint64_t world = 0; world < WORLDS; world++) {
      cst_estimate got;
      simulate(&worlds[s], world, &w);
      const cst_trials trials = trials_of(&worlds[s], &w, w.difference);
      assert_ok(cst_trials_estimate(&trials, 1, &got));
      found += got.p < 0.05 && got.mean > 0.0;
    }
    if (found < min[s] * WORLDS) fail_msg("%d of %d found", found, WORLDS);
  }
}

/* A system's own interval holds what it would be over all trainings and recordings: one half. */
static void intervals_of_a_system_cover(void **state)
{
  enum { WORLDS = 1000 };
  static const simulation worlds[] = {{3, 60, 10, 5, 0}, {5, 40, 10, 5, 0}, {10, 20, 5, 5, 0}};
  static simulated w;
  (void)state;
  for (size_t s = 0; s < sizeof worlds / sizeof *worlds; s++) {
    const size_t clips = worlds[s].sessions * worlds[s].clips_a_session;
    static int8_t value[MOST_SEEDS * MOST_CLIPS];
    int missed = 0;
    for (uint64_t world = 0; world < WORLDS; world++) {
      cst_estimate got;
      simulate(&worlds[s], world, &w);
      for (size_t i = 0; i < worlds[s].seeds; i++) memcpy(value + i * clips, w.right[0][i], clips);
      const cst_trials trials = trials_of(&worlds[s], &w, value);
      assert_ok(cst_trials_estimate(&trials, 1, &got));
      missed += misses(&got, 0.5);
    }
    if (missed > 0.07 * WORLDS)
      fail_msg("%zu seeds, %zu sessions: %d of %d missed", worlds[s].seeds, worlds[s].sessions,
               missed, WORLDS);
  }
}

/* --- Student --- */

static void student_by_its_tables(void **state)
{
  static const struct {
    double p, freedom, t;
  } table[] = {{0.05, 1, 12.706204736}, {0.05, 2, 4.302652730},  {0.05, 4, 2.776445105},
               {0.05, 9, 2.262157163},  {0.01, 5, 4.032142984},  {0.05, 30, 2.042272456},
               {0.001, 4, 8.610301581}, {0.05, 120, 1.979930405}};
  (void)state;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    assert_near(cst_student_quantile(table[i].p, table[i].freedom), table[i].t, 1e-7, "quantile");
    assert_near(cst_student_tails(table[i].t, table[i].freedom), table[i].p, 1e-9, "tails");
  }
  for (double t = 0.1; t < 1e4; t *= 3.0) {
    assert_near(cst_student_tails(t, 1), 1.0 - 2.0 / 3.14159265358979 * atan(t), 1e-12, "Cauchy");
    assert_near(cst_student_tails(-t, 2), 1.0 - t / sqrt(2.0 + t * t), 1e-12, "two degrees");
  }
  for (double t = 0.0; t < 5.0; t += 0.5)
    assert_near(cst_student_tails(t, 1e8), erfc(t / sqrt(2.0)), 1e-7, "normal");
  assert_near(cst_student_quantile(1.0, 3), 0.0, 1e-7, "median");
}

static void nothing_is_kept(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(matches_its_definition),
      cmocka_unit_test(order_does_not_matter),
      cmocka_unit_test(few_trainings_make_no_claim),
      cmocka_unit_test(nothing_to_go_by_gives_no_interval),
      cmocka_unit_test(a_class_of_one_session_counts_as_uncertain),
      cmocka_unit_test(interval_and_p_agree),
      cmocka_unit_test(equal_systems_rarely_differ),
      cmocka_unit_test(a_table_of_equal_systems_rarely_has_a_winner),
      cmocka_unit_test(better_systems_are_found),
      cmocka_unit_test(intervals_of_a_system_cover),
      cmocka_unit_test(student_by_its_tables),
      cmocka_unit_test(nothing_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
