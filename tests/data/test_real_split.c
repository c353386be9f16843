/* Folds of the real data sets, against figures counted elsewhere. */
#include "cassette/split.h"

#include "cassette/log.h"

#include "made.h"

static cst_dataset *cas_or_skip(void)
{
  cst_dataset *d = made_cas();
  if (!d) {
    print_message("skipped: no real/cas2023 in %s\n", CST_SHARED_DIR);
    skip();
  }
  return d;
}

static size_t count_labelled_tests(const cst_dataset *d, const cst_fold *f)
{
  size_t n = 0;
  for (size_t i = 0; i < d->n; i++) n += f->role[i] == CST_ROLE_TEST && d->clip[i].scene >= 0;
  return n;
}

static size_t testable(const cst_dataset *d, const cst_fold *f)
{
  size_t n = 0;
  for (size_t k = 0; k < d->scenes.n; k++) n += f->testable[k];
  return n;
}

/* 18 of the 20 cells can be tested: Public square and Traffic street are in Xi'an only. */
static void cas_leaves_each_city_out(void **state)
{
  (void)state;
  static const struct {
    const char *city;
    size_t test, labelled, testable;
  } want[] = {{"Chongqing", 650, 132, 2}, {"Hefei", 950, 195, 2},    {"Jinan", 450, 94, 1},
              {"Liupanshui", 350, 72, 1}, {"Luoyang", 1250, 237, 4}, {"Shanghai", 700, 134, 2},
              {"Shangrao", 450, 100, 1},  {"Xi'an", 3900, 776, 5}};
  cst_dataset *d = cas_or_skip();
  cst_folds folds;
  const cst_split_spec spec = {.validation_share = 0.2, .seed = 1234};
  assert_ok(cst_folds_make(d, &spec, &folds));
  assert_int_equal(folds.n, 8);
  assert_int_equal(folds.n_skipped, 0);
  for (size_t i = 0; i < folds.n; i++) {
    const cst_fold *f = &folds.fold[i];
    assert_string_equal(f->name, want[i].city);
    assert_int_equal(count_role(d, f, -1, CST_ROLE_TEST), want[i].test);
    assert_int_equal(count_labelled_tests(d, f), want[i].labelled);
    assert_int_equal(testable(d, f), want[i].testable);
    const size_t train = count_role(d, f, -1, CST_ROLE_TRAIN);
    const size_t validation = count_role(d, f, -1, CST_ROLE_VALIDATION);
    assert_int_equal(train + validation, 1740 - want[i].labelled);
    assert_near((double)validation / (double)(train + validation), 0.2, 0.01, f->name);
  }
  cst_folds_reset(&folds);
  cst_dataset_destroy(&d);
}

static void cas_official_tests_the_evaluation_set(void **state)
{
  (void)state;
  cst_dataset *d = cas_or_skip();
  cst_folds folds;
  size_t unseen = 0;
  cst_overlap overlap;
  cst_text report = {0};
  const cst_split_spec spec = {.protocol = CST_SPLIT_OFFICIAL, .validation_share = 0.2, .seed = 1};
  assert_ok(cst_folds_make(d, &spec, &folds));
  const cst_fold *f = &folds.fold[0];
  assert_int_equal(folds.n, 1);
  assert_string_equal(f->name, "official");
  assert_int_equal(count_role(d, f, -1, CST_ROLE_TEST), 1100);
  assert_int_equal(testable(d, f), 10);
  for (size_t c = 0; c < d->cities.n; c++) unseen += f->held_out[c];
  assert_int_equal(unseen, 6);
  assert_ok(cst_fold_overlap(d, f, &overlap));
  assert_int_equal(overlap.test_shared, 248);
  assert_int_equal(overlap.test, 1100);
  assert_ok(cst_folds_report(d, &folds, &report));
  assert_non_null(strstr(report.data, "- official: LEAK: 248 of 1100 test clips (22.5 %) are of "
                                      "recording sessions that training hears"));
  cst_text_reset(&report);
  assert_int_equal(count_role(d, f, -1, CST_ROLE_TRAIN) + count_role(d, f, -1, CST_ROLE_VALIDATION),
                   1740);
  cst_folds_reset(&folds);
  cst_dataset_destroy(&d);
}

/* The published baseline's split: 97.9 % of its validation clips share a session with training. */
static void cas_clip_split_leaks_as_published(void **state)
{
  (void)state;
  cst_dataset *d = cas_or_skip();
  cst_text report = {0};
  cst_overlap overlap;
  double mean = 0;
  enum { SEEDS = 10 };
  for (uint64_t seed = 0; seed < SEEDS; seed++) {
    cst_folds folds;
    const cst_split_spec spec = {.protocol = CST_SPLIT_OFFICIAL,
                                 .validation = CST_VALIDATE_CLIP,
                                 .validation_share = 0.2,
                                 .seed = seed};
    assert_ok(cst_folds_make(d, &spec, &folds));
    assert_ok(cst_fold_overlap(d, &folds.fold[0], &overlap));
    mean += cst_overlap_leakage(&overlap) / SEEDS;
    assert_ok(cst_folds_report(d, &folds, &report));
    cst_folds_reset(&folds);
  }
  assert_near(mean, 0.979, 0.005, "leakage");
  assert_non_null(strstr(report.data, "official: LEAK: 9"));
  cst_text_reset(&report);
  cst_dataset_destroy(&d);
}

/* Hidden labels: about half of each class, whole sessions, none of the validation clips. */
static void esc10_hides_half_of_each_class(void **state)
{
  (void)state;
  const char *root = test_shared("real/esc10");
  if (!root) {
    print_message("skipped: no real/esc10 in %s\n", CST_SHARED_DIR);
    skip();
  }
  cst_dataset *d = made_read("csv", root);
  cst_folds whole, half;
  cst_split_spec spec = {.validation_share = 0.2, .seed = 1234};
  assert_ok(cst_folds_make(d, &spec, &whole));
  spec.hide_labels = 0.5;
  assert_ok(cst_folds_make(d, &spec, &half));
  assert_int_equal(half.n, 5);
  for (size_t f = 0; f < half.n; f++) {
    int *hidden = cst_alloc(d->sessions.n, sizeof *hidden);
    for (int k = 0; k < 10; k++) {
      double before = 0, after = 0;
      for (size_t i = 0; i < d->n; i++) {
        const int was = whole.fold[f].role[i], is = half.fold[f].role[i];
        if (d->clip[i].scene != k) continue;
        before += was == CST_ROLE_TRAIN;
        after += is == CST_ROLE_TRAIN;
        if (was != CST_ROLE_TRAIN) assert_int_equal(was, is);
        if (was == CST_ROLE_TRAIN) hidden[d->clip[i].session] |= is == CST_ROLE_TRAIN ? 1 : 2;
      }
      assert_in_range((uintmax_t)(100 * after / before), 42, 58);
    }
    for (size_t s = 0; s < d->sessions.n; s++) assert_true(hidden[s] != 3);
    cst_free(hidden);
  }
  cst_folds_reset(&whole);
  cst_folds_reset(&half);
  cst_dataset_destroy(&d);
}

int main(void)
{
  cst_log_set_level(CST_LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cas_leaves_each_city_out),
      cmocka_unit_test(cas_official_tests_the_evaluation_set),
      cmocka_unit_test(cas_clip_split_leaks_as_published),
      cmocka_unit_test(esc10_hides_half_of_each_class),
  };
  return cmocka_run_group_tests(tests, NULL, made_no_blocks);
}
