/* The manifest says everything: it parses to an equal data set, and that one to the same bytes. */
#include "cassette/dataset.h"
#include "cassette/log.h"
#include "cassette/random.h"
#include "cassette/utf8.h"

#include "made.h"

#define HEAD "clip,path,scene,city,session,device,set,status,part,class,bytes,changed_ns,digest\n"

static void assert_same_names(const cst_names *a, const cst_names *b)
{
  assert_int_equal(a->n, b->n);
  for (size_t i = 0; i < a->n; i++) {
    assert_string_equal(a->item[i], b->item[i]);
    assert_int_equal(cst_names_find(b, a->item[i]), i);
  }
}

static void assert_same(const cst_dataset *a, const cst_dataset *b)
{
  assert_same_names(&a->scenes, &b->scenes);
  assert_same_names(&a->pretrain_scenes, &b->pretrain_scenes);
  assert_same_names(&a->cities, &b->cities);
  assert_same_names(&a->sessions, &b->sessions);
  assert_same_names(&a->devices, &b->devices);
  assert_int_equal(a->n, b->n);
  for (size_t i = 0; i < a->n; i++) {
    const cst_clip *x = &a->clip[i], *y = &b->clip[i];
    assert_string_equal(x->id, y->id);
    assert_int_equal(!x->path, !y->path);
    if (x->path) assert_string_equal(x->path, y->path);
    const int left[] = {x->scene,    x->city,      x->session,    x->device,
                        (int)x->set, (int)x->part, (int)x->status};
    const int right[] = {y->scene,    y->city,      y->session,    y->device,
                         (int)y->set, (int)y->part, (int)y->status};
    assert_memory_equal(left, right, sizeof left);
  }
}

static void assert_round_trip(const cst_dataset *d)
{
  cst_text first = {0}, second = {0};
  cst_dataset *back = NULL;
  assert_ok(cst_dataset_text(d, &first));
  assert_ok(cst_dataset_parse(first.data, first.bytes, "manifest.csv", &back));
  assert_same(d, back);
  assert_ok(cst_dataset_text(back, &second));
  assert_string_equal(first.data, second.data);
  cst_dataset_destroy(&back);
  cst_text_reset(&first);
  cst_text_reset(&second);
}

static void everything_comes_back(void **state)
{
  (void)state;
  const char *dir = test_temp_dir(), *tau = test_temp_dir();
  cst_dataset *d = NULL;
  made_file(dir, "ICME2024_ASC_dev_label.csv",
            "filename,scene_label\nx_1,Bar\n\"y, \"\"2\"\"\",\n");
  made_file(
      dir, "APSIPA2025_GC_ASC_dev_metadata.csv",
      "filename,location,record_time,scene_label\n\"y, \"\"2\"\"\",Xi'an,2023-01-01 10:00:00,\n");
  made_file(dir, "APSIPA2025_GC_ASC_eval_metadata.csv", "filename,location\ne,\"S\xC3\xA3o, P\"\n");
  made_file(dir, "my, audio /x_1.wav", "");
  made_file(tau, "meta.csv", "filename\tscene_label\naudio/tram-paris-8-1-b.wav\ttram\n");
  made_file(tau, "evaluation_setup/fold1_evaluate.csv",
            "filename\tscene_label\naudio/tram-paris-8-1-b.wav\ttram\n");
  assert_ok(made_read_with("cas", dir, 1, &(cst_pretrain_source){"tau", tau, NULL, 0}, &d));
  assert_int_equal(d->n, 4);
  d->clip[2].status = CST_AUDIO_NOT_FINITE;
  d->clip[2].sound = (cst_sound){.bytes = 5000000000,
                                 .changed_ns = 1764316800123456789,
                                 .digest = "00112233445566778899aabbccddeeff"};
  assert_round_trip(d);
  cst_dataset_destroy(&d);
}

