/* Metadata in every layout: the real tables by their published figures, small ones by hand. */
#include "cassette/dataset.h"
#include "cassette/log.h"

#include "made.h"

#include <math.h>

#include <time.h>

static const char *name_of(const cst_names *names, int index)
{
  return index == CST_NONE ? "" : names->item[index];
}

/* "id|scene|city|session|device|path below root" of a clip. */
static void assert_clip(const cst_dataset *d, size_t i, const char *root, const char *want)
{
  const cst_clip *c = &d->clip[i];
  char got[MADE_PATH];
  const cst_names *scenes = c->set == CST_SET_PRETRAIN ? &d->pretrain_scenes : &d->scenes;
  const char *path = c->path ? c->path : "-";
  if (strncmp(path, root, strlen(root)) == 0) path += strlen(root) + 1;
  snprintf(got, sizeof got, "%s|%s|%s|%s|%s|%s", c->id, name_of(scenes, c->scene),
           name_of(&d->cities, c->city), name_of(&d->sessions, c->session),
           name_of(&d->devices, c->device), path);
  assert_string_equal(got, want);
  assert_int_equal(c->status, c->path ? CST_AUDIO_UNCHECKED : CST_AUDIO_MISSING);
}

static void cas_joins_its_tables(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  made_file(dir, ICME, "filename,scene_label\r\nx_1,Bus\r\ny_2,\r\nz_1,Bar\r\n");
  made_file(dir, APSIPA,
            APSIPA_HEAD "z_1,Jinan,2023-01-01 10:00:00,Bar\nx_1,Xi'an,2023-01-01 10:00:00,Bus\n"
                        "y_2,Xi'an,2023-01-01 10:00:00,\n");
  made_file(dir, APSIPA_EVAL, APSIPA_HEAD "e_1,Jinan,2023-01-01 10:00:00,\ne_2,Wuhan,,\n");
  made_file(dir, "audio/x_1.wav", "");
  made_file(dir, "dev/deep/y_2.FLAC", "");
  made_file(dir, "eval/e_2.ogg", "");
  cst_dataset *d = made_read("cas", dir);
  assert_int_equal(d->n, 5);
  assert_clip(d, 0, dir, "x_1|Bus|Xi'an|Xi'an/2023-01-01 10:00:00||audio/x_1.wav");
  assert_clip(d, 1, dir, "y_2||Xi'an|Xi'an/2023-01-01 10:00:00||dev/deep/y_2.FLAC");
  assert_clip(d, 2, dir, "z_1|Bar|Jinan|Jinan/2023-01-01 10:00:00||-");
  assert_clip(d, 3, dir, "e_1||Jinan|Jinan/2023-01-01 10:00:00||-");
  assert_clip(d, 4, dir, "e_2||Wuhan|e_2||eval/e_2.ogg");   /* no time: a session of its own */
  assert_int_equal(d->clip[2].session, d->clip[3].session); /* development and evaluation share */
  assert_int_equal(d->clip[3].set, CST_SET_EVALUATION);
  assert_int_equal(d->scenes.n, 10);
  assert_int_equal(d->clip[2].scene, 9);
  assert_int_equal(cst_dataset_selects(d, 0, CST_SET_DEVELOPMENT, 1), 1);
  assert_int_equal(cst_dataset_selects(d, 0, CST_SET_DEVELOPMENT, 0), 0);
  assert_int_equal(cst_dataset_selects(d, 1, CST_SET_DEVELOPMENT, 0), 1);
  assert_int_equal(cst_dataset_selects(d, 1, CST_SET_EVALUATION, -1), 0);
  assert_int_equal(cst_dataset_selects(d, 2, CST_SET_DEVELOPMENT, -1), 0); /* no audio */
  cst_dataset_destroy(&d);
}

static void either_cas_table_is_enough(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  made_file(dir, ICME, "filename,scene_label\r\nx_1,Bus\r\ny_2,");
  cst_dataset *d = made_read("cas", dir);
  assert_clip(d, 0, dir, "x_1|Bus||x_1||-");
  assert_clip(d, 1, dir, "y_2|||y_2||-");
  assert_int_equal(d->cities.n, 0);
  assert_int_equal(d->sessions.n, 2);
  cst_dataset_destroy(&d);
  dir = test_temp_dir();
  made_file(dir, APSIPA, APSIPA_HEAD "x_1,Xi'an,2023-01-01 10:00:00,Bus");
  d = made_read("cas", dir);
  assert_clip(d, 0, dir, "x_1|Bus|Xi'an|Xi'an/2023-01-01 10:00:00||-");
  cst_dataset_destroy(&d);
}

