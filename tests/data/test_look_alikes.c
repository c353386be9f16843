/* Names that look the same, or nearly: of files, labels and cities. */
#include "cassette/dataset.h"
#include "cassette/log.h"

#include "made.h"

#include <fcntl.h>
#include <unistd.h>

#define CAFE_C "Caf\xC3\xA9"  /* composed */
#define CAFE_D "Cafe\xCC\x81" /* decomposed, as macOS names files */

static const char *below(const char *path, const char *root)
{
  return path && strncmp(path, root, strlen(root)) == 0 ? path + strlen(root) + 1 : "-";
}

/* Equal bytes are preferred; without them, equal characters do. */
static void files_are_found_in_either_normal_form(void **state)
{
  (void)state;
  static const struct {
    const char *id, *files[2], *want;
  } cases[] = {
      {CAFE_C ".wav", {CAFE_D ".wav"}, CAFE_D ".wav"},
      {CAFE_D ".wav", {CAFE_C ".wav"}, CAFE_C ".wav"},
      {CAFE_D, {CAFE_C ".flac"}, CAFE_C ".flac"},
      {"d/" CAFE_C, {"audio/d/" CAFE_D ".wav"}, "audio/d/" CAFE_D ".wav"},
      {CAFE_C "/x.wav", {CAFE_D "/x.wav"}, CAFE_D "/x.wav"},
      {CAFE_C ".wav", {CAFE_D ".wav", CAFE_C ".wav"}, CAFE_C ".wav"},
      {CAFE_D ".wav", {CAFE_D ".wav", CAFE_C ".wav"}, CAFE_D ".wav"},
      {"Cafe.wav", {CAFE_D ".wav"}, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *dir = test_temp_dir();
    char table[256];
    snprintf(table, sizeof table, "filename,scene_label\n%s,Bus\n", cases[i].id);
    made_file(dir, "t.csv", table);
    for (size_t f = 0; f < 2 && cases[i].files[f]; f++) made_file(dir, cases[i].files[f], "");
    cst_dataset *d = made_read("csv", dir);
    assert_string_equal(d->clip[0].id, cases[i].id);
    assert_string_equal(below(d->clip[0].path, dir), cases[i].want ? cases[i].want : "-");
    cst_dataset_destroy(&d);
    test_remove_dirs();
  }
}

static void one_file_under_two_forms_is_refused(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  cst_dataset *d;
  made_file(dir, "t.csv", "filename,scene_label\n" CAFE_C ",Bus\n" CAFE_D ",Bar\n");
  made_file(dir, CAFE_D ".wav", "");
  assert_fails(cst_dataset_read(&(cst_dataset_source){.layout = "csv", .root = dir}, &d),
               CST_ERR_DATA, "are one file, " CAFE_D ".wav below ");
}

static void a_similar_file_is_found(void **state)
{
  (void)state;
  static const char *const cases[][3] = {
      {"C000.wav", "audio/c000.wav", "audio/c000.wav"},
      {"a b", "x/A_B.FLAC", "x/A_B.FLAC"},
      {"a.wav\xE2\x80\x8B", "a.wav", "a.wav"},
      {"a\xC2\xA0.wav", "a.wav", "a.wav"},
      {"Cafe.wav", CAFE_D ".wav", CAFE_D ".wav"},
      {"a.wav", "b.wav", NULL},
      {"a.wav", "a.txt", NULL},
      {"-", "_.wav", NULL}, /* nothing is left to compare */
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *dir = test_temp_dir();
    char *path;
    made_file(dir, cases[i][1], "");
    assert_ok(cst_dataset_similar_file(dir, cases[i][0], &path));
    if (!path != !cases[i][2] || (path && strcmp(path, cases[i][2]) != 0))
      fail_msg("'%s' gave %s", cases[i][0], path ? path : "nothing");
    cst_free(path);
    test_remove_dirs();
  }
}

/* What was logged while `table` was read as csv; the data set if `out`. */
static char *warnings(const char *table, cst_dataset **out)
{
  const char *dir = test_temp_dir();
  char *log = cst_path_join(dir, "log"), *text = NULL;
  cst_dataset *d = NULL;
  size_t n;
  made_file(dir, "t.csv", table);
  fflush(stderr);
  const int saved = dup(STDERR_FILENO), file = open(log, O_CREAT | O_WRONLY, 0600);
  dup2(file, STDERR_FILENO);
  cst_log_set_level(CST_LOG_WARN);
  const cst_status st = cst_dataset_read(&(cst_dataset_source){.layout = "csv", .root = dir}, &d);
  fflush(stderr);
  dup2(saved, STDERR_FILENO);
  cst_log_set_level(CST_LOG_ERROR);
  close(saved);
  close(file);
  assert_ok(st);
  assert_ok(cst_file_read(log, &text, &n));
  cst_free(log);
  if (out)
    *out = d;
  else
    cst_dataset_destroy(&d);
  return text;
}

#define HEAD "filename,scene_label,city,session,device\n"

static void invisible_differences_make_no_names(void **state)
{
  (void)state;
  cst_dataset *d;
  char *log = warnings(HEAD "1,park,Li\xC3\xA8ge,s 1,a\n"
                            "2,park\xC2\xA0,Lie\xCC\x80ge,s\xC2\xA0"
                            "1,a\xE2\x80\x8B\n"
                            "3,\xEF\xBB\xBFpark,Li\xC3\xA8ge\xE2\x80\x8B,s  1,\xC2\xAD"
                            "a\n"
                            "4,\xC2\xA0,\xE2\x80\x8B,,\n",
                       &d);
  assert_null(strstr(log, "differ"));
  assert_int_equal(d->scenes.n, 1);
  assert_int_equal(d->cities.n, 1);
  assert_int_equal(d->devices.n, 1);
  assert_int_equal(d->sessions.n, 2);
  assert_int_equal(d->clip[3].scene, CST_NONE);
  assert_int_equal(d->clip[3].city, CST_NONE);
  assert_string_equal(d->sessions.item[0], "Li\xC3\xA8ge/s 1");
  cst_free(log);
  cst_dataset_destroy(&d);
}

static void near_names_are_warned_of(void **state)
{
  (void)state;
  static const struct {
    const char *row[2], *warning; /* NULL: none */
  } cases[] = {
      {{"Park,A,1,a", "park,A,2,a"}, "classes differ only in letter case"},
      {{"shopping mall,A,1,a", "shopping_mall,A,2,a"}, "'shopping mall' and 'shopping_mall'"},
      {{CAFE_C ",A,1,a", "cafe,A,2,a"}, "classes differ only"},
      {{"01,A,1,a", "1,A,2,a"}, "'01' and '1'"},
      {{"1.0,A,1,a", "1,A,2,a"}, "'1' and '1.0'"},
      {{"metro,A,1,a", "metrro,A,2,a"}, "classes differ by one letter: 'metro' and 'metrro'"},
      {{"street,A,1,a", "steret,A,2,a"}, "by one letter"},
      {{"beta,A,1,a", "betta,A,2,a"}, "by one letter"},
      {{"gamma,A,1,a", "amma,A,2,a"}, "by one letter"},
      {{"tram,A,1,a", "tarm,A,2,a"}, "by one letter"},
      {{"metro,A,1,a", "retro,A,2,a"}, NULL},
      {{"park,A,1,a", "pork,A,2,a"}, NULL},
      {{"bus,Lisbon,1,a", "bus,lisbon,2,a"}, "cities differ only"},
      {{"bus,Lisbon,1,a", "bus,Lisbom,2,a"}, "cities differ by one letter: 'Lisbon' and 'Lisbom'"},
      {{"bus,A,S 1,a", "bus,A,s-01,a"}, "sessions differ only"},
      {{"bus,A,1,S1", "bus,A,2,s1"}, "devices differ only"},
      {{"bus,nan,1,a", "bus,A,2,a"}, "city 'nan' counts as a name"},
      {{"bus,A,1,N/A", "bus,A,2,a"}, "device 'N/A' counts as a name"},
      {{"bus,A,1,a", "bush,B,2,b"}, NULL}, /* short words */
      {{"scene1,City1,1,a", "scene2,City2,2,a"}, NULL},
      {{"scene1,Suzhou,1,a", "scene10,Fuzhou,10,a"}, NULL}, /* the first letter */
      {{"bus,A,1-12,a", "bus,A,11-2,a"}, NULL},
      {{"1.05,A,1,a", "1.5,A,2,a"}, NULL},
      {{"bus,\xE5\x8C\x97\xE4\xBA\xAC,1,a", "bus,\xE5\x8D\x97\xE4\xBA\xAC,2,a"}, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char table[512];
    snprintf(table, sizeof table, HEAD "1,%s\n2,%s\n", cases[i].row[0], cases[i].row[1]);
    char *log = warnings(table, NULL);
    if (cases[i].warning ? !strstr(log, cases[i].warning) : *log)
      fail_msg("%s and %s: %s", cases[i].row[0], cases[i].row[1], log);
    cst_free(log);
    test_remove_dirs();
  }
}

static void words_for_nothing_are_no_classes(void **state)
{
  (void)state;
  static const char *const words[] = {"nan", "NaN", "None", "null",        "N/A",
                                      "NA",  "-",   "-1",   "\xC2\xA0nan", "unlabeled"};
  cst_dataset *d;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    const char *dir = test_temp_dir();
    char table[128];
    snprintf(table, sizeof table, "filename,scene_label\nx,Bus\ny,%s\n", words[i]);
    made_file(dir, "t.csv", table);
    cst_dataset_source source = {.layout = "csv", .root = dir};
    assert_fails(cst_dataset_read(&source, &d), CST_ERR_DATA,
                 "leave the field empty if the clip is unlabelled, or name it in dataset.classes");
    source.classes = (const char *[]){"Bus", "nan"};
    source.n_classes = 2;
    if (i == 0) {
      assert_ok(cst_dataset_read(&source, &d)); /* said to be a class */
      assert_int_equal(d->clip[1].scene, 1);
      cst_dataset_destroy(&d);
    }
    test_remove_dirs();
  }
  const char *dir = test_temp_dir();
  made_file(dir, ICME, "filename,scene_label\nx,nan\n");
  assert_fails(cst_dataset_read(&(cst_dataset_source){.layout = "cas", .root = dir}, &d),
               CST_ERR_DATA, "is no class; leave the field empty where a clip is unlabelled");
}

static void truth_is_matched_as_labels_are(void **state)
{
  (void)state;
  const char *dir = test_temp_dir();
  int scene[2];
  made_file(dir, "t.csv", "filename,scene_label\nx," CAFE_C "\ny,\n");
  made_file(dir, "truth/t", "Filename;Scene label\ny; " CAFE_D "\xC2\xA0\n");
  made_file(dir, "truth/nan", "filename,scene_label\ny,nan\n");
  cst_dataset *d = made_read("csv", dir);
  char *good = cst_path_join(dir, "truth/t"), *bad = cst_path_join(dir, "truth/nan");
  assert_ok(cst_truth_read(good, d, scene));
  assert_int_equal(scene[1], 0);
  assert_fails(cst_truth_read(bad, d, scene), CST_ERR_DATA,
               "nan:2: scene_label 'nan' is no class of the data set; leave the field empty");
  cst_free(good);
  cst_free(bad);
  cst_dataset_destroy(&d);
}

int main(void)
{
  cst_log_set_level(CST_LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(files_are_found_in_either_normal_form),
      cmocka_unit_test(one_file_under_two_forms_is_refused),
      cmocka_unit_test(a_similar_file_is_found),
      cmocka_unit_test(invisible_differences_make_no_names),
      cmocka_unit_test(near_names_are_warned_of),
      cmocka_unit_test(words_for_nothing_are_no_classes),
      cmocka_unit_test(truth_is_matched_as_labels_are),
  };
  return cmocka_run_group_tests(tests, NULL, made_no_blocks);
}
