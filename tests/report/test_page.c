/*
 * The page of a made run whose names are hostile: to HTML, to Markdown, and to gnuplot, which reads
 * its commands as a language.
 */
#include "cassette/report.h"

#include "cassette/file.h"
#include "figure.h"
#include "support/test_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CITY  "Xi'an<b>&amp;`touch HERE`'; system('touch HERE') #"
#define SCENE "\\\"%s %n @x {/Bold a}_b^c | </title></svg><script>alert(1)</script>"
/* the same as JSON */
#define CITY_JSON  CITY
#define SCENE_JSON "\\\\\\\"%s %n @x {/Bold a}_b^c | </title></svg><script>alert(1)</script>"

static const char metrics[] =
    "{\"protocol\": \"groups<i>\", \"macro_accuracy\": 0.6, \"ci95\": [0.5, 0.7], \"accuracy\": "
    "0.6,"
    "\"calibration_error\": 0.1, \"classes\": [\"Bus\", \"" SCENE_JSON "\"],"
    "\"class_accuracy\": {\"Bus\": 0.5, \"" SCENE_JSON "\": 0.7},"
    "\"confusion\": [[5, 5], [3, 7]], \"clips\": 20, \"sessions\": 9,"
    "\"calibration\": [{\"low\": 0, \"high\": 1, \"clips\": 20, \"confidence\": 0.7, \"accuracy\": "
    "0.6}],"
    "\"cells\": [{\"city\": \"" CITY_JSON "\", \"class\": \"" SCENE_JSON "\","
    " \"unseen\": {\"clips\": 8, \"correct\": 4}, \"seen\": {\"clips\": 2, \"correct\": 1},"
    " \"not_testable\": 0}],"
    "\"city_accuracy\": {\"" CITY_JSON "\": 0.6}, \"city_clips\": {\"" CITY_JSON "\": 20},"
    "\"folds\": [{\"name\": \"" CITY_JSON "\", \"macro_accuracy\": 0.6, \"ci95\": [0.5, 0.7],"
    "  \"validation_leakage\": 0, \"stages\": {\"finetune\": {\"macro_accuracy\": 0.5, "
    "\"updates\": "
    "40}, \"student\": {\"macro_accuracy\": 0.6, \"updates\": 120}}},"
    " {\"name\": \"other\", \"macro_accuracy\": 0.5, \"stages\": {\"finetune\": "
    "{\"macro_accuracy\": 0.5, \"updates\": 42}, \"student\": {\"macro_accuracy\": 0.5, "
    "\"updates\": 124}}}],"
    "\"not_testable\": [{\"fold\": \"" CITY_JSON "\", \"class\": \"Bus\", \"why\": \"<u>\"}]}";

static const char events[] =
    "{\"event\":\"epoch\",\"stage\":\"pre'train<b>\",\"train_loss\":1,\"validation_loss\":2,"
    "\"train_accuracy\":0.5,\"validation_macro_accuracy\":0.5,\"mask_rate\":0.5,\"kl\":0.2}\n"
    "{\"event\":\"epoch\",\"stage\":\"pre'train<b>\",\"train_loss\":0.5}\n"
    "{\"event\":\"pseudo-labels\",\"fold\":\"" CITY_JSON "\",\"round\":1,\"clips\":9,"
    "\"accuracy_against_sessions\":0.9,\"counts\":{\"Bus\":9}}\n";

static const char record[] =
    "{\"segments\": [{\"command\": \"cassette run '<b>&.yaml'\", \"ranks\": 2, \"threads\": 1,"
    "\"directory\": \"/tmp/<i>\", \"commit\": \"<s>\", \"libraries\": {\"<em>\": \"</table>\"},"
    "\"timings\": {\"train<\": {\"min\": 1, \"mean\": 2, \"max\": 3}}}]}";

static char run_dir[512], path_before[4096];

static void put(const char *name, const char *text)
{
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", run_dir, name);
  test_write_file(path, text, strlen(text));
}

static int make_run(void **state)
{
  (void)state;
  snprintf(path_before, sizeof path_before, "%s", getenv("PATH"));
  snprintf(run_dir, sizeof run_dir, "%s/a<b> & 'run'", test_temp_dir());
  assert_ok(cst_make_dirs(run_dir));
  put("metrics.json", metrics);
  put("metrics.jsonl", events);
  put("record.json", record);
  put("split.txt", "</pre><script>alert(2)</script>\n");
  put("manifest.csv", "clip,path,scene,city,session,device,set,status,part,class\n"
                      "<b>,,Bus,,s,,development,missing,,0\n");
  return 0;
}

static int remove_run(void **state)
{
  (void)state;
  setenv("PATH", path_before, 1);
  test_remove_dirs();
  return 0;
}

static char *report(void)
{
  static char *text; /* the compiler takes an automatic one for what it points to */
  char path[1024];
  size_t n;
  assert_ok(cst_report_run(run_dir, false));
  snprintf(path, sizeof path, "%s/report/report.html", run_dir);
  assert_ok(cst_file_read(path, &text, &n));
  assert_int_equal(strlen(text), n);
  return text;
}

static bool is_void(const char *name)
{
  return strcmp(name, "meta") == 0 || strcmp(name, "link") == 0 || strcmp(name, "!DOCTYPE") == 0;
}