static void classes_without_clips_keep_their_place(void **state)
{
  (void)state;
  cst_dataset *d = NULL;
  cst_text text = {0};
  static const char manifest[] = HEAD "x,,b,,x,,development,missing,,1,,,\n"
                                      ",,a,,,,class,,,0,,,\n,,\"c, d\",,,,class,,,2,,,\n";
  assert_ok(cst_dataset_parse(manifest, strlen(manifest), "m", &d));
  assert_int_equal(d->n, 1);
  assert_int_equal(d->scenes.n, 3);
  assert_string_equal(d->scenes.item[2], "c, d");
  assert_ok(cst_dataset_text(d, &text));
  assert_string_equal(text.data, manifest);
  cst_text_reset(&text);
  cst_dataset_destroy(&d);
}

#define SOUND       ",9,7,00112233445566778899aabbccddeeff\n"
#define OTHER_SOUND ",9,7,00112233445566778899aabbccddee00\n"
#define EVALUATION  "e,,,,e,,evaluation,ok,," SOUND

static void assert_digests(const char *one, const char *other, bool transduced, bool same)
{
  const char *const text[2] = {one, other};
  char hex[2][CST_DIGEST_HEX];
  for (size_t i = 0; i < 2; i++) {
    cst_dataset *d = NULL;
    assert_ok(cst_dataset_parse(text[i], strlen(text[i]), "m.csv", &d));
    assert_ok(cst_dataset_digest(d, transduced, hex[i]));
    cst_dataset_destroy(&d);
  }
  if ((strcmp(hex[0], hex[1]) == 0) != same) fail_msg("%s: %s", other, hex[1]);
}

/* What training depends on changes the digest; where and when the files are does not. */
static void the_digest_is_of_what_training_hears(void **state)
{
  static const char *const same[] = {
      HEAD "x,b/x.wav,Bus,C,s,,development,ok,,0" SOUND EVALUATION,
      HEAD "x,a/x.wav,Bus,C,s,,development,ok,,0,9,8,00112233445566778899aabbccddeeff\n" EVALUATION,
      HEAD "x,a/x.wav,Bus,C,s,,development,ok,,0" SOUND "e,,,,e,,evaluation,ok,," OTHER_SOUND,
      HEAD "x,a/x.wav,Bus,C,s,,development,ok,,0" SOUND,
  };
  static const char *const other[] = {
      HEAD "x,a/x.wav,Bus,C,s,,development,ok,,0" OTHER_SOUND EVALUATION,
      HEAD "y,a/x.wav,Bus,C,s,,development,ok,,0" SOUND EVALUATION,
      HEAD "x,a/x.wav,Bar,C,s,,development,ok,,0" SOUND EVALUATION,
      HEAD "x,a/x.wav,,C,s,,development,ok,," SOUND EVALUATION,
      HEAD "x,a/x.wav,Bus,D,s,,development,ok,,0" SOUND EVALUATION,
      HEAD "x,a/x.wav,Bus,C,t,,development,ok,,0" SOUND EVALUATION,
      HEAD "x,a/x.wav,Bus,C,s,d,development,ok,,0" SOUND EVALUATION,
      HEAD "x,a/x.wav,Bus,C,s,,development,short,,0" SOUND EVALUATION,
      HEAD "x,a/x.wav,Bus,C,s,,development,ok,train,0" SOUND EVALUATION,
      HEAD "x,a/x.wav,Bus,C,s,,pretrain,ok,,0" SOUND,
      HEAD "x,a/x.wav,Bus,C,s,,development,ok,,0" SOUND "e,,,,e,,pretrain,ok,," SOUND,
  };
  const char *base = HEAD "x,a/x.wav,Bus,C,s,,development,ok,,0" SOUND EVALUATION;
  (void)state;
  for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    assert_digests(base, same[i], false, true);
  for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
    assert_digests(base, other[i], false, false);
    assert_digests(base, other[i], true, false);
  }
}

