/* Delimited tables: what is read, what is refused and how, and that random damage does neither
 * crash nor leak. */
#include "cassette/table.h"

#include "cassette/random.h"
#include "cassette/utf8.h"
#include "made.h"

static cst_table *parse(const char *text, char delimiter)
{
  cst_table *t = NULL;
  assert_ok(cst_table_parse(text, strlen(text), "t.csv", delimiter, &t));
  return t;
}

static void assert_field(const cst_table *t, size_t row, int column, const char *want)
{
  assert_string_equal(cst_table_field(t, row, column), want);
}

static void line_ends_and_mark_make_no_difference(void **state)
{
  (void)state;
  static const char *const same[] = {
      "a,b\n1,2\n3,\n",
      "\xEF\xBB\xBF"
      "a,b\n1,2\n3,\n",
      "a,b\r\n1,2\r\n3,\r\n",
      "a,b\r\n1,2\n3,",
      "a,b\r1,2\r3,\r",
      "\n\na,b\n\n1,2\n  \n3,\n\n",
      " a , b \n 1 ,\t2\n3  , \n",
      "\"a\",\"b\"\n\"1\",\"2\"\n\"3\",\"\"\n",
      "a\tb\n1\t2\n3\t\n",
      "a\tb\r\n1\t2\n3\t\r\n",
      "a;b\n1;2\n3;\n",
      "sep=;\r\na;b\r\n1;2\r\n3;\r\n",
      "\xEF\xBB\xBF"
      "\"sep=,\"\r\na,b\r\n1,2\r\n3,\r\n",
      "a,b\n1,2,,\n3,,\n",
      "a,b,,\n1,2,,\n3,,,\n",
      ",,,\na,b\n1,2\n,\n3,\n,,\n,\n",
  };
  int column;
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    cst_table *t = parse(same[i], 0);
    assert_int_equal(cst_table_rows(t), 2);
    assert_ok(cst_table_find(t, "b", &column));
    assert_int_equal(column, 1);
    assert_field(t, 0, 0, "1");
    assert_field(t, 0, 1, "2");
    assert_field(t, 1, 0, "3");
    assert_field(t, 1, 1, "");
    cst_table_destroy(&t);
  }
}

static void quotes_keep_delimiters_quotes_and_lines(void **state)
{
  (void)state;
  cst_table *t = parse("n,v\nx,\"a,b\"\ny,\"a \"\"b\"\"\"\nz,\"two\r\n\r\nlines\"\nw,Xi'an\n", 0);
  assert_field(t, 0, 1, "a,b");
  assert_field(t, 1, 1, "a \"b\"");
  assert_field(t, 2, 1, "two\r\n\r\nlines");
  assert_field(t, 3, 1, "Xi'an");
  assert_int_equal(cst_table_line(t, 2), 4);
  assert_int_equal(cst_table_line(t, 3), 7); /* the row before runs over three lines */
  cst_table_destroy(&t);
}

static void lines_are_those_of_the_file(void **state)
{
  (void)state;
  cst_table *t = parse("\r\nn\r\n\r\n\r\na\nb\rc\n\nd", ',');
  static const size_t want[] = {5, 6, 7, 9};
  assert_int_equal(cst_table_rows(t), 4);
  for (size_t i = 0; i < 4; i++) assert_int_equal(cst_table_line(t, i), want[i]);
  cst_table_destroy(&t);
}

/* With a given comma a tab is part of a field's surroundings, with a tab a comma is text. */
static void delimiter_is_found_or_given(void **state)
{
  (void)state;
  cst_table *t = parse("a\tb\n1,5\t2\n", 0);
  assert_field(t, 0, 0, "1,5");
  cst_table_destroy(&t);
  t = parse("a;b;\"c,d\"\n1,5;2;\"x;y\"\n", 0);
  assert_field(t, 0, 0, "1,5");
  assert_field(t, 0, 2, "x;y");
  cst_table_destroy(&t);
  t = parse("sep=|\na;b|c\n1|2\n", 0);
  assert_string_equal(cst_table_heading(t, 0), "a;b");
  assert_int_equal(cst_table_line(t, 0), 3);
  cst_table_destroy(&t);
  t = parse("a,b\n1,x y\n", ',');
  assert_field(t, 0, 1, "x y");
  cst_table_destroy(&t);
}

