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
  assert_ok(made_read_with("csv", dir, 1, &(cst_pretrain_source){"tau", tau, NULL, 0}, &d));
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

/* Two sets with the same names of clips and sessions, one of them without a fold of its own. */
static void sets_stand_apart(void **state)
{
  (void)state;
  const char *dir = test_temp_dir(), *tau = test_temp_dir(), *csv = test_temp_dir();
  cst_dataset *d = NULL, *back = NULL;
  cst_fold f;
  cst_text table = {0}, text = {0};
  cst_text_add(&table, "filename,scene_label,session,city\n");
  for (int i = 0; i < 40; i++)
    cst_text_add(&table, "%d.wav,%s,%d,paris\n", i, i % 2 ? "dog" : "bus", i / 4);
  made_file(csv, "t.csv", table.data);
  made_file(tau, "evaluation_setup/fold1_train.csv",
            "filename\tscene_label\n1.wav\tbus\n2.wav\ttram\n");
  made_file(tau, "evaluation_setup/fold1_evaluate.csv", "filename\tscene_label\n3.wav\tbus\n");
  made_file(dir, "t.csv", "filename,scene_label\nx,Bus\n");
  const cst_pretrain_source sets[] = {{"tau", tau, NULL, 0}, {"csv", csv, NULL, 0}};
  assert_ok(made_read_with("csv", dir, 2, sets, &d));
  assert_int_equal(d->pretrain_sets, 2);
  assert_int_equal(d->pretrain_classes[0], 10);
  assert_int_equal(d->pretrain_classes[1], 2);
  assert_string_equal(d->pretrain_scenes.item[1], "1-tau/bus");
  assert_string_equal(d->pretrain_scenes.item[10], "2-csv/bus");
  assert_int_equal(d->clip[4].source, 1);
  assert_int_equal(d->clip[5].scene, 11);
  assert_string_equal(d->sessions.item[d->clip[4].session], "2-csv/paris/0");
  for (size_t i = 0; i < d->n; i++) d->clip[i].status = CST_AUDIO_OK;
  assert_ok(cst_dataset_text(d, &text));
  assert_ok(cst_dataset_parse(text.data, text.bytes, "m", &back));
  assert_int_equal(back->pretrain_sets, 2);
  assert_int_equal(back->pretrain_classes[0], 10);
  assert_int_equal(back->pretrain_classes[1], 2);
  assert_int_equal(back->clip[4].source, 1);
  assert_ok(cst_pretrain_split(back, &plain, &f));
  assert_int_equal(f.role[1], CST_ROLE_TRAIN);
  assert_int_equal(f.role[3], CST_ROLE_VALIDATION);
  assert_int_equal(count_role(back, &f, 10, CST_ROLE_TRAIN), 16);
  assert_int_equal(count_role(back, &f, 11, CST_ROLE_VALIDATION), 4);
  assert_sessions_apart(back, &f);
  cst_fold_reset(&f);
  for (size_t i = 4; i < d->n; i++) d->clip[i].scene = CST_NONE;
  assert_fails(cst_pretrain_split(d, &plain, &f), CST_ERR_DATA,
               "pre-training on set 2: no labelled clip");
  cst_dataset_destroy(&back);
  cst_dataset_destroy(&d);
  cst_text_reset(&text);
  cst_text_reset(&table);
}