/* An evaluation set that trains is heard, and its labels are not. */
static void the_digest_of_transduction_is_of_evaluation_sound(void **state)
{
#define BUS HEAD "x,a/x.wav,Bus,C,s,,development,ok,,0" SOUND
  static const char *const other[] = {
      BUS "e,,,,e,,evaluation,ok,," OTHER_SOUND, BUS "f,,,,f,,evaluation,ok,," SOUND,
      BUS "e,,,C,e,,evaluation,ok,," SOUND, BUS, BUS "e,,,,s,,evaluation,ok,," SOUND};
  (void)state;
  for (size_t i = 0; i < sizeof other / sizeof *other; i++)
    assert_digests(BUS EVALUATION, other[i], true, false);
  assert_digests(BUS EVALUATION, BUS "e,,Bus,,e,,evaluation,ok,,0" SOUND, true, true);
}

/* They are read, for reports; which sound their clips had is not known. */
static void manifests_of_earlier_versions_are_read(void **state)
{
  static const char old[] = "clip,path,scene,city,session,device,set,status,part,class\n"
                            "x,a/x.wav,Bus,C,s,,development,ok,,0\n";
  cst_dataset *d = NULL;
  (void)state;
  assert_ok(cst_dataset_parse(old, strlen(old), "m.csv", &d));
  assert_string_equal(d->clip[0].sound.digest, "");
  cst_dataset_destroy(&d);
}

static void real_tables_come_back(void **state)
{
  (void)state;
  cst_dataset *d = made_cas();
  if (!d) {
    print_message("skipped: no real/cas2023 in %s\n", CST_SHARED_DIR);
    skip();
  }
  assert_round_trip(d);
  cst_dataset_destroy(&d);
}

