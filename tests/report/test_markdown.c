/* Pieces of Markdown, by example. */
#include "markdown.h"

#include "support/test_support.h"

#include <math.h>
#include <string.h>

static cst_text text;

static void assert_text(const char *want)
{
  assert_string_equal(text.data ? text.data : "", want);
  cst_text_reset(&text);
}

static void cells_cannot_break_a_table(void **state)
{
  (void)state;
  markdown_cell(&text, "a|b\nc\td");
  assert_text("a\\|b c d");
  markdown_cell(&text, "Xi'an 100 %s");
  assert_text("Xi'an 100 %s");
  markdown_cell(&text, "<script>alert(1)</script> & *b* [a](b) `c` \\d ~e~");
  assert_text(
      "&lt;script&gt;alert(1)&lt;/script&gt; &amp; \\*b\\* \\[a\\](b) \\`c\\` \\\\d \\~e\\~");
  markdown_cell(&text, "metro_station _edge_ a__b");
  assert_text("metro_station \\_edge\\_ a\\_\\_b");
  markdown_code(&text, "<b>|\n");
  assert_text("`<b>\\| `");
  markdown_code(&text, "a`b``c");
  assert_text("``` a`b``c ```");
  markdown_cell(&text, "");
  assert_text("");
}

static void shares_are_percentages(void **state)
{
  (void)state;
  markdown_percent(&text, 0.61349);
  assert_text("61.3 %");
  markdown_percent(&text, 1.0);
  assert_text("100.0 %");
  markdown_percent(&text, NAN);
  assert_text("–");
}

static void intervals_need_both_ends(void **state)
{
  static const struct {
    double interval[2];
    const char *want;
  } cases[] = {{{0.5, 0.625}, "50.0 to 62.5 %"}, {{NAN, 0.6}, "–"}, {{0.5, NAN}, "–"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    markdown_interval(&text, cases[i].interval);
    assert_text(cases[i].want);
  }
}

static void counts_have_thousands(void **state)
{
  static const struct {
    int64_t n;
    const char *want;
  } cases[] = {{0, "0"},
               {999, "999"},
               {1000, "1,000"},
               {123456, "123,456"},
               {INT64_MAX, "9,223,372,036,854,775,807"},
               {-1, "–"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    markdown_count(&text, cases[i].n);
    assert_text(cases[i].want);
  }
}

/* Never "60.0 s" nor "59 min 60 s". */
static void durations_round_into_the_next_unit(void **state)
{
  static const struct {
    double s;
    const char *want;
  } cases[] = {{0.0, "0.0 s"},         {59.94, "59.9 s"},        {59.96, "1 min 00 s"},
               {119.6, "2 min 00 s"},  {3599.4, "59 min 59 s"},  {3599.6, "1 h 00 min"},
               {7170.0, "2 h 00 min"}, {90000.0, "25 h 00 min"}, {NAN, "–"}};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    markdown_duration(&text, cases[i].s);
    assert_text(cases[i].want);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cells_cannot_break_a_table),
      cmocka_unit_test(shares_are_percentages),
      cmocka_unit_test(intervals_need_both_ends),
      cmocka_unit_test(counts_have_thousands),
      cmocka_unit_test(durations_round_into_the_next_unit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
