/* Pools of opinions by hand, and that one voice, order and renumbering change nothing. */
#include "cassette/opinions.h"

#include "support/test_support.h"

#include <math.h>
#include <string.h>

enum { CLIPS = 5, CLASSES = 2 };
static const double p[CLIPS * CLASSES] = {0.8, 0.2, 0.3, 0.7, 0.6, 0.4, 0.9, 0.1, 0.0, 1.0};

/* sqrt(a b), normalised with its counterpart. */
static double pooled(double a, double b)
{
  return sqrt(a * b) / (sqrt(a * b) + sqrt((1 - a) * (1 - b)));
}

static void a_session_answers_with_its_geometric_mean(void **state)
{
  (void)state;
  static const int session[] = {2, 0, -1, 2, 0};
  double out[CLIPS * CLASSES];
  assert_ok(cst_opinions_of_sessions(CLIPS, CLASSES, session, p, out));
  assert_near(out[0], pooled(0.8, 0.9), 1e-12, "session 2");
  assert_near(out[6], pooled(0.8, 0.9), 1e-12, "session 2");
  assert_near(out[2], sqrt(0.3e-12) / (sqrt(0.3e-12) + sqrt(0.7)), 1e-12, "a class ruled out");
  assert_near(out[2] + out[3], 1.0, 1e-12, "sum");
  assert_memory_equal(out + 4, p + 4, 2 * sizeof *p); /* alone */
  assert_memory_equal(out + 2, out + 8, 2 * sizeof *p);
}

static void sessions_of_one_clip_change_nothing(void **state)
{
  (void)state;
  static const int session[] = {4, 1, 0, 2, 3};
  double out[CLIPS * CLASSES];
  assert_ok(cst_opinions_of_sessions(CLIPS, CLASSES, session, p, out));
  assert_memory_equal(out, p, sizeof p);
}

static void numbers_of_sessions_mean_nothing(void **state)
{
  (void)state;
  static const int session[] = {0, 1, 1, 0, 1}, other[] = {7, 3, 3, 7, 3};
  double out[CLIPS * CLASSES], again[CLIPS * CLASSES];
  assert_ok(cst_opinions_of_sessions(CLIPS, CLASSES, session, p, out));
  assert_ok(cst_opinions_of_sessions(CLIPS, CLASSES, other, p, again));
  assert_memory_equal(out, again, sizeof out);
}

/* p^(1/T), normalised; a class of no probability counts as 1e-12. */
static void a_temperature_flattens_or_sharpens(void **state)
{
  (void)state;
  static const double temperatures[] = {0.5, 1.0, 2.5}, three[] = {0.7, 0.3, 0.0};
  double q[3];
  for (size_t t = 0; t < 3; t++) {
    const double T = temperatures[t];
    const double sum = pow(0.7, 1 / T) + pow(0.3, 1 / T) + pow(1e-12, 1 / T);
    cst_opinion_temper(3, T, three, q);
    assert_near(q[0], pow(0.7, 1 / T) / sum, 1e-14, "first");
    assert_near(q[1], pow(0.3, 1 / T) / sum, 1e-14, "second");
    assert_near(q[2], pow(1e-12, 1 / T) / sum, 1e-14, "none");
  }
}

static void the_largest_logits_do_not_overflow(void **state)
{
  (void)state;
  double z[] = {1e308, -1e308, 1e308};
  cst_opinion_normalise(3, z);
  assert_near(z[0], 0.5, 1e-15, "p");
  assert_near(z[1], 0.0, 1e-15, "p");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_session_answers_with_its_geometric_mean),
      cmocka_unit_test(sessions_of_one_clip_change_nothing),
      cmocka_unit_test(numbers_of_sessions_mean_nothing),
      cmocka_unit_test(a_temperature_flattens_or_sharpens),
      cmocka_unit_test(the_largest_logits_do_not_overflow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
