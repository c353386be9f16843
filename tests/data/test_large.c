/* Data sets with many classes and cities: work grows with the clips, and what is too much is said.
 */
#include "cassette/dataset.h"
#include "cassette/log.h"

#include "made.h"

#include <time.h>

/* A table of `clips`, as mixed as numbers can be; two clips a session. */
static cst_dataset *made_mixed(size_t clips, size_t classes, size_t cities)
{
  cst_text table = {0};
  cst_text_add(&table, "filename,scene_label,city,session\n");
  for (size_t i = 0; i < clips; i++)
    cst_text_add(&table, "c%zu,class%zu,city%zu,s%zu\n", i, i % classes,
                 (7 * i + i / classes) % cities, i / 2);
  cst_dataset *d = made_csv(table.data);
  cst_text_reset(&table);
  return d;
}

static const cst_split_spec by_city = {.protocol = CST_SPLIT_LEAVE_ONE_CITY_OUT,
                                       .validation_share = 0.2,
                                       .hide_labels = 0.1,
                                       .seed = 1};

/* Processor time, which a busy machine does not lengthen.  Passes over all pairs of classes and
 * sessions for every fold took 30 times as long. */
static void many_folds_are_planned_quickly(void **state)
{
  (void)state;
  const clock_t start = clock();
  cst_dataset *d = made_mixed(12000, 600, 600);
  cst_folds folds;
  cst_text text = {0};
  assert_ok(cst_folds_make(d, &by_city, &folds));
  assert_int_equal(folds.n, 600);
  assert_sessions_apart(d, &folds.fold[599]);
  assert_ok(cst_dataset_audit(d, &text));
  assert_ok(cst_folds_report(d, &folds, &text));
  const double took_s = (double)(clock() - start) / CLOCKS_PER_SEC;
  if (took_s > 6.0) fail_msg("600 folds of 12,000 clips took %.2f s", took_s);
  if (getenv("CST_TEST_TIMES")) print_message("600 folds of 12,000 clips in %.3f s\n", took_s);
  assert_true(text.bytes < 600000);
  assert_non_null(strstr(text.data, " and 5"));
  cst_text_reset(&text);
  cst_folds_reset(&folds);
  cst_dataset_destroy(&d);
}

static void too_many_classes_and_folds_are_refused(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  cst_text table = {0};
  cst_dataset *d = NULL;
  cst_folds folds;
  cst_text_add(&table, "filename,scene_label,city\n");
  for (int i = 0; i <= CST_MOST_CLASSES; i++) cst_text_add(&table, "c%d,k%04d,a\n", i, i);
  made_file(dir, "t.csv", table.data);
  assert_fails(cst_dataset_read(&(cst_dataset_source){.layout = "csv", .root = dir}, &d),
               CST_ERR_DATA, "1001 classes, 'k0000', 'k0001', 'k0002' ...: at most 1000");
  cst_text_reset(&table);

  d = made_mixed(2002, 2, 1001);
  assert_fails(cst_folds_make(d, &by_city, &folds), CST_ERR_USAGE,
               "1001 cities would be held out, each with models of its own; at most 1000");
  cst_split_spec one = by_city;
  one.held_out = (const char *[]){"city7"};
  one.n_held_out = 1;
  assert_ok(cst_folds_make(d, &one, &folds));
  cst_folds_reset(&folds);
  cst_dataset_destroy(&d);
}

int main(void)
{
  cst_log_set_level(CST_LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(many_folds_are_planned_quickly),
      cmocka_unit_test(too_many_classes_and_folds_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, made_no_blocks);
}