static void bad_manifests_are_refused_with_place(void **state)
{
  static const char *const bad[][2] = {
      {"", "m.csv: the table is empty"},
      {HEAD, "m.csv: only a header"},
      {"clip,path\nx,y\n", "m.csv:1: no column 'scene'"},
      {HEAD "x,,Bus,,x,,development,ok,,,,,\n", "m.csv:2: class ''"},
      {HEAD "x,,,,x,,development,ok,,0,,,\n", "m.csv:2: scene ''"},
      {HEAD "x,,Bus,,x,,development,ok,,-1,,,\n", "m.csv:2: class '-1'"},
      {HEAD "x,,Bus,,x,,development,ok,,1e9,,,\n", "m.csv:2: class '1e9'"},
      {HEAD "x,,Bus,,x,,development,ok,,99999999999999999999,,,\n", "m.csv:2: class '999"},
      {HEAD "x,,Bus,,x,,development,ok,,1,,,\n", "m.csv:2: class '1'"},
      {HEAD "x,,Bus,,x,,pretrain-1,ok,,0,,,\n", "m.csv:2: set 'pretrain-1'"},
      {HEAD "x,,Bus,,x,,pretrain-17,ok,,0,,,\n", "m.csv:2: set 'pretrain-17'"},
      {HEAD "x,,Bus,,x,,development-2,ok,,0,,,\n", "m.csv:2: set 'development-2'"},
      {HEAD ",,Bus,,,,evaluation class,,,0,,,\n", "m.csv:2: set 'evaluation class'"},
      {HEAD "x,,Bus,,x,,pretrain-2,ok,,0,,,\ny,,Bus,,x,,pretrain,ok,,0,,,\n",
       "m.csv:3: set 'pretrain'"},
      {HEAD "x,,Bus,,x,,pretrain,ok,,0,,,\ny,,Bus,,x,,pretrain-2,ok,,0,,,\n",
       "m.csv:3: set 'pretrain-2'"},
      {HEAD ",,Bus,,,,pretrain-2 class,,,0,,,\n,,Bar,,,,pretrain class,,,1,,,\n",
       "m.csv: class 'Bar' stands among those of another set"},
      {HEAD "x,,Bus,,x,,development,ok,,1,,,\ny,,Bus,,y,,development,ok,,1,,,\n",
       "class 0 has no name"},
      {HEAD "x,,Bus,,x,,development,ok,,0,,,\ny,,Bar,,y,,development,ok,,0,,,\n",
       "m.csv:3: scene 'Bar'"},
      {HEAD "x,,Bus,,x,,development,ok,,0,,,\ny,,Bus,,y,,development,ok,,1,,,\n",
       "'Bus' has two indices"},
      {HEAD "x,,,,x,,test,ok,,,,,\n", "m.csv:2: set 'test'"},
      {HEAD "x,,,,x,,evaluation,ok,,,,,\ny,,,,y,,development,ok,,,,,\n",
       "m.csv:3: set 'development'"},
      {HEAD "x,,,,x,,development,fine,,,,,\n", "m.csv:2: status 'fine'"},
      {HEAD "x,,,,x,,development,ok,half,,,,\n", "m.csv:2: part 'half'"},
      {HEAD "x,,,,,,development,ok,,,,,\n", "m.csv:2: session ''"},
      {HEAD ",,,,x,,development,ok,,,,,\n", "m.csv:2: clip ''"},
      {HEAD "x,,,,x,,development,ok,,,,,\nx,,,,x,,evaluation,ok,,,,,\n", "clip 'x' is there twice"},
      {HEAD "x,,,,x,,development,ok,,,9,7,0011\n", "m.csv:2: digest '0011'"},
      {HEAD "x,,,,x,,development,ok,,,9,7,\n", "m.csv:2: digest ''"},
      {HEAD "x,,,,x,,development,ok,,,,7,00112233445566778899aabbccddeeff\n", "m.csv:2: bytes ''"},
      {HEAD "x,,,,x,,development,ok,,,9,-7,00112233445566778899aabbccddeeff\n",
       "m.csv:2: changed_ns '-7'"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    cst_dataset *d = (cst_dataset *)state;
    assert_fails(cst_dataset_parse(bad[i][0], strlen(bad[i][0]), "m.csv", &d), CST_ERR_DATA,
                 bad[i][1]);
    assert_null(d);
  }
}

/* A byte of a manifest changed at random: read or refused, never a crash, never a leak. */
static void random_damage_is_read_or_refused(void **state)
{
  (void)state;
  static const char good[] = HEAD "x,a/x.wav,Bus,Xi'an,Xi'an/1,a,development,ok,,1" SOUND
                                  "y,,,,y,,evaluation,missing,,,,,\n"
                                  "z,,tram,paris,paris-1,b,pretrain,short,train,0,,,\n"
                                  ",,Bar,,,,class,,,0,,,\n";
  size_t refused = 0;
  for (uint64_t trial = 0; trial < 5000; trial++) {
    const cst_random_key key = cst_random_key_make(2, CST_RANDOM_TEST, 0, trial, 0);
    char text[sizeof good];
    cst_dataset *d = NULL;
    memcpy(text, good, sizeof good);
    text[cst_random_below(&key, 0, sizeof good - 1)] = (char)cst_random_below(&key, 4, 256);
    const cst_status st = cst_dataset_parse(text, sizeof good - 1, "m.csv", &d);
    if (st != CST_OK) {
      refused++;
      assert_fails(st, CST_ERR_DATA, "m.csv");
    } else {
      assert_round_trip(d);
    }
    cst_dataset_destroy(&d);
  }
  assert_in_range(refused, 1000, 4900);
}

int main(void)
{
  cst_log_set_level(CST_LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(everything_comes_back),
      cmocka_unit_test(classes_without_clips_keep_their_place),
      cmocka_unit_test(the_digest_is_of_what_training_hears),
      cmocka_unit_test(the_digest_of_transduction_is_of_evaluation_sound),
      cmocka_unit_test(manifests_of_earlier_versions_are_read),
      cmocka_unit_test(real_tables_come_back),
      cmocka_unit_test(bad_manifests_are_refused_with_place),
      cmocka_unit_test(random_damage_is_read_or_refused),
  };
  return cmocka_run_group_tests(tests, NULL, made_no_blocks);
}
