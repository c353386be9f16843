/* Text into HTML, and one text in two forms. */
#include "html.h"
#include "page.h"
#include "pen.h"
#include "svg.h"

#include "support/test_support.h"

#include <stdio.h>
#include <string.h>

static void escaping_leaves_no_markup(void **state)
{
  static const struct {
    const char *text, *want;
  } cases[] = {
      {"", ""},
      {"Xi'an", "Xi&#39;an"},
      {"Castel d'Or", "Castel d&#39;Or"},
      {"<b>", "&lt;b&gt;"},
      {"\"><script>alert(1)</script>", "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"},
      {"a & b &amp;", "a &amp; b &amp;amp;"},
      {"line\nbreak\ttab\x7f", "line break tab "},
      {"日本 é", "日本 é"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    cst_text out = {0};
    html_escape(&out, cases[i].text);
    assert_string_equal(out.data ? out.data : "", cases[i].want);
    cst_text_reset(&out);
  }
}

static void both_forms_say_the_same(void **state)
{
  pen page = {.draws = true};
  (void)state;
  pen_section(&page, "cities", "Cities");
  pen_table(&page, "Cities");
  pen_column(&page, 'l', "city");
  pen_column(&page, 'r', "a|b");
  pen_row(&page);
  pen_cell(&page);
  pen_name(&page, "<b>Har|bin");
  pen_cell(&page);
  pen_percent(&page, 0.612);
  pen_end_table(&page);
  pen_paragraph(&page);
  pen_strong(&page, true);
  pen_say(&page, "x < %d", 3);
  pen_strong(&page, false);
  pen_end_paragraph(&page);
  pen_list(&page);
  pen_item(&page);
  pen_code(&page, "a&b");
  pen_item(&page);
  pen_count(&page, 1234);
  pen_end_list(&page);
  pen_end_section(&page);
  assert_ok(pen_status(&page));
  assert_string_equal(page.md.data,
                      "\n## Cities\n\n| city | a\\|b |\n|---|---:|\n"
                      "| &lt;b&gt;Har\\|bin | 61.2 % |\n\n**x < 3**\n\n- `a&b`\n- 1,234\n");
  assert_string_equal(
      page.html.data,
      "<section id=\"cities\">\n<h2>Cities</h2>\n"
      "<div class=\"table\" role=\"region\" aria-label=\"Cities\" tabindex=\"0\"><table>\n"
      "<thead><tr><th scope=\"col\">city</th><th scope=\"col\" class=\"n\">a|b</th></tr></thead>\n"
      "<tbody>\n<tr><th scope=\"row\">&lt;b&gt;Har|bin</th><td class=\"n\">61.2&#160;%</td></tr>\n"
      "</tbody></table></div>\n<p><strong>x &lt; 3</strong></p>\n"
      "<ul>\n<li><code>a&amp;b</code></li>\n<li>1,234</li>\n</ul>\n</section>\n");
  assert_string_equal(page.contents.data, "<li><a href=\"#cities\">Cities</a></li>\n");
  pen_reset(&page);
}

/* A listing may hold what would end it. */
static void listings_cannot_be_left(void **state)
{
  pen page = {.draws = true};
  (void)state;
  pen_listing(&page, "text", "one\n```\n</code></pre>\n````");
  assert_non_null(strstr(page.md.data, "\n`````text\n"));
  assert_non_null(strstr(page.html.data, "one\n```\n&lt;/code&gt;&lt;/pre&gt;\n````\n</code>"));
  pen_reset(&page);
}

static const char drawing[] =
    "<?xml version=\"1.0\"?>\n<svg \n width=\"360\" height=\"200\"\n viewBox=\"0 0 360 200\"\n>\n"
    "<title>x</title>\n<desc>Produced</desc>\n<g id=\"gnuplot_canvas\">\n<defs>\n"
    "<circle id='gpDot' r='0.5'/>\n<filter id='textbox'></filter>\n</defs>\n"
    "<g fill=\"none\" color=\"white\">\n</g>\n"
    "<path stroke='rgb(  1,   1,   1)' fill=\"rgb(1,3,1)\" d='M1'/>\n"
    "<path stroke='rgb(  9,   1,   1)'/>\n"
    "<text>rgb(1,1,1) id=\"a\" &lt;b></text>\n%s</g>\n</svg>\n";

static void drawings_become_part_of_the_page(void **state)
{
  char svg[2048];
  cst_text out = {0};
  (void)state;
  snprintf(svg, sizeof svg, drawing, "");
  assert_true(svg_inline(svg, "one", "Title <1>", "What & why", &out));
  assert_non_null(strstr(out.data, "role=\"img\" aria-labelledby=\"one-title one-desc\""));
  assert_non_null(strstr(out.data, "<title id=\"one-title\">Title &lt;1&gt;</title>"));
  assert_non_null(strstr(out.data, "<desc id=\"one-desc\">What &amp; why</desc>"));
  assert_non_null(strstr(out.data, "stroke='var(--ink)' fill=\"var(--first)\""));
  assert_non_null(strstr(out.data, "rgb(  9,   1,   1)"));                      /* no stand-in */
  assert_non_null(strstr(out.data, "<text>rgb(1,1,1) id=\"a\" &lt;b></text>")); /* words stay */
  assert_null(strstr(out.data, "Produced"));
  assert_null(strstr(out.data, "gpDot"));
  assert_null(strstr(out.data, "textbox"));
  assert_null(strstr(out.data, "<?xml"));
  assert_null(strstr(out.data, "white")); /* an empty group */
  cst_text_reset(&out);

  snprintf(svg, sizeof svg, drawing, "<use xlink:href='#gpDot'/>\n");
  assert_true(svg_inline(svg, "two", "t", "d", &out));
  assert_non_null(strstr(out.data, "id='two-gpDot'"));
  assert_non_null(strstr(out.data, "'#two-gpDot'"));
  assert_null(strstr(out.data, "textbox"));
  cst_text_reset(&out);
}

static void other_text_is_no_drawing(void **state)
{
  static const char *const texts[] = {"", "gnuplot: error", "<svg>",
                                      "<svg viewBox=\"0 0 1 1\"><defs>",
                                      "<svg viewBox=\"0 0 x\"><defs></defs></svg>"};
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    cst_text out = {0};
    assert_false(svg_inline(texts[i], "id", "t", "d", &out));
    assert_null(out.data);
  }
}