static void metadata_may_be_named(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  made_file(dir, "meta/my.csv", "filename,location,scene_label\nx,Jinan,Tram\n");
  made_file(dir, "rest.csv", "filename\ny\n");
  cst_dataset *d = NULL;
  assert_ok(
      cst_dataset_read(&(cst_dataset_source){.layout = "cas",
                                             .root = dir,
                                             .metadata = (const char *[]){"meta/my.csv"},
                                             .n_metadata = 1,
                                             .evaluation_metadata = (const char *[]){"rest.csv"},
                                             .n_evaluation_metadata = 1,
                                             .classes = (const char *[]){"Bus", "Tram"},
                                             .n_classes = 2},
                       &d));
  assert_clip(d, 0, dir, "x|Tram|Jinan|x||-");
  assert_clip(d, 1, dir, "y|||y||-");
  assert_int_equal(d->clip[0].scene, 1);
  cst_dataset_destroy(&d);
}

static const char *tau_root(void)
{
  const char *dir = test_temp_dir();
  made_file(dir, "meta.csv",
            "filename\tscene_label\tidentifier\tsource_label\r\n"
            "audio/airport-lisbon-1000-40000-a.wav\tairport\tlisbon-1000\ta\n"
            "audio/metro_station-paris-7-1-s3.wav\tmetro_station\tparis-7\ts3\r\n"
            "audio/tram-paris-8-1-b.wav\ttram\tparis-8\tb\n");
  made_file(dir, "evaluation_setup/fold1_train.csv",
            "filename\tscene_label\r\naudio/airport-lisbon-1000-40000-a.wav\tairport\r\n");
  made_file(dir, "evaluation_setup/fold1_evaluate.csv",
            "filename\tscene_label\naudio/metro_station-paris-7-1-s3.wav\tmetro_station\n");
  made_file(dir, "evaluation_setup/fold1_test.csv", "filename\nignored.wav\n");
  made_file(dir, "audio/tram-paris-8-1-b.wav", "");
  return dir;
}

static void tau_reads_meta_and_folds(void **state)
{
  (void)state;
  const char *dir = tau_root();
  cst_dataset *d = made_read("tau", dir);
  assert_int_equal(d->n, 3);
  assert_clip(d, 0, dir, "audio/airport-lisbon-1000-40000-a.wav|airport|lisbon|lisbon-1000|a|-");
  assert_clip(d, 1, dir, "audio/metro_station-paris-7-1-s3.wav|metro_station|paris|paris-7|s3|-");
  assert_clip(d, 2, dir,
              "audio/tram-paris-8-1-b.wav|tram|paris|paris-8|b|audio/tram-paris-8-1-b.wav");
  assert_int_equal(d->clip[0].part, CST_PART_TRAIN);
  assert_int_equal(d->clip[1].part, CST_PART_EVALUATE);
  assert_int_equal(d->clip[2].part, CST_PART_NONE);
  assert_int_equal(d->clip[1].scene, 3);
  cst_dataset_destroy(&d);
}

static void tau_reads_folds_alone_and_plain_numbers(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  made_file(dir, "evaluation_setup/fold1_train.csv",
            "filename\tscene_label\naudio/bus-vienna-12-3-s1.wav\tbus\n");
  cst_dataset *d = made_read("tau", dir);
  assert_clip(d, 0, dir, "audio/bus-vienna-12-3-s1.wav|bus|vienna|vienna-12|s1|-");
  cst_dataset_destroy(&d);
  dir = test_temp_dir();
  made_file(dir, "meta.csv", "filename\tscene_label\naudio/17.wav\tbus\naudio/a-b-c-d-e.wav\t\n");
  d = made_read("tau", dir);
  assert_clip(d, 0, dir, "audio/17.wav|bus||audio/17.wav||-");
  assert_clip(d, 1, dir, "audio/a-b-c-d-e.wav|||audio/a-b-c-d-e.wav||-");
  cst_dataset_destroy(&d);
}

