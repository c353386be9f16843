/*
 * What every layout must keep, on an example of each: data/layouts/NAME has tables, and in clips.txt
 * what they say, "file|set|part|scene|city|session|device" in the order of the clips.
 */
#include "cassette/dataset.h"
#include "cassette/log.h"

#include "made.h"

#define EXAMPLES CST_TEST_DIR "/data/layouts/"

/* How a copy of the example differs. */
typedef enum { AS_IT_IS, FROM_WINDOWS, UPSIDE_DOWN, ROW_TWICE, NO_FILENAMES } change;

static char *read_text(const char *path)
{
  char *text = NULL;
  size_t bytes;
  if (!cst_file_exists(path)) fail_msg("there is no %s", path);
  assert_ok(cst_file_read(path, &text, &bytes));
  return text;
}

/* The lines of `text`, which it is cut into. */
static size_t cut(char *text, char *line[64])
{
  size_t n = 0;
  for (char *rest = text, *at; (at = strsep(&rest, "\n"));)
    if (*at) {
      assert_true(n < 64);
      line[n++] = at;
    }
  return n;
}

static void write_changed(const char *path, char *text, change how)
{
  char *line[64];
  const size_t n = cut(text, line);
  const char *end = how == FROM_WINDOWS ? "\r\n" : "\n";
  cst_text out = {0};
  assert_true(n >= 2);
  for (char *c = line[0]; how == NO_FILENAMES && *c; c++) /* whatever they are called */
    if (c == line[0] || strchr(",;\t", c[-1])) *c = 'z';
  cst_text_add(&out, "%s%s%s", how == FROM_WINDOWS ? "\xEF\xBB\xBF" : "", line[0], end);
  for (size_t i = 1; i < n; i++)
    cst_text_add(&out, "%s%s", line[how == UPSIDE_DOWN ? n - i : i], end);
  if (how == ROW_TWICE) cst_text_add(&out, "%s\n", line[1]);
  test_write_file(path, out.data, out.bytes);
  cst_text_reset(&out);
}

typedef struct {
  const char *from, *to;
  change how;
} copying;

static cst_status copy_table(void *context, const char *relative)
{
  const copying *c = context;
  if (!strstr(relative, ".csv")) return CST_OK;
  char *from = cst_path_join(c->from, relative), *to = cst_path_join(c->to, relative);
  char *text = read_text(from), *parent = cst_path_dir(to);
  assert_ok(cst_make_dirs(parent));
  write_changed(to, text, c->how);
  cst_free(parent);
  cst_free(text);
  cst_free(from);
  cst_free(to);
  return CST_OK;
}

static const char *changed(const char *layout, change how)
{
  const char *dir = test_temp_dir();
  char *from = cst_path_join(EXAMPLES, layout);
  assert_ok(cst_walk(from, copy_table, &(copying){from, dir, how}));
  cst_free(from);
  return dir;
}

static const char *name_of(const cst_names *names, int index)
{
  return index == CST_NONE ? "" : names->item[index];
}

static void add_clip(const cst_dataset *d, const cst_clip *c, cst_text *out)
{
  static const char *const sets[] = {"development", "evaluation", "pretrain"};
  static const char *const parts[] = {"", "train", "evaluate"};
  cst_text_add(out, "%s|%s|%s|%s|%s|%s|%s\n", c->id, sets[c->set], parts[c->part],
               name_of(&d->scenes, c->scene), name_of(&d->cities, c->city),
               name_of(&d->sessions, c->session), name_of(&d->devices, c->device));
}

static char *expected(const char *layout)
{
  char path[MADE_PATH];
  snprintf(path, sizeof path, EXAMPLES "%s/clips.txt", layout);
  return read_text(path);
}

#define EACH_LAYOUT(name) for (const char *const *name = cst_layout_names(); *name; name++)

static void examples_are_read_as_they_say(void **state)
{
  (void)state;
  EACH_LAYOUT(name)
  for (change how = AS_IT_IS; how <= FROM_WINDOWS; how++) {
    char *want = expected(*name);
    cst_dataset *d = made_read(*name, changed(*name, how));
    cst_text got = {0};
    for (size_t i = 0; i < d->n; i++) add_clip(d, &d->clip[i], &got);
    assert_string_equal(got.data, want);
    cst_text_reset(&got);
    cst_dataset_destroy(&d);
    cst_free(want);
  }
}