static void bad_tables_are_refused_with_place(void **state)
{
  (void)state;
  static const struct {
    const char *text, *message;
    size_t bytes; /* 0: as the text says */
  } bad[] = {
      {"", "t.csv: the table is empty", 0},
      {"\xEF\xBB\xBF", "t.csv: the table is empty", 0},
      {" \r\n \n\t\n", "t.csv: the table is empty", 0},
      {"a,b\n", "t.csv: only a header", 0},
      {"a,b", "t.csv: only a header", 0},
      {"a,b\n,\n", "t.csv: only a header", 0},
      {"a,b,a\n1,2,3\n", "t.csv:1: column 'a' is there twice", 0},
      {"a,b\n1,2\n\n1\n", "t.csv:4: 1 fields where the header has 2", 0},
      {"a,b\r\n1,2,3\r\n", "t.csv:2: 3 fields where the header has 2", 0},
      {"a\tb\n1,2\n", "t.csv:2: 1 fields", 0},
      {"a,b\n1,2,,3\n", "t.csv:2: 4 fields where the header has 2", 0},
      {"a,b\r1,2\r1,\xFF\r", "t.csv:3: byte 0xff", 0},
      {"sep=;\na;b\n1\n", "t.csv:3: 1 fields where the header has 2", 0},
      {"a\0,\0b\0\n\0", "t.csv:1: a NUL byte; this is UTF-16", 8},
      {"a,b\n1,\0002\n", "t.csv:2: a NUL byte", 9},
      {"a,b\n1,\xFF\n", "t.csv:2: byte 0xff is not UTF-8", 0},
      {"a,b\n1,2\n1,\xC3", "t.csv:3: byte 0xc3 is not UTF-8", 0},
      {"a,b\n\xC0\xAF,2\n", "t.csv:2: byte 0xc0", 0},         /* overlong */
      {"a,b\n\xED\xA0\x80,2\n", "t.csv:2: byte 0xed", 0},     /* surrogate */
      {"a,b\n\xF4\x90\x80\x80,2\n", "t.csv:2: byte 0xf4", 0}, /* above U+10FFFF */
      {"a,b\n\xE0\x9F\xBF,2\n", "t.csv:2: byte 0xe0", 0},     /* overlong */
      {"a,b\n\xF0\x8F\xBF\xBF,2\n", "t.csv:2: byte 0xf0", 0}, /* overlong */
      {"a,b\n\xE2\x82,2\n", "t.csv:2: byte 0xe2", 0},         /* cut short */
      {"a,b\n\x80,2\n", "t.csv:2: byte 0x80", 0},             /* starts in the middle */
      {"\xFF\xFE"
       "a\0,\0",
       "t.csv:1: this is UTF-16", 6},
      {"a,b\n1,2\n3,\"x\n4,5\n", "t.csv:3: a quote in the wrong place or never closed", 0},
      {"a,b\n1,x\"y\n", "t.csv:2: a quote in the wrong place", 0},
      {"a,b\n1,\"x\"y\n", "t.csv:2: a quote in the wrong place", 0},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    cst_table *t = (cst_table *)state;
    const size_t bytes = bad[i].bytes ? bad[i].bytes : strlen(bad[i].text);
    assert_fails(cst_table_parse(bad[i].text, bytes, "t.csv", 0, &t), CST_ERR_DATA, bad[i].message);
    assert_null(t);
  }
}

static void a_quote_left_open_is_found_where_it_opens(void **state)
{
  (void)state;
  cst_text text = {0};
  cst_table *t;
  cst_text_add(&text, "a,b\n1,2\n1,\"2\n");
  for (int i = 0; i < 200000; i++) cst_text_add_bytes(&text, "1,2\n", 4);
  assert_fails(cst_table_parse(text.data, text.bytes, "t.csv", 0, &t), CST_ERR_DATA,
               "t.csv:3: a quote");
  cst_text_reset(&text);
  cst_text_add(&text, "a,b\n1,");
  for (int i = 0; i < 70000; i++) cst_text_add_bytes(&text, "x", 1);
  assert_fails(cst_table_parse(text.data, text.bytes, "t.csv", 0, &t), CST_ERR_DATA,
               "t.csv:2: field 2 has 70000 bytes");
  cst_text_reset(&text);
}

static void missing_columns_and_files_are_named(void **state)
{
  (void)state;
  int column;
  cst_table *t = parse("filename,label\nx,y\n", 0);
  assert_ok(cst_table_find(t, "scene_label", &column));
  assert_int_equal(column, -1);
  assert_fails(cst_table_need(t, "scene_label", &column), CST_ERR_DATA,
               "t.csv:1: no column 'scene_label'; present: filename, label");
  assert_ok(cst_table_need(t, "label", &column));
  assert_int_equal(column, 1);
  cst_table_destroy(&t);
  t = parse("filename|scene_label\nx|y\n", 0);
  assert_fails(cst_table_need(t, "filename", &column), CST_ERR_DATA, "separate the columns");
  cst_table_destroy(&t);
  t = parse("audio/a.wav,bus\naudio/b.wav,bus\n", 0);
  assert_fails(cst_table_need(t, "filename", &column), CST_ERR_DATA,
               "present: audio/a.wav, bus; is the header line missing?");
  cst_table_destroy(&t);
  t = parse("My table,,\nFilename,scene_label,\nx,y,\n", 0);
  assert_fails(cst_table_need(t, "filename", &column), CST_ERR_DATA,
               "present: My table; line 2 has it: remove what is above the header line");
  cst_table_destroy(&t);
  t = parse("file name,scene_labell\nx,y\n", 0);
  assert_fails(cst_table_need(t, "scene_label", &column), CST_ERR_DATA,
               "present: file name, scene_labell; is 'scene_labell' meant?");
  cst_table_destroy(&t);
  assert_fails(cst_table_read("/nonexistent/t.csv", 0, &t), CST_ERR_DATA, "/nonexistent/t.csv");
  assert_fails(cst_table_read("/", 0, &t), CST_ERR_DATA, "/");
}