static void pretraining_set_comes_last_with_its_own_classes(void **state)
{
  (void)state;
  const char *dir = test_temp_dir(), *tau = tau_root();
  cst_dataset *d = NULL;
  made_file(dir, APSIPA, APSIPA_HEAD "x_1,Xi'an,2023-01-01 10:00:00,Bus\n");
  assert_ok(made_read_with("cas", dir, 1, &(cst_pretrain_source){"tau", tau, NULL, 0}, &d));
  assert_int_equal(d->n, 4);
  assert_int_equal(d->clip[3].set, CST_SET_PRETRAIN);
  assert_int_equal(d->clip[3].scene, 9);
  assert_string_equal(d->pretrain_scenes.item[9], "tram");
  assert_string_equal(d->scenes.item[9], "Bar");
  cst_dataset_destroy(&d);
}

static void sessions_tell_the_hour(void **state)
{
  static const struct {
    const char *session;
    double hour; /* negative: none */
  } cases[] = {{"Xi'an/2023-06-18 18:44:30", 18.0 + 44.5 / 60.0},
               {"Oslo/7:05", 7.0 + 5.0 / 60.0},
               {"00:00", 0.0},
               {"9:00 to 10:30", 10.5},
               {"23:59:60", 23.9999},
               {"2023-06-18", -1.0},
               {"24:00", -1.0},
               {"12:60", -1.0},
               {"112:30", -1.0},
               {"12:345", -1.0},
               {"ab:cd", -1.0},
               {"1:2", -1.0},
               {"12:3", -1.0},
               {"", -1.0}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const double hour = cst_session_hour(cases[i].session);
    if (!(cases[i].hour < 0.0 ? isnan(hour) : fabs(hour - cases[i].hour) < 1e-9))
      fail_msg("'%s': %g, want %g", cases[i].session, hour, cases[i].hour);
  }
}

/* Cities of the evaluation set come after those of development. */
static void cities_of_development_come_first(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  made_file(dir, APSIPA, APSIPA_HEAD "x,Oslo,t,Bus\ny,Bergen,t,\nz,,t,\n");
  made_file(dir, APSIPA_EVAL, APSIPA_HEAD "e,Rome,t,\nf,Oslo,t,\n");
  cst_dataset *d = made_read("cas", dir);
  assert_int_equal(d->cities.n, 3);
  assert_int_equal(cst_dataset_cities(d), 2);
  assert_string_equal(d->cities.item[2], "Rome");
  cst_dataset_destroy(&d);
}

static void csv_reads_the_only_table(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  made_file(dir, "only.csv",
            "session,filename,notes,scene_label,city,device\n"
            "1,a.wav,\"long, \nnote\",Zoo,B\xC3\xA8ze,x\n1,sub/b,,Bar,\"Xi'an, old\",y\n2,c,,,,\n");
  made_file(dir, "below/not_this.csv", "filename,scene_label\nq,r\n");
  made_file(dir, "a.wav", "");
  made_file(dir, "audio/sub/b.wav", "");
  cst_dataset *d = made_read("csv", dir);
  assert_clip(d, 0, dir, "a.wav|Zoo|B\xC3\xA8ze|B\xC3\xA8ze/1|x|a.wav");
  assert_clip(d, 1, dir, "sub/b|Bar|Xi'an, old|Xi'an, old/1|y|audio/sub/b.wav");
  assert_clip(d, 2, dir, "c|||2||-");
  assert_string_equal(d->scenes.item[0], "Bar"); /* sorted */
  assert_string_equal(d->scenes.item[1], "Zoo");
  cst_dataset_destroy(&d);
}

/* What the tables tell apart is told apart by the names, and ordinary names look as ever. */
static void different_sessions_have_different_names(void **state)
{
  (void)state;
  static const char table[] = "filename,scene_label,city,session\n"
                              "0,x,a/b,c\n1,x,a,b/c\n2,x,,a/b/c\n3,x,,a/b\n4,x,a,b\n"
                              "5,x,a\\,b/c\n6,x,,a\\/b/c\n7,x,,/a\n8,x,/a,b\n9,x,,//a\n"
                              "lone,x,a,\nb/c,x,,\nplain,x,,lone\na/b,x,,\n"
                              "lone (clip),x,,\n10,x,,plain\n";
  static const char *const want[] = {
      "a\\/b/c",     "a/b/c",    "/a/b/c", "/a/b",       "a/b",
      "a\\\\/b/c",   "/a\\/b/c", "//a",    "\\/a/b",     "///a",
      "lone (clip)", "b/c",      "lone",   "a/b (clip)", "lone (clip) (clip)",
      "plain"};
  cst_dataset *d = made_csv(table);
  assert_int_equal(d->n, sizeof want / sizeof *want);
  assert_int_equal(d->sessions.n, d->n);
  for (size_t i = 0; i < d->n; i++)
    assert_string_equal(d->sessions.item[d->clip[i].session], want[i]);
  cst_dataset_destroy(&d);
}

