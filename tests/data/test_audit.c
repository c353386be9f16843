/* The audit of the real tables must give the figures that are known of them, counted elsewhere. */
#include "cassette/dataset.h"
#include "cassette/log.h"

#include "made.h"

static char *audit(const cst_dataset *d)
{
  cst_text text = {0};
  assert_ok(cst_dataset_audit(d, &text));
  return text.data;
}

static void assert_says(const char *text, const char *line)
{
  if (!strstr(text, line)) fail_msg("lacks \"%s\":\n%s", line, text);
}

static void real_tables_give_the_known_figures(void **state)
{
  (void)state;
  static const char *const lines[] = {
      "|                     | development | evaluation |\n"
      "|---------------------|------------:|-----------:|\n"
      "| clips               |       8,700 |      1,100 |\n"
      "| labelled            |       1,740 |          0 |\n"
      "| cities              |           8 |         12 |\n"
      "| sessions            |         328 |        160 |\n"
      "| sessions with label |         309 |          0 |\n"
      "| usable audio        |           0 |          0 |\n",
      "- Every labelled session has one class.\n",
      "- Sessions with a label cover 98.1 % of the unlabelled clips (6,826 of 6,960).\n",
      "- 248 evaluation clips belong to 59 sessions that are also in development; 247 of them",
      "- 6 evaluation cities are unseen in development (400 clips): Nanchang, Shenyang, Guangzhou, "
      "Changchun, Tianjin, Taiyuan.\n",
      "- 20 of 80 city x class cells hold labels.\n",
      "- Classes in one city only: Public square (Xi'an), Traffic street (Xi'an).\n",
      "- Cities with one class only: Liupanshui (Restaurant), Jinan (Construction site), Shangrao "
      "(Bus).\n",
      "| class             | labels | sessions | Xi'an | Luoyang |",
      "| Airport           |    220 |       59 |   113 |       - |",
      "| missing | 9,800 | no   | 40c8570776704268be56bc0d1fa8a16f60_1, ",
  };
  const char *root = test_shared("real/cas2023");
  if (!root) {
    print_message("skipped: no real/cas2023 in %s\n", CST_SHARED_DIR);
    skip();
  }
  cst_dataset *d = made_read("cas", root);
  char *text = audit(d);
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) assert_says(text, lines[i]);
  cst_free(text);
  cst_dataset_destroy(&d);
}

static void odd_audio_and_mixed_sessions_are_named(void **state)
{
  (void)state;
  cst_dataset *d = made_csv("filename,scene_label,city,session\na,Bus,X,1\nb,Bar,X,1\nc,,X,1\n"
                            "d,Bus,,2\ne,,X,3\n");
  d->clip[0].status = CST_AUDIO_TRUNCATED;
  d->clip[1].status = CST_AUDIO_TRUNCATED;
  d->clip[4].status = CST_AUDIO_SILENT;
  char *text = audit(d);
  assert_says(text, "- 1 of 2 labelled sessions hold several classes, first X/1.\n");
  assert_says(text, "cover 50.0 % of the unlabelled clips (1 of 2)");
  assert_says(text, "- 2 of 2 city x class cells");
  assert_says(text, "- Classes in one city only: Bar (X).\n"); /* Bus: d may be from anywhere */
  assert_says(text, "| silent    |     1 | yes  | e     |\n");
  assert_says(text, "| truncated |     2 | no   | a, b  |\n");
  assert_null(strstr(text, "evaluation"));
  cst_free(text);
  cst_dataset_destroy(&d);
}

static void what_is_unknown_is_said(void **state)
{
  (void)state;
  cst_dataset *d = made_csv("filename,scene_label\na,Bus\nb,Bar\n");
  char *text = audit(d);
  assert_says(text, "- No clip shares a session with another");
  assert_says(text, "- Cities are unknown: city-held-out evaluation is impossible.\n");
  assert_null(strstr(text, "Audio that is not"));
  cst_free(text);
  cst_dataset_destroy(&d);
}

/* Wide characters of two bytes take one column: every line of a table ends in the same one. */
static void tables_are_aligned(void **state)
{
  (void)state;
  cst_dataset *d = made_csv("filename,scene_label,city\na,Caf\xC3\xA9,M\xC3\xBCnchen\nb,Bar,X\n");
  char *text = audit(d);
  assert_says(text, "| class | labels | sessions | M\xC3\xBCnchen |   X |\n"
                    "|-------|-------:|---------:|--------:|----:|\n"
                    "| Bar   |      1 |        1 |       - |   1 |\n"
                    "| Caf\xC3\xA9  |      1 |        1 |       1 |   - |\n");
  cst_free(text);
  cst_dataset_destroy(&d);
}

int main(void)
{
  cst_log_set_level(CST_LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(real_tables_give_the_known_figures),
      cmocka_unit_test(odd_audio_and_mixed_sessions_are_named),
      cmocka_unit_test(what_is_unknown_is_said),
      cmocka_unit_test(tables_are_aligned),
  };
  return cmocka_run_group_tests(tests, NULL, made_no_blocks);
}
