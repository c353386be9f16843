/* Marks and encodings that editors leave, and names that YAML may take for something else. */
#include "cassette/config.h"
#include "cassette/memory.h"
#include "support/test_support.h"

#include <stdio.h>
#include <string.h>

#define MARK "\xEF\xBB\xBF"

static cst_config *parse_ok(const char *text)
{
  cst_config *config = NULL;
  assert_ok(cst_config_parse(text, strlen(text), "memory.yaml", &config));
  return config;
}

static void assert_refused(const char *text, size_t bytes, const char *fragment)
{
  cst_config *config = NULL;
  assert_fails(cst_config_parse(text, bytes, "memory.yaml", &config), CST_ERR_USAGE, fragment);
  assert_null(config);
}

/* Two or more top-level keys: the mark must not be taken for an indentation of the first. */
static void a_mark_is_no_text(void **state)
{
  static const char *const starts[] = {"", "# comment first\n", "---\n", "\r\n"};
  char text[256];

  (void)state;
  for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
    snprintf(text, sizeof text, MARK "%sdataset: {root: d}\r\nname: marked\r\nseed: 3\r\n",
             starts[i]);
    cst_config *c = parse_ok(text);
    assert_string_equal(c->name, "marked");
    assert_int_equal(c->seed, 3);
    cst_config_destroy(&c);
  }
  assert_int_equal(cst_memory_blocks(), 0);
}

static void columns_do_not_count_the_mark(void **state)
{
  (void)state;
  static const char first[] = MARK "sed: 3\ndataset: {root: d}\n",
                    value[] = MARK "seed: no\ndataset: {root: d}\n",
                    inside[] = "dataset: {root: d}\n" MARK "seed: 3\n", nothing[] = MARK;
  assert_refused(first, sizeof first - 1, "memory.yaml:1:1: ");
  assert_refused(value, sizeof value - 1, "memory.yaml:1:7: ");
  assert_refused(inside, sizeof inside - 1, "memory.yaml:2:1: byte-order mark");
  assert_refused(nothing, sizeof nothing - 1, "holds no keys");
}

static void utf16_is_named(void **state)
{
  (void)state;
  static const char little[] = "\xFF\xFEs\0e\0e\0d\0:\0 \0003\0", big[] = "\xFE\xFF\0s\0e\0e\0d\0:";
  assert_refused(little, sizeof little - 1, "memory.yaml: is UTF-16: save the file as UTF-8 text");
  assert_refused(big, sizeof big - 1, "memory.yaml: is UTF-16: save the file as UTF-8 text");
}

static void names_in_lists_are_text(void **state)
{
  static const char *const names[] = {"Null",       "null", "NULL", "~",       "yes",
                                      "No",         "on",   "true", "1.0",     "007",
                                      "2024-01-01", "0x1F", ".inf", "12:30:45"};
  enum { N = sizeof names / sizeof *names };
  cst_text list = {0}, text = {0}, again = {0};

  (void)state;
  for (size_t i = 0; i < N; i++) cst_text_add(&list, "%s%s", i ? ", " : "", names[i]);
  cst_text_add(&text,
               "dataset: {root: d, layout: csv, classes: [%s]}\n"
               "split: {protocol: groups, groups: {Null: [%s], ~: [a], 1.0: [b]}, held_out: [Null, "
               "~, 1.0]}\n",
               list.data, list.data);
  cst_config *c = parse_ok(text.data);
  assert_int_equal(c->dataset.classes.n, N);
  assert_int_equal(c->split.groups.members[0].n, N);
  for (size_t i = 0; i < N; i++) {
    assert_string_equal(c->dataset.classes.item[i], names[i]);
    assert_string_equal(c->split.groups.members[0].item[i], names[i]);
  }
  assert_string_equal(c->split.groups.name[0], "Null");
  assert_string_equal(c->split.held_out.item[1], "~");

  assert_ok(cst_config_text(c, &again)); /* the resolved file says the same */
  cst_config *d = parse_ok(again.data);
  assert_string_equal(d->split.groups.name[1], "~");
  assert_string_equal(d->dataset.classes.item[0], "Null");
  cst_config_destroy(&c);
  cst_config_destroy(&d);
  cst_text_reset(&list);
  cst_text_reset(&text);
  cst_text_reset(&again);
  assert_int_equal(cst_memory_blocks(), 0);
}

static void overrides_read_names_the_same_way(void **state)
{
  static const char *const overrides[] = {"split.held_out=[Null, 2024-01-01]"};
  static const char text[] = MARK "dataset: {root: d}\nseed: 1\n";
  char path[4200];
  cst_config *c = NULL;

  (void)state;
  snprintf(path, sizeof path, "%s/c.yaml", test_temp_dir());
  test_write_file(path, text, sizeof text - 1);
  assert_ok(cst_config_read(path, 1, overrides, &c));
  assert_string_equal(c->split.held_out.item[0], "Null");
  assert_string_equal(c->split.held_out.item[1], "2024-01-01");
  cst_config_destroy(&c);
}

static void a_single_name_must_be_quoted(void **state)
{
  (void)state;
  static const char bare[] = "name: Null\ndataset: {root: d}\n",
                    nothing[] = "dataset: {root: d, classes: [a, ]}\n"
                                "split: {held_out: [,]}\n";
  assert_refused(bare, sizeof bare - 1, "write \"Null\" if it is a name");
  assert_refused(nothing, sizeof nothing - 1, "memory.yaml:2:");
  cst_config *c = parse_ok("name: 'Null'\ndataset: {root: d}\n");
  assert_string_equal(c->name, "Null");
  cst_config_destroy(&c);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_mark_is_no_text),
      cmocka_unit_test(columns_do_not_count_the_mark),
      cmocka_unit_test(utf16_is_named),
      cmocka_unit_test(names_in_lists_are_text),
      cmocka_unit_test(overrides_read_names_the_same_way),
      cmocka_unit_test(a_single_name_must_be_quoted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
