/* Plans: what the presets promise, and real tables that get audio for exactly their rows. */
#include "cassette/file.h"
#include "cassette/synth.h"
#include "support/test_support.h"
#include "synth_plan.h"
#include "synth_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CITIES = 16, MAX_SESSIONS = 512 };

static cst_synth *make(cst_synth_preset preset, cst_synth_layout layout)
{
  cst_synth *s = NULL;
  assert_ok(cst_synth_create(preset, layout, NULL, 1, &s));
  return s;
}

static const cst_text *table(const cst_synth *s, const char *name)
{
  for (size_t i = 0; i < s->n_tables; i++)
    if (!strcmp(s->table[i].name, name)) return &s->table[i].text;
  fail_msg("no table %s", name);
  return NULL;
}

static size_t lines(const cst_text *t)
{
  size_t n = 0;
  for (size_t i = 0; i < t->bytes; i++) n += t->data[i] == '\n';
  return n;
}

typedef struct {
  char city[MAX_CITIES][SYNTH_PLACE_BYTES];
  size_t cities, clips[MAX_CITIES][10], labelled[MAX_CITIES][10];
  uint64_t session[MAX_SESSIONS];
  int scene[MAX_SESSIONS];
  size_t sessions, labelled_clips, total;
} census;

/* Counts of one set; every session must have one class. */
static void count(const cst_synth *s, int set, census *c)
{
  memset(c, 0, sizeof *c);
  for (size_t i = 0; i < s->n; i++) {
    const synth_clip *clip = &s->clip[i];
    size_t k = 0, g = 0;
    if (clip->set != set) continue;
    while (k < c->cities && strcmp(c->city[k], clip->place)) k++;
    if (k == c->cities) strcpy(c->city[c->cities++], clip->place);
    while (g < c->sessions && c->session[g] != clip->session_key) g++;
    if (g == c->sessions) {
      c->scene[g] = clip->scene;
      c->session[c->sessions++] = clip->session_key;
    }
    assert_int_equal(c->scene[g], clip->scene);
    c->clips[k][clip->scene]++;
    c->labelled[k][clip->scene] += clip->labelled;
    c->labelled_clips += clip->labelled;
    c->total++;
  }
}

static bool seen(const census *c, const char *city)
{
  for (size_t k = 0; k < c->cities; k++)
    if (!strcmp(c->city[k], city)) return true;
  return false;
}

static void presets_keep_their_promise(void **state)
{
  static const struct {
    cst_synth_preset preset;
    size_t clips, labelled, sessions, cities, eval, unseen_clips, shared;
  } want[] = {{CST_SYNTH_TINY, 120, 48, 60, 3, 30, 10, 10},
              {CST_SYNTH_DEMO, 600, 120, 120, 6, 120, 60, 20},
              {CST_SYNTH_CAS, 8700, 1740, 328, 8, 1100, 400, 248}};
  (void)state;

  for (size_t p = 0; p < 3; p++) {
    cst_synth *s = make(want[p].preset, CST_SYNTH_LAYOUT_CAS);
    census dev, eval;
    size_t unseen = 0, shared = 0;
    count(s, SYNTH_DEVELOPMENT, &dev);
    count(s, SYNTH_EVALUATION, &eval);
    assert_int_equal(dev.total, want[p].clips);
    assert_int_equal(dev.labelled_clips, want[p].labelled);
    assert_int_equal(dev.sessions, want[p].sessions);
    assert_int_equal(dev.cities, want[p].cities);
    assert_int_equal(eval.total, want[p].eval);
    for (int scene = 0; scene < 10; scene++) { /* leaving a city out leaves the class in two */
      size_t in = 0;
      for (size_t k = 0; k < dev.cities; k++) {
        in += dev.clips[k][scene] > 0;
        assert_true((dev.labelled[k][scene] > 0) == (dev.clips[k][scene] > 0));
      }
      assert_true(in >= 3);
    }
    for (size_t i = 0; i < s->n; i++) {
      if (s->clip[i].set != SYNTH_EVALUATION) continue;
      assert_false(s->clip[i].labelled);
      unseen += !seen(&dev, s->clip[i].place);
      for (size_t g = 0; g < dev.sessions; g++)
        if (dev.session[g] == s->clip[i].session_key) {
          assert_int_equal(dev.scene[g], s->clip[i].scene);
          shared++;
        }
    }
    assert_int_equal(unseen, want[p].unseen_clips);
    assert_int_equal(shared, want[p].shared);
    cst_synth_destroy(&s);
  }
}