/* Every element ends where it must: what a name smuggles in would stand out of line. */
static void assert_well_formed(const char *html)
{
  enum { DEPTH = 64, BYTES = 24 };
  char open[DEPTH][BYTES];
  size_t depth = 0;
  for (const char *at = strchr(html, '<'); at; at = strchr(at + 1, '<')) {
    const bool closes = at[1] == '/';
    const char *name = at + 1 + closes, *end = name + strcspn(name, " \n>/");
    const char *over = end;
    char word[BYTES], quote = 0;
    assert_true(end > name && (size_t)(end - name) < BYTES);
    snprintf(word, sizeof word, "%.*s", (int)(end - name), name);
    for (; *over && (quote || *over != '>'); over++) {
      if (!quote && (*over == '"' || *over == '\''))
        quote = *over;
      else if (*over == quote)
        quote = 0;
      if (*over == '<') fail_msg("an open tag before: %.60s", over);
    }
    assert_int_equal(*over, '>');
    if (closes) {
      if (depth == 0 || strcmp(open[depth - 1], word) != 0)
        fail_msg("</%s> closes <%s>: %.80s", word, depth ? open[depth - 1] : "", at);
      depth--;
    } else if (over[-1] != '/' && !is_void(word)) {
      assert_true(depth < DEPTH);
      memcpy(open[depth++], word, BYTES);
    }
  }
  if (depth) fail_msg("<%s> is left open", open[depth - 1]);
}

static void assert_lacks(const char *text, const char *fragment)
{
  const char *at = strstr(text, fragment);
  if (at) fail_msg("should not be there: %.100s", at);
}

static void assert_has(const char *text, const char *fragment)
{
  if (!strstr(text, fragment)) fail_msg("not there: %s", fragment);
}

/* What could ask the network for something, or run. */
static void assert_self_contained(const char *html)
{
  static const char *const fragments[] = {"<script", "http:",  "https:",  "src=", "url(",
                                          "@import", "onload", "<iframe", "<img"};
  for (size_t i = 0; i < sizeof fragments / sizeof *fragments; i++)
    assert_lacks(html, fragments[i]);
  assert_has(html, "Content-Security-Policy");
  assert_has(html, "default-src 'none'");
}

static void names_stay_names(const char *html)
{
  assert_well_formed(html);
  assert_self_contained(html);
  assert_has(html, "<h1>a&lt;b&gt; &amp; &#39;run&#39;</h1>");
  assert_has(html, "Xi&#39;an&lt;b&gt;&amp;amp;`touch HERE`");
  assert_has(html, "&lt;/title&gt;&lt;/svg&gt;&lt;script&gt;alert(1)");
  assert_has(html, "cassette run &#39;&lt;b&gt;&amp;.yaml&#39;");
  assert_has(html, "&lt;/pre&gt;&lt;script&gt;alert(2)");
  assert_has(html, "<li>&lt;b&gt;: missing</li>");
  assert_has(html, "<b>60.0 %</b> <span>Macro accuracy");
}

static void without_gnuplot_the_tables_remain(void **state)
{
  (void)state;
  setenv("PATH", "/nowhere", 1);
  char *html = report();
  names_stay_names(html);
  assert_has(html, "apt-get install gnuplot-nox");
  assert_lacks(html, "<figure");
  assert_lacks(html, "<details>"); /* nothing is folded away that has no figure */
  cst_free(html);
}

static void figures_are_drawn_and_safe(void **state)
{
  static const char *const figures[] = {"classes",       "confusion", "unseen",
                                        "seen",          "folds",     "reliability",
                                        "pseudo-labels", "training",  "strategy"};
  char here[1024], id[64];
  (void)state;
  if (!figure_possible()) skip();
  assert_int_equal(chdir(run_dir), 0);
  char *html = report();
  names_stay_names(html);
  assert_lacks(html, "could not be drawn");
  assert_lacks(html, "apt-get");
  for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
    snprintf(id, sizeof id, "<figure id=\"figure-%s\">", figures[i]);
    assert_has(html, id);
  }
  assert_has(html, "<text>Xi'an&lt;b>&amp;amp;`touch HER…</text>"); /* as gnuplot escapes it */
  assert_has(html, "Ticks: the fine-tuned model that came before the student, another model: 41 "
                   "optimiser updates, where the student made 122.");
  assert_has(html, "var(--first)");
  assert_lacks(html, "rgb(");
  snprintf(here, sizeof here, "%s/HERE", run_dir);
  assert_false(cst_file_exists(here)); /* gnuplot ran no command of ours */
  assert_int_equal(chdir("/"), 0);
  cst_free(html);
}

/* A gnuplot that fails spoils the figures, not the report. */
static void a_broken_gnuplot_is_told(void **state)
{
  static const char script[] = "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\n"
                               "echo 'no luck <here>' >&2\nexit 1\n";
  char bin[600], program[700];
  (void)state;
  snprintf(bin, sizeof bin, "%s/bin", run_dir);
  snprintf(program, sizeof program, "%s/gnuplot", bin);
  assert_ok(cst_make_dirs(bin));
  test_write_file(program, script, strlen(script));
  assert_int_equal(chmod(program, 0700), 0);
  setenv("PATH", bin, 1);
  char *html = report();
  names_stay_names(html);
  assert_has(html, "could not be drawn: no luck &lt;here&gt;");
  assert_lacks(html, "<figure");
  cst_free(html);
}

static void without_a_browser_there_is_no_pdf(void **state)
{
  (void)state;
  setenv("PATH", "/nowhere", 1);
  assert_fails(cst_report_pdf_check(), CST_ERR_USAGE, "apt-get install chromium");
}

static void nothing_is_kept(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

#define WITH_RUN(test) cmocka_unit_test_setup_teardown(test, make_run, remove_run)

int main(void)
{
  const struct CMUnitTest tests[] = {
      WITH_RUN(without_gnuplot_the_tables_remain), WITH_RUN(figures_are_drawn_and_safe),
      WITH_RUN(a_broken_gnuplot_is_told),          WITH_RUN(without_a_browser_there_is_no_pdf),
      cmocka_unit_test(nothing_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