/* As people write them; but one name is one column. */
static void columns_are_matched_as_they_read(void **state)
{
  (void)state;
  static const char *const same[] = {"scene_label", "Scene_Label",
                                     "SCENE LABEL", "scene-label",
                                     "sceneLabel",  "\xC2\xA0scene_label\xE2\x80\x8B"};
  int column;
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    char text[64];
    snprintf(text, sizeof text, "x,%s\n1,2\n", same[i]);
    cst_table *t = parse(text, 0);
    assert_ok(cst_table_need(t, "scene_label", &column));
    assert_int_equal(column, 1);
    cst_table_destroy(&t);
  }
  cst_table *t = parse("city,x,City \n1,2,3\n", 0);
  assert_fails(cst_table_find(t, "city", &column), CST_ERR_DATA,
               "t.csv:1: columns 'city' and 'City' both mean city; remove one");
  assert_ok(cst_table_find(t, "device", &column));
  assert_int_equal(column, -1);
  cst_table_destroy(&t);
}

static void fields_come_back_from_csv(void **state)
{
  (void)state;
  static const char *const fields[] = {"",           "plain", "Xi'an",     "a,b",   "\"",
                                       "a \"b\"",    " lead", "trail ",    "\ttab", "in\tside",
                                       "two\nlines", "\r",    "S\xC3\xA3o"};
  enum { N = sizeof fields / sizeof *fields };
  for (char delimiter = 0;; delimiter = ',') {
    cst_text text = {0};
    cst_text_add(&text, "first,value\n");
    for (int i = 0; i < N; i++) {
      cst_text_add(&text, "x,");
      cst_csv_add(&text, fields[i]);
      cst_text_add(&text, "\n");
    }
    cst_table *t = parse(text.data, delimiter);
    assert_int_equal(cst_table_rows(t), N);
    for (size_t i = 0; i < N; i++) assert_field(t, i, 1, fields[i]);
    cst_table_destroy(&t);
    cst_text_reset(&text);
    if (delimiter == ',') break;
  }
}

/* Damage a good table at random: it is read or refused with one line of valid text. */
static void random_damage_is_read_or_refused(void **state)
{
  (void)state;
  static const char good[] = "\xEF\xBB\xBF"
                             "filename,\"location\",scene_label\r\n\"a,1\",Xi'an,Bar\r\n"
                             "b,\"S\xC3\xA3o \"\"P\"\"\",\nc,,Bus\n";
  static const char nasty[] = {'"', ',', '\n', '\r', '\0', '\t', '\xFF', '\xC3', ' ', 'x'};
  size_t refused = 0;
  for (uint64_t trial = 0; trial < 20000; trial++) {
    const cst_random_key key = cst_random_key_make(1, CST_RANDOM_TEST, 0, trial, 0);
    char text[sizeof good];
    cst_table *t;
    memcpy(text, good, sizeof good);
    size_t n = sizeof good - 1;
    for (uint64_t i = 0; i < 1 + trial % 3; i++)
      text[cst_random_below(&key, 4 * i, (uint32_t)n)] =
          nasty[cst_random_below(&key, 4 * i + 2, sizeof nasty)];
    if (trial % 5 == 0) n = cst_random_below(&key, 1000, (uint32_t)n);
    const cst_status st = cst_table_parse(text, n, "t.csv", 0, &t);
    if (st != CST_OK) {
      refused++;
      assert_true(cst_utf8_plain(cst_message()));
      assert_fails(st, CST_ERR_DATA, "t.csv");
      assert_null(t);
    }
    cst_table_destroy(&t);
  }
  assert_in_range(refused, 5000, 19000);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(line_ends_and_mark_make_no_difference),
      cmocka_unit_test(quotes_keep_delimiters_quotes_and_lines),
      cmocka_unit_test(lines_are_those_of_the_file),
      cmocka_unit_test(delimiter_is_found_or_given),
      cmocka_unit_test(bad_tables_are_refused_with_place),
      cmocka_unit_test(a_quote_left_open_is_found_where_it_opens),
      cmocka_unit_test(missing_columns_and_files_are_named),
      cmocka_unit_test(columns_are_matched_as_they_read),
      cmocka_unit_test(fields_come_back_from_csv),
      cmocka_unit_test(random_damage_is_read_or_refused),
  };
  return cmocka_run_group_tests(tests, NULL, made_no_blocks);
}