static int by_text(const void *a, const void *b)
{
  return strcmp(((const synth_clip *)a)->name, ((const synth_clip *)b)->name);
}

static void names_are_unique(void **state)
{
  (void)state;
  for (int layout = CST_SYNTH_LAYOUT_CAS; layout <= CST_SYNTH_LAYOUT_TAU; layout++) {
    cst_synth *s = make(CST_SYNTH_CAS, (cst_synth_layout)layout);
    qsort(s->clip, s->n, sizeof *s->clip, by_text);
    for (size_t i = 1; i < s->n; i++) assert_string_not_equal(s->clip[i - 1].name, s->clip[i].name);
    cst_synth_destroy(&s);
  }
}

static void cas_tables_look_like_cas(void **state)
{
  cst_synth *s = make(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_CAS);
  const cst_text *icme = table(s, "ICME2024_ASC_dev_label.csv");
  const cst_text *dev = table(s, "APSIPA2025_GC_ASC_dev_metadata.csv");
  const cst_text *eval = table(s, "APSIPA2025_GC_ASC_eval_metadata.csv");
  const cst_text *truth = table(s, "truth.csv");
  char row[256];
  (void)state;

  assert_int_equal(lines(icme), 121);
  assert_int_equal(lines(dev), 121);
  assert_int_equal(lines(eval), 31);
  assert_int_equal(lines(truth), 151);
  assert_memory_equal(icme->data, "filename,scene_label\r\n", 22);
  assert_memory_equal(dev->data,
                      "\xEF\xBB\xBF"
                      "filename,location,record_time,scene_label\n",
                      45);
  assert_memory_equal(eval->data, dev->data, 45);
  assert_null(strchr(dev->data, '\r'));
  for (size_t i = 0; i < s->n; i++) {
    const synth_clip *c = &s->clip[i];
    const char *scene = synth_scenes[c->scene].cas;
    int year, month, day, hour, minute, second;
    assert_int_equal(
        sscanf(c->time, "%4d-%2d-%2d %2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second),
        6);
    assert_true(month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60);
    snprintf(row, sizeof row, "\n%s,%s,%s,%s\n", c->name, c->place, c->time,
             c->labelled ? scene : "");
    assert_non_null(strstr((c->set == SYNTH_DEVELOPMENT ? dev : eval)->data, row));
    snprintf(row, sizeof row, "\n%s,%s\n", c->name, scene);
    assert_non_null(strstr(truth->data, row));
  }
  cst_synth_destroy(&s);
}

static void tau_names_say_what_they_are(void **state)
{
  cst_synth *s = make(CST_SYNTH_DEMO, CST_SYNTH_LAYOUT_TAU);
  const cst_text *meta = table(s, "meta.csv");
  size_t classes[SYNTH_SCENES] = {0};
  char row[256], name[128];
  (void)state;

  assert_int_equal(s->rate_hz, 44100);
  assert_int_equal(lines(meta), s->n + 1);
  assert_int_equal(lines(table(s, "evaluation_setup/fold1_train.csv")) +
                       lines(table(s, "evaluation_setup/fold1_evaluate.csv")),
                   s->n + 2);
  assert_int_equal(lines(table(s, "evaluation_setup/fold1_test.csv")),
                   lines(table(s, "evaluation_setup/fold1_evaluate.csv")));
  for (size_t i = 0; i < s->n; i++) {
    const synth_clip *c = &s->clip[i];
    char scene[32], city[32], device[8];
    int location, segment;
    snprintf(name, sizeof name, "%s", c->name);
    *strrchr(name, '.') = '\0';
    assert_int_equal(
        sscanf(name, "audio/%31[^-]-%31[^-]-%d-%d-%7s", scene, city, &location, &segment, device),
        5);
    assert_string_equal(scene, synth_scenes[c->scene].tau);
    assert_string_equal(device, c->device);
    snprintf(row, sizeof row, "\n%s\t%s\t%s-%d\t%s\r\n", c->name, scene, city, location, device);
    assert_non_null(strstr(meta->data, row));
    classes[c->scene]++;
  }
  for (int k = 0; k < 10; k++) assert_true(classes[synth_scene_of_tau(k)] >= 20);
  cst_synth_destroy(&s);
}

static void seeds_make_other_names(void **state)
{
  cst_synth *one = make(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_CAS), *two = NULL;
  (void)state;
  assert_ok(cst_synth_create(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_CAS, NULL, 2, &two));
  for (size_t i = 0; i < one->n; i++)
    for (size_t j = 0; j < two->n; j++)
      assert_string_not_equal(one->clip[i].name, two->clip[j].name);
  cst_synth_destroy(&one);
  cst_synth_destroy(&two);
}

static cst_status from(const char *text, cst_synth **out)
{
  static char path[1024];
  snprintf(path, sizeof path, "%s/table.csv", test_temp_dir());
  test_write_file(path, text, strlen(text));
  return cst_synth_create(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_CAS, path, 1, out);
}

static void sessions_agree_on_their_scene(void **state)
{
  static const char *const text = "\xEF\xBB\xBF"
                                  "filename,location,record_time,scene_label\r\n"
                                  "a,Xi'an,2023-06-18 18:44:34,\r\n"
                                  "b,Xi'an,2023-06-18 18:44:34,Shopping mall\r\n"
                                  "\r\n"
                                  "c,Luoyang,2023-06-18 18:44:34,\r\n"
                                  "d,Xi'an,2023-06-18 18:44:34,";
  cst_synth *s = NULL;
  (void)state;

  assert_ok(from(text, &s));
  assert_int_equal(cst_synth_clips(s), 4);
  assert_string_equal(s->clip[0].place, "Xi'an");
  for (size_t i = 0; i < 4; i++) assert_int_equal(s->clip[i].labelled, i == 1);
  assert_int_equal(s->clip[0].scene, 4);
  assert_int_equal(s->clip[3].scene, 4);
  assert_true(s->clip[0].session_key == s->clip[3].session_key);
  assert_true(s->clip[0].session_key != s->clip[2].session_key);
  assert_non_null(strstr(table(s, "truth.csv")->data, "\nd,Shopping mall\n"));
  assert_string_equal(table(s, "APSIPA2025_GC_ASC_dev_metadata.csv")->data, text); /* untouched */
  cst_synth_destroy(&s);
}

static void bad_tables_are_refused(void **state)
{
  static const struct {
    const char *text, *message;
  } bad[] = {
      {"", "the table is empty"},
      {"filename,scene_label\n", "only a header line"},
      {"a,b\nc,d\n", "no column 'filename'"},
      {"filename,location,scene_label\na,b,Bar\n", "come together"},
      {"filename,scene_label\na\n", "table.csv:2: 1 fields where the header has 2"},
      {"filename,scene_label\na,Bar,x\n", "3 fields"},
      {"filename,scene_label\na,Pub\n", "no CAS class is called \"Pub\""},
      {"filename,scene_label\na,Bar\na,Bar\n", "two rows of the metadata are called \"a\""},
      {"filename,scene_label\n../a,Bar\n", "cannot be the name"},
      {"filename,scene_label\nb/a,Bar\n", "cannot be the name"},
      {"filename,scene_label\n,Bar\n", "cannot be the name"},
      {"filename,scene_label\n\"a\"b,Bar\n", "table.csv:2: a quote"},
      {"filename,scene_label\n"
       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
       "aaaaaaa"
       "aaaaaaaaaaaaaaaaaaaaaa,Bar\n",
       "a filename of"},
  };
  cst_synth *s = NULL;
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    assert_fails(from(bad[i].text, &s), CST_ERR_DATA, bad[i].message);
    assert_null(s);
  }
  assert_fails(cst_synth_create(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_CAS, "/no/such.csv", 1, &s),
               CST_ERR_DATA, "/no/such.csv");
  assert_fails(cst_synth_create(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_CAS, test_temp_dir(), 1, &s),
               CST_ERR_DATA, "holds no");
  assert_fails(cst_synth_create(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_TAU, "x.csv", 1, &s),
               CST_ERR_USAGE, "--metadata");
}