/* Stand-ins on a page, what the style sheet says on paper, under the same names. */
static void colours_have_values_on_paper(void **state)
{
  static const char *const names[] = {"ink", "faint", "first", "second", "third", "paper"};
  cst_text page = {0}, paper = {0};
  (void)state;
  svg_add_colours(&page);
  svg_add_paper_colours(&paper);
  assert_non_null(
      strstr(page.data, "\nfirst = '#010301'\nsoft_first = '#a0010301'\nrgb_2 = 66305\n"));
  for (size_t c = 0; c < sizeof names / sizeof *names; c++) {
    char declared[32], line[64], rgb[8];
    snprintf(declared, sizeof declared, "--%s: ", names[c]);
    const char *at = strstr(page_style(), declared);
    assert_non_null(at);
    snprintf(rgb, sizeof rgb, "%s", at + strlen(declared));
    assert_int_equal(rgb[0], '#');
    snprintf(line, sizeof line, "%s = '%s'\n", names[c], rgb);
    assert_non_null(strstr(paper.data, line));
  }
  cst_text_reset(&page);
  cst_text_reset(&paper);
}

static void nothing_is_kept(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(escaping_leaves_no_markup),
      cmocka_unit_test(both_forms_say_the_same),
      cmocka_unit_test(listings_cannot_be_left),
      cmocka_unit_test(drawings_become_part_of_the_page),
      cmocka_unit_test(other_text_is_no_drawing),
      cmocka_unit_test(colours_have_values_on_paper),
      cmocka_unit_test(nothing_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
