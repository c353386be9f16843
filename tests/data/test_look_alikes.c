/* Names that look the same, or nearly: of files, labels and cities. */
#include "cassette/dataset.h"
#include "cassette/log.h"

#include "made.h"

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
    cst_dataset *d = made_read(CST_READ_CSV, dir);
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
  assert_fails(cst_dataset_read(&(cst_dataset_source){.layout = CST_READ_CSV, .root = dir}, &d),
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

int main(void)
{
  cst_log_set_level(CST_LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(files_are_found_in_either_normal_form),
      cmocka_unit_test(one_file_under_two_forms_is_refused),
      cmocka_unit_test(a_similar_file_is_found),
  };
  return cmocka_run_group_tests(tests, NULL, made_no_blocks);
}