static size_t real_rows(const char *name, const char *column)
{
  char path[1024];
  cst_synth *s = NULL;
  size_t labelled = 0;

  snprintf(path, sizeof path, "real/cas2023/%s", name);
  assert_ok(cst_synth_create(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_CAS, test_shared(path), 1, &s));
  const size_t n = cst_synth_clips(s);
  for (size_t i = 0; i < n; i++) labelled += s->clip[i].labelled;
  assert_int_equal(labelled, strstr(name, "eval") ? 0 : 1740);
  assert_int_equal(lines(table(s, name)), n + 1);
  assert_non_null(strstr(table(s, name)->data, column));
  cst_synth_destroy(&s);
  return n;
}

static void real_tables_get_audio(void **state)
{
  cst_synth *s = NULL;
  char dir[512];
  (void)state;

  if (!test_shared("real/cas2023")) {
    print_message("real CAS tables are not here: skipped\n");
    skip();
  }
  assert_int_equal(real_rows("ICME2024_ASC_dev_label.csv", "filename,scene_label\r\n"), 8700);
  assert_int_equal(real_rows("APSIPA2025_GC_ASC_dev_metadata.csv", "record_time"), 8700);
  assert_int_equal(real_rows("APSIPA2025_GC_ASC_eval_metadata.csv", "record_time"), 1100);

  assert_ok(
      cst_synth_create(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_CAS, test_shared("real/cas2023"), 1, &s));
  assert_int_equal(cst_synth_clips(s), 9800);
  census dev;
  count(s, SYNTH_DEVELOPMENT, &dev); /* and every session has one class */
  assert_int_equal(dev.sessions, 328);
  assert_int_equal(dev.cities, 8);
  assert_int_equal(lines(table(s, "truth.csv")), 9801);
  snprintf(dir, sizeof dir, "%s", test_temp_dir());
  assert_ok(cst_synth_write_tables(s, dir));
  for (size_t i = 0; i < s->n; i += 2000) {
    char *relative, *path;
    assert_ok(cst_synth_write_clip(s, i, dir));
    assert_ok(synth_clip_path(s, &s->clip[i], &relative));
    path = cst_path_join(dir, relative);
    assert_true(cst_file_exists(path));
    cst_free(path);
    cst_free(relative);
  }
  cst_synth_destroy(&s);
}

static void parts_add_up(void **state)
{
  const double weight[] = {0.1, 0.1, 0.5, 0.3};
  size_t part[7], sum = 0;
  (void)state;
  synth_apportion(10, 4, weight, part);
  assert_int_equal(part[2], 5);
  for (size_t i = 0; i < 4; i++) sum += part[i];
  assert_int_equal(sum, 10);
  synth_apportion(3, 7, NULL, part);
  for (size_t i = 0; i < 7; i++) {
    assert_true(part[i] <= 1);
    sum += part[i];
  }
  assert_int_equal(sum, 13);
}

static void nothing_is_left(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(presets_keep_their_promise),
      cmocka_unit_test(names_are_unique),
      cmocka_unit_test(cas_tables_look_like_cas),
      cmocka_unit_test(tau_names_say_what_they_are),
      cmocka_unit_test(seeds_make_other_names),
      cmocka_unit_test(sessions_agree_on_their_scene),
      cmocka_unit_test(bad_tables_are_refused),
      cmocka_unit_test(real_tables_get_audio),
      cmocka_unit_test(parts_add_up),
      cmocka_unit_test(nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
