/* The split of the pre-training set. */
#include "cassette/split.h"

#include "cassette/log.h"

#include "made.h"

static const cst_split_spec plain = {.validation_share = 0.2, .seed = 1234};

static void pretraining_follows_tau_or_sessions(void **state)
{
  (void)state;
  const char *dir = test_temp_dir(), *tau = test_temp_dir();
  cst_dataset *d = NULL;
  cst_fold f;
  cst_text meta = {0};
  cst_text_add(&meta, "filename\tscene_label\n");
  for (int i = 0; i < 60; i++)
    cst_text_add(&meta, "%s-paris-%d-%d-a.wav\t%s\n", i % 2 ? "bus" : "tram", i % 20, i,
                 i % 2 ? "bus" : "tram");
  made_file(tau, "meta.csv", meta.data);
  made_file(dir, "t.csv", "filename,scene_label\nx,Bus\n");
  const cst_dataset_source source = {.layout = "csv", .root = dir, .pretrain_root = tau};
  assert_ok(cst_dataset_read(&source, &d));
  assert_fails(cst_pretrain_split(d, &plain, &f), CST_ERR_DATA, "pre-training: no labelled clip");
  for (size_t i = 0; i < d->n; i++) d->clip[i].status = CST_AUDIO_OK;
  assert_ok(cst_pretrain_split(d, &plain, &f));
  assert_sessions_apart(d, &f);
  assert_int_equal(f.role[0], CST_ROLE_NONE); /* not of the pre-training set */
  assert_int_equal(count_role(d, &f, -1, CST_ROLE_TRAIN), 48);
  assert_int_equal(count_role(d, &f, -1, CST_ROLE_VALIDATION), 12);
  cst_fold_reset(&f);
  for (size_t i = 1; i < 41; i++) d->clip[i].part = i < 31 ? CST_PART_TRAIN : CST_PART_EVALUATE;
  assert_ok(cst_pretrain_split(d, &plain, &f));
  for (size_t i = 1; i < d->n; i++)
    assert_int_equal(f.role[i], i < 31   ? CST_ROLE_TRAIN
                                : i < 41 ? CST_ROLE_VALIDATION
                                         : CST_ROLE_NONE);
  cst_fold_reset(&f);
  cst_dataset_destroy(&d);
  cst_text_reset(&meta);
}

int main(void)
{
  cst_log_set_level(CST_LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pretraining_follows_tau_or_sessions),
  };
  return cmocka_run_group_tests(tests, NULL, made_no_blocks);
}
