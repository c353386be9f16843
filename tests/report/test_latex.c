/* LaTeX from the same calls as Markdown: nothing that a name holds means something to it. */
#include "latex.h"
#include "pen.h"

#include "support/test_support.h"

#include <stdio.h>
#include <string.h>

static pen page;

static int begin(void **state)
{
  (void)state;
  page = (pen){.latex = {.dir = cst_strdup(test_temp_dir()), .of = "a\nrun"}};
  return 0;
}

static int end(void **state)
{
  (void)state;
  pen_reset(&page);
  test_remove_dirs();
  return cst_memory_blocks() == 0 ? 0 : -1;
}

static char *written(const char *name)
{
  static char *text;
  char path[1024];
  size_t n;
  snprintf(path, sizeof path, "%s/%s", page.latex.dir, name);
  assert_ok(cst_file_read(path, &text, &n));
  return text;
}

static void assert_has(const char *text, const char *part)
{
  if (!strstr(text, part)) fail_msg("no \"%s\" in:\n%s", part, text);
}

static void fill(const char *what, const char *name)
{
  pen_table(&page, what);
  pen_column(&page, 'l', "class & <co>");
  pen_column(&page, 'r', "share");
  pen_row(&page);
  pen_cell(&page);
  pen_name(&page, name);
  pen_cell(&page);
  pen_percent(&page, 0.61349);
  pen_row(&page);
  pen_cell(&page);
  pen_strong(&page, true);
  pen_say(&page, "mean");
  pen_strong(&page, false);
  pen_cell(&page);
  pen_real(&page, 1, 1.0 / 0.0 - 1.0 / 0.0);
  pen_end_table(&page);
}

static void a_table_is_a_tabular(void **state)
{
  (void)state;
  pen_say(&page, "outside of tables nothing is LaTeX's");
  fill("Accuracy of each class", "Bus");
  pen_code(&page, "nor here");
  assert_ok(latex_write(&page.latex));
  char *text = written("accuracy-of-each-class.tex");
  assert_has(text, "% a run: written by cassette report --latex");
  assert_string_equal(strchr(text, '\n') + 1,
                      "\\begin{tabular}{lr}\n\\toprule\n"
                      "class \\& \\textless{}co\\textgreater{} & share \\\\\n"
                      "\\midrule\n"
                      "Bus & 61.3 \\% \\\\\n"
                      "\\textbf{mean} & -- \\\\\n"
                      "\\bottomrule\n\\end{tabular}\n");
  cst_free(text);
  text = written("report.tex");
  assert_has(text, "\\caption{Accuracy of each class.}\n\\label{tab:accuracy-of-each-class}\n"
                   "\\input{accuracy-of-each-class}\n");
  assert_null(strstr(text, "outside"));
  cst_free(text);
}

static void names_are_nothing_but_names(void **state)
{
  static const struct {
    const char *name, *cell;
  } cases[] = {{"100 % \\input{/etc/passwd}", "100 \\% \\textbackslash{}input\\{/etc/passwd\\}"},
               {"a_b^c~d", "a\\_b\\textasciicircum{}c\\textasciitilde{}d"},
               {"$x$ #1 {y", "\\$x\\$ \\#1 \\{y"},
               {"[2cm] *", "{[}2cm{]} {*}"},
               {"line\nbreak\t", "line break "},
               {"Xi'an é 城", "Xi'an é 城"},
               {"a|\"b\"", "a\\textbar{}\\textquotedbl{}b\\textquotedbl{}"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char want[256];
    fill("T", cases[i].name);
    snprintf(want, sizeof want, "\n%s & 61.3", cases[i].cell);
    assert_has(page.latex.table[i].text.data, want);
  }
}

static void equal_titles_have_files_of_their_own(void **state)
{
  (void)state;
  fill("Runs", "a");
  fill("Runs", "b");
  fill("Runs of 2", "c");
  fill("Runs", "d");
  for (size_t i = 0; i < 4; i++)
    for (size_t j = 0; j < i; j++)
      assert_string_not_equal(page.latex.table[i].name, page.latex.table[j].name);
  assert_string_equal(page.latex.table[0].name, "runs");
  assert_ok(latex_write(&page.latex));
  char *text = written("runs-2.tex");
  assert_has(text, "\nb & ");
  cst_free(text);
}

static void not_asked_for_there_is_none(void **state)
{
  (void)state;
  cst_free(page.latex.dir);
  page.latex.dir = NULL;
  fill("Runs", "a");
  assert_int_equal(page.latex.tables, 0);
  assert_null(page.latex.row.data);
  assert_ok(latex_write(&page.latex));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_table_is_a_tabular, begin, end),
      cmocka_unit_test_setup_teardown(names_are_nothing_but_names, begin, end),
      cmocka_unit_test_setup_teardown(equal_titles_have_files_of_their_own, begin, end),
      cmocka_unit_test_setup_teardown(not_asked_for_there_is_none, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