/* TAU in a table of its own design: the same clips, classes, sessions and roles. */
static void tau_as_csv_is_tau(void **state)
{
  (void)state;
  const char *dir = test_temp_dir(), *root[] = {test_temp_dir(), test_temp_dir()};
  cst_text table[2] = {{0}, {0}};
  cst_dataset *d[2];
  cst_fold f[2];
  cst_text_add(&table[0], "filename\tscene_label\tidentifier\tsource_label\n");
  cst_text_add(&table[1], "filename,scene_label,session,device\n");
  for (int i = 0; i < 120; i++)
    for (int k = 0; k < 2; k++)
      cst_text_add(&table[k],
                   k ? "%s-paris-%d-%d-a.wav,%s,paris-%d,a\n"
                     : "%s-paris-%d-%d-a.wav\t%s\tparis-%d\ta\n",
                   cst_tau_classes[i % 10], i / 5, i, cst_tau_classes[i % 10], i / 5);
  made_file(root[0], "meta.csv", table[0].data);
  made_file(root[1], "mine.csv", table[1].data);
  made_file(dir, "t.csv", "filename,scene_label\nx,Bus\n");
  for (size_t k = 0; k < 2; k++) {
    const cst_pretrain_source set = {k ? "csv" : "tau", root[k], NULL, 0};
    assert_ok(made_read_with("csv", dir, 1, &set, &d[k]));
    for (size_t i = 0; i < d[k]->n; i++) d[k]->clip[i].status = CST_AUDIO_OK;
    assert_ok(cst_pretrain_split(d[k], &plain, &f[k]));
  }
  assert_int_equal(d[0]->n, d[1]->n);
  assert_memory_equal(f[0].role, f[1].role, d[0]->n);
  assert_true(count_role(d[0], &f[0], -1, CST_ROLE_VALIDATION) > 10);
  for (size_t i = 0; i < d[0]->n; i++) {
    const cst_clip *a = &d[0]->clip[i], *b = &d[1]->clip[i];
    assert_string_equal(a->id, b->id);
    assert_int_equal(a->scene, b->scene);
    assert_string_equal(d[0]->sessions.item[a->session], d[1]->sessions.item[b->session]);
  }
  for (size_t k = 0; k < 2; k++) {
    cst_fold_reset(&f[k]);
    cst_dataset_destroy(&d[k]);
    cst_text_reset(&table[k]);
  }
}

static void bad_sets_are_refused(void **state)
{
  (void)state;
  const char *dir = test_temp_dir(), *good = test_temp_dir(), *none = test_temp_dir(),
             *one = test_temp_dir(), *two = test_temp_dir(), *empty = test_temp_dir();
  made_file(dir, "t.csv", "filename,scene_label\nx,Bus\n");
  made_file(good, "t.csv", "filename,scene_label\nx,Bus\ny,Dog\n");
  made_file(none, "t.csv", "filename,scene_label\nx,\n");
  made_file(one, "t.csv", "filename,scene_label\nx,Dog\ny,Dog\n");
  made_file(two, "a.csv", "filename,scene_label\nx,Dog\n");
  made_file(two, "b.csv", "filename,scene_label\nx,Dog\n");
  const struct {
    cst_pretrain_source second;
    cst_status status;
    const char *says;
  } bad[] = {
      {{"cvs", good, NULL, 0}, CST_ERR_USAGE, "dataset.pretrain: cvs: no layout of that name"},
      {{"csv", "/nonexistent/a", NULL, 0},
       CST_ERR_DATA,
       "/nonexistent/a: no such directory; check dataset.pretrain"},
      {{"tau", "", NULL, 0}, CST_ERR_DATA, "(empty): no such directory; check dataset.pretrain"},
      {{"csv", good, NULL, 0}, CST_ERR_USAGE, "is there twice; give one set all its tables"},
      {{"csv", none, NULL, 0}, CST_ERR_DATA, "scene_label is empty in every row"},
      {{"csv", one, NULL, 0}, CST_ERR_DATA, "'Dog' is the only class"},
      {{"csv", empty, NULL, 0}, CST_ERR_DATA, "no *.csv here; name the table in dataset.pretrain"},
      {{"tau", empty, NULL, 0}, CST_ERR_DATA, "check dataset.pretrain, or name the tables in"},
      {{"csv", two, NULL, 0}, CST_ERR_DATA, "2 tables, a.csv, b.csv; name the one"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    const cst_pretrain_source sets[] = {{"csv", good, NULL, 0}, bad[i].second};
    cst_dataset *d = NULL;
    assert_fails(made_read_with("csv", dir, 2, sets, &d), bad[i].status, bad[i].says);
    assert_null(d);
  }
}

int main(void)
{
  cst_log_set_level(CST_LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pretraining_follows_tau_or_sessions),
      cmocka_unit_test(sets_stand_apart),
      cmocka_unit_test(tau_as_csv_is_tau),
      cmocka_unit_test(bad_sets_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, made_no_blocks);
}
