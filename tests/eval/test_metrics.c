/* Metrics against their definitions, counted clip by clip, and by hand where that is shorter. */
#include "cassette/metrics.h"
#include "cassette/random.h"
#include "support/test_support.h"

#include <math.h>

enum { CLASSES = 4, CLIPS = 300 };

static uint32_t draw(uint64_t seed, uint64_t i, uint32_t n)
{
  const cst_random_key key = cst_random_key_make(seed, CST_RANDOM_TEST, 0, 0, 0);
  return cst_random_below(&key, i, n);
}

/* Class 3 is never the truth. */
static void random_scores(uint64_t seed, cst_score *scores)
{
  for (size_t i = 0; i < CLIPS; i++)
    scores[i] = (cst_score){.truth = (int)draw(seed, 3 * i, CLASSES - 1),
                            .predicted = (int)draw(seed, 3 * i + 1, CLASSES),
                            .confidence = draw(seed, 3 * i + 2, 1001) / 1000.0};
}

static void confusion_counts_every_pair(void **state)
{
  cst_score scores[CLIPS];
  int64_t counts[CLASSES * CLASSES];
  (void)state;
  random_scores(1, scores);
  for (size_t i = 0; i < CLASSES * CLASSES; i++) counts[i] = 77; /* must be zeroed */
  cst_confusion(CLIPS, scores, CLASSES, counts);
  for (int t = 0; t < CLASSES; t++)
    for (int p = 0; p < CLASSES; p++) {
      int64_t want = 0;
      for (size_t i = 0; i < CLIPS; i++) want += scores[i].truth == t && scores[i].predicted == p;
      assert_int_equal(counts[t * CLASSES + p], want);
    }
}

/* Mean over classes of the mean over the class's clips. */
static double macro_by_definition(const cst_score *scores)
{
  double sum = 0.0;
  int tested = 0;
  for (int k = 0; k < CLASSES; k++) {
    double clips = 0.0, correct = 0.0;
    for (size_t i = 0; i < CLIPS; i++) {
      clips += scores[i].truth == k;
      correct += scores[i].truth == k && scores[i].predicted == k;
    }
    if (clips > 0.0) {
      sum += correct / clips;
      tested++;
    }
  }
  return sum / tested;
}

static void macro_matches_definition(void **state)
{
  cst_score scores[CLIPS];
  int64_t counts[CLASSES * CLASSES];
  (void)state;
  for (uint64_t seed = 1; seed <= 5; seed++) {
    random_scores(seed, scores);
    cst_confusion(CLIPS, scores, CLASSES, counts);
    assert_near(cst_macro_accuracy(CLASSES, counts), macro_by_definition(scores), 1e-15,
                "macro accuracy");
  }
}

/* 3 of 4 right in class 0, 1 of 2 in class 1, class 2 empty: macro 5/8, pooled 4/6. */
static void macro_differs_from_pooled(void **state)
{
  static const int64_t counts[9] = {3, 1, 0, 0, 1, 1, 0, 0, 0};
  (void)state;
  assert_near(cst_class_accuracy(3, counts, 0), 0.75, 0.0, "class 0");
  assert_near(cst_class_accuracy(3, counts, 1), 0.5, 0.0, "class 1");
  assert_true(isnan(cst_class_accuracy(3, counts, 2)));
  assert_near(cst_macro_accuracy(3, counts), 0.625, 0.0, "macro");
  assert_near(cst_accuracy(3, counts), 4.0 / 6.0, 0.0, "pooled");
}

static double calibration_error(size_t n, const cst_score *scores, size_t bins)
{
  cst_calibration_bin bin[32];
  assert_true(bins <= 32);
  cst_calibration(n, scores, bins, bin);
  return cst_calibration_error(bins, bin);
}

static void nothing_scored_is_nan(void **state)
{
  int64_t counts[CLASSES * CLASSES];
  (void)state;
  cst_confusion(0, NULL, CLASSES, counts);
  assert_true(isnan(cst_accuracy(CLASSES, counts)));
  assert_true(isnan(cst_macro_accuracy(CLASSES, counts)));
  assert_true(isnan(calibration_error(0, NULL, 10)));
}

static void calibration_by_hand(void **state)
{
  /* bin [0.5, 1]: 0.9 right, 0.7 wrong: |1 - 1.6|; bin [0, 0.5): 0.2 wrong: 0.2; over 3 clips */
  static const cst_score scores[] = {{.truth = 0, .predicted = 0, .confidence = 0.9},
                                     {.truth = 0, .predicted = 1, .confidence = 0.7},
                                     {.truth = 1, .predicted = 0, .confidence = 0.2}};
  static const cst_score edge[] = {{.truth = 0, .predicted = 0, .confidence = 1.0},
                                   {.truth = 0, .predicted = 0, .confidence = 1.0 + 1e-7},
                                   {.truth = 0, .predicted = 1, .confidence = 0.0}};
  (void)state;
  assert_near(calibration_error(3, scores, 2), 0.8 / 3.0, 1e-15, "two bins");
  assert_near(calibration_error(3, edge, 10), 0.0, 1e-7, "certain and right");

  cst_calibration_bin bin[10];
  cst_calibration(3, edge, 10, bin);
  assert_int_equal(bin[9].clips, 2); /* 1 and what rounding makes of it: the last bin */
  assert_int_equal(bin[9].correct, 2);
  assert_int_equal(bin[0].clips, 1);
  assert_int_equal(bin[0].correct, 0);
}

/* Clips whose confidence is their chance of being right have no calibration error. */
static void calibrated_has_no_error(void **state)
{
  cst_score scores[CLIPS];
  (void)state;
  for (size_t i = 0; i < CLIPS; i++) /* in thirds: 1 of 3 right at 1/3 */
    scores[i] = (cst_score){.truth = 0, .predicted = i % 3 != 0, .confidence = 1.0 / 3.0};
  assert_near(calibration_error(CLIPS, scores, 15), 0.0, 1e-12, "calibrated");
  for (size_t i = 0; i < CLIPS; i++) scores[i].confidence = 0.9;
  assert_near(calibration_error(CLIPS, scores, 15), 0.9 - 1.0 / 3.0, 1e-12, "overconfident");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(confusion_counts_every_pair), cmocka_unit_test(macro_matches_definition),
      cmocka_unit_test(macro_differs_from_pooled),   cmocka_unit_test(nothing_scored_is_nan),
      cmocka_unit_test(calibration_by_hand),         cmocka_unit_test(calibrated_has_no_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