/* An example without these would show nothing of the layout. */
static void examples_have_a_label_and_a_session_of_several_clips(void **state)
{
  (void)state;
  EACH_LAYOUT(name)
  {
    cst_dataset *d = made_read(*name, changed(*name, AS_IT_IS));
    size_t labelled = 0;
    for (size_t i = 0; i < d->n; i++) labelled += d->clip[i].scene != CST_NONE;
    if (!labelled || d->sessions.n == d->n)
      fail_msg("%s: %zu labels, %zu sessions of %zu clips", *name, labelled, d->sessions.n, d->n);
    cst_dataset_destroy(&d);
  }
}

static void the_order_of_rows_changes_no_clip(void **state)
{
  (void)state;
  EACH_LAYOUT(name)
  {
    char *want = expected(*name), *line[64];
    cst_dataset *d = made_read(*name, changed(*name, UPSIDE_DOWN));
    cst_text got = {0};
    for (size_t i = 0; i < d->n; i++) add_clip(d, &d->clip[i], &got);
    const size_t n = cut(want, line);
    assert_int_equal(n, d->n);
    for (size_t i = 0; i < n; i++)
      if (!strstr(got.data, line[i])) fail_msg("%s: %s is not in\n%s", *name, line[i], got.data);
    cst_text_reset(&got);
    cst_dataset_destroy(&d);
    cst_free(want);
  }
}

static void manifests_say_the_same(void **state)
{
  (void)state;
  EACH_LAYOUT(name)
  {
    cst_dataset *d = made_read(*name, changed(*name, AS_IT_IS)), *back = NULL;
    cst_text text = {0}, again = {0};
    assert_ok(cst_dataset_text(d, &text));
    assert_ok(cst_dataset_parse(text.data, text.bytes, "manifest.csv", &back));
    assert_ok(cst_dataset_text(back, &again));
    assert_string_equal(again.data, text.data);
    cst_text_reset(&text);
    cst_text_reset(&again);
    cst_dataset_destroy(&d);
    cst_dataset_destroy(&back);
  }
}

static void assert_refused(const char *layout, const char *root, const char *message)
{
  cst_dataset *d = NULL;
  const cst_dataset_source source = {.layout = layout, .root = root};
  assert_fails(cst_dataset_read(&source, &d), CST_ERR_DATA, message);
  assert_null(d);
}

static void what_is_no_such_set_is_refused(void **state)
{
  (void)state;
  EACH_LAYOUT(name)
  {
    assert_refused(*name, changed(*name, ROW_TWICE), "is already in line 2; remove one");
    assert_refused(*name, changed(*name, NO_FILENAMES), "no column '");
    assert_refused(*name, test_temp_dir(), "dataset.metadata");
    assert_refused(*name, "/nonexistent/root", "/nonexistent/root: no such directory");
  }
  cst_dataset *d = NULL;
  assert_fails(cst_dataset_read(&(cst_dataset_source){.layout = "parquet", .root = "."}, &d),
               CST_ERR_USAGE, "parquet: no layout of that name");
}

static void every_layout_is_documented(void **state)
{
  (void)state;
  char *document = read_text(CST_TEST_DIR "/../docs/data.md"), row[64];
  EACH_LAYOUT(name)
  {
    snprintf(row, sizeof row, "\n| `%s` |", *name);
    if (!strstr(document, row)) fail_msg("docs/data.md has no row %s", row + 1);
  }
  cst_free(document);
}

int main(void)
{
  cst_log_set_level(CST_LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_layout_is_documented),
      cmocka_unit_test(examples_are_read_as_they_say),
      cmocka_unit_test(examples_have_a_label_and_a_session_of_several_clips),
      cmocka_unit_test(the_order_of_rows_changes_no_clip),
      cmocka_unit_test(manifests_say_the_same),
      cmocka_unit_test(what_is_no_such_set_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, made_no_blocks);
}