/* Which file a name means: the place decides, then the extension. */
static void audio_is_found_by_place_then_extension(void **state)
{
  (void)state;
  static const struct {
    const char *id, *files[3], *want;
  } cases[] = {
      {"a", {"a.wav"}, "a.wav"},
      {"a", {"audio/a.wav", "old/a.wav"}, "audio/a.wav"},
      {"a", {"audio/a.wav", "a.flac"}, "a.flac"},
      {"a", {"x/y/z/a.WAV"}, "x/y/z/a.WAV"},
      {"a", {"a.ogg", "a.flac", "a.wav"}, "a.wav"},
      {"a.ogg", {"a.ogg", "a.wav"}, "a.ogg"},
      {"a.wav", {"a.WAV", "a.wav"}, "a.wav"},
      {"a.wav", {"a.WAV"}, "a.WAV"},
      {"a.wav", {"d/a.flac"}, "d/a.flac"}, /* converted since */
      {"a.wav", {"a.wav.flac"}, "a.wav.flac"},
      {"d/a", {"x/d/a.wav", "y/e/a.wav"}, "x/d/a.wav"},
      {"d/a.wav", {"xd/a.wav"}, NULL}, /* no part of a component */
      {"a", {"ba.wav", "a.txt", "a.wav.bak"}, NULL},
      {"a", {".a.wav", ".hidden/a.wav", "A.wav"}, NULL},
      {"a.b", {"a.wav"}, NULL},
      {"a.b", {"a.b.wav"}, "a.b.wav"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *dir = test_temp_dir();
    char table[256], want[256];
    snprintf(table, sizeof table, "filename,scene_label\n%s,Bus\n", cases[i].id);
    made_file(dir, "t.csv", table);
    for (size_t f = 0; f < 3 && cases[i].files[f]; f++) made_file(dir, cases[i].files[f], "");
    cst_dataset *d = made_read("csv", dir);
    snprintf(want, sizeof want, "%s|Bus||%s||%s", cases[i].id, cases[i].id,
             cases[i].want ? cases[i].want : "-");
    assert_clip(d, 0, dir, want);
    cst_dataset_destroy(&d);
    test_remove_dirs();
  }
}

static void truth_is_read_for_scoring(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  int scene[3];
  made_file(dir, "t.csv", "filename,scene_label\nx,Bus\ny,\nz,Bar\n");
  made_file(dir, "truth/good", "filename,scene_label\ny,Bar\nx,Bus\n");
  cst_dataset *d = made_read("csv", dir);
  char *path = cst_path_join(dir, "truth/good");
  assert_ok(cst_truth_read(path, d, scene));
  assert_int_equal(scene[0], 1);
  assert_int_equal(scene[1], 0);
  assert_int_equal(scene[2], CST_NONE);
  static const char *const bad[][2] = {
      {"filename,scene_label\nx,Bus\nq,Bus\n", "good:3: clip 'q' is in no development"},
      {"filename,scene_label\ny,Buss\n",
       "good:2: scene_label 'Buss' is no class of the data set (did"},
      {"filename,scene_label\nx,Bar\n",
       "good:2: clip 'x' is 'Bar' here, but 'Bus' in the metadata"},
      {"filename,scene_label\ny,Bus\ny,Bus\n", "good:3: clip 'y' is there twice"},
      {"filename,label\ny,Bus\n", "good:1: no column 'scene_label'"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    made_file(dir, "truth/good", bad[i][0]);
    assert_fails(cst_truth_read(path, d, scene), CST_ERR_DATA, bad[i][1]);
  }
  cst_free(path);
  cst_dataset_destroy(&d);
}

static void real_tables_give_the_published_counts(void **state)
{
  (void)state;
  size_t labelled = 0, count[3] = {0};
  const char *root = test_shared("real/cas2023");
  if (!root) {
    print_message("skipped: no real/cas2023 in %s\n", CST_SHARED_DIR);
    skip();
  }
  cst_dataset *d = made_read("cas", root);
  for (size_t i = 0; i < d->n; i++) {
    count[d->clip[i].set]++;
    labelled += d->clip[i].scene != CST_NONE;
  }
  assert_int_equal(count[CST_SET_DEVELOPMENT], 8700);
  assert_int_equal(count[CST_SET_EVALUATION], 1100);
  assert_int_equal(labelled, 1740);
  assert_int_equal(d->cities.n, 14);
  assert_string_equal(d->clip[0].id, "40c8570776704268be56bc0d1fa8a16f60_1");
  assert_string_equal(d->cities.item[d->clip[0].city], "Xi'an");
  cst_dataset_destroy(&d);
}

static void real_recordings_are_found(void **state)
{
  (void)state;
  const char *root = test_shared("real/esc10");
  if (!root) {
    print_message("skipped: no real/esc10 in %s\n", CST_SHARED_DIR);
    skip();
  }
  cst_dataset *d = made_read("csv", root);
  assert_int_equal(d->n, 400);
  assert_int_equal(d->cities.n, 5);
  assert_int_equal(d->scenes.n, 10);
  assert_int_equal(d->sessions.n, 304);
  assert_string_equal(d->scenes.item[0], "Baby cry");
  for (size_t i = 0; i < d->n; i++) {
    assert_int_equal(cst_dataset_selects(d, i, CST_SET_DEVELOPMENT, 1), 1);
    assert_true(cst_file_exists(d->clip[i].path));
  }
  cst_dataset_destroy(&d);
}

/* Ten thousand clips: far from quadratic.  0.3 s is the aim; sanitizers and a busy machine get
 * room.  Few of the files are there, as making them takes longer than all the rest. */
static void ten_thousand_clips_are_read_quickly(void **state)
{
  (void)state;
  enum { N = 10000 };
  const char *dir = test_temp_dir();
  char *audio = cst_path_join(dir, "audio"), path[MADE_PATH];
  cst_text table = {0};
  cst_dataset *d = NULL;
  assert_ok(cst_make_dirs(audio));
  cst_text_add(&table, "filename,scene_label,city\n");
  for (int i = 0; i < N; i++) {
    cst_text_add(&table, "clip%d,class%d,city%d\n", i, i % 10, i % 7);
    snprintf(path, sizeof path, "%s/clip%d.wav", audio, i);
    if (i % 20 == 0) test_write_file(path, "", 0);
  }
  made_file(dir, "t.csv", table.data);
  const clock_t start = clock(); /* of the processor: others may keep it busy */
  assert_ok(cst_dataset_read(&(cst_dataset_source){.layout = "csv", .root = dir}, &d));
  const double took = (double)(clock() - start) / CLOCKS_PER_SEC;
  if (took > 3.0) fail_msg("reading %d clips took %.2f s of processor time", N, took);
  if (getenv("CST_TEST_TIMES")) print_message("%d clips read in %.3f s\n", N, took);
  assert_int_equal(d->n, N);
  assert_int_equal(d->clip[N - 20].status, CST_AUDIO_UNCHECKED);
  cst_dataset_destroy(&d);
  cst_text_reset(&table);
  cst_free(audio);
}

int main(void)
{
  cst_log_set_level(CST_LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cas_joins_its_tables),
      cmocka_unit_test(either_cas_table_is_enough),
      cmocka_unit_test(metadata_may_be_named),
      cmocka_unit_test(tau_reads_meta_and_folds),
      cmocka_unit_test(tau_reads_folds_alone_and_plain_numbers),
      cmocka_unit_test(pretraining_set_comes_last_with_its_own_classes),
      cmocka_unit_test(sessions_tell_the_hour),
      cmocka_unit_test(cities_of_development_come_first),
      cmocka_unit_test(csv_reads_the_only_table),
      cmocka_unit_test(different_sessions_have_different_names),
      cmocka_unit_test(audio_is_found_by_place_then_extension),
      cmocka_unit_test(truth_is_read_for_scoring),
      cmocka_unit_test(real_tables_give_the_published_counts),
      cmocka_unit_test(real_recordings_are_found),
      cmocka_unit_test(ten_thousand_clips_are_read_quickly),
  };
  return cmocka_run_group_tests(tests, NULL, made_no_blocks);
}
