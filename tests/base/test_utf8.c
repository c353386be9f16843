/* Text that is well formed, and the forms in which names are compared. */
#include "cassette/memory.h"
#include "cassette/utf8.h"

#include "support/test_support.h"

#include <string.h>

#define E_ACUTE "\xC3\xA9" /* U+00E9 */
#define ACUTE   "\xCC\x81" /* U+0301 */
#define NBSP    "\xC2\xA0"
#define SHY     "\xC2\xAD"
#define ZWSP    "\xE2\x80\x8B"
#define ZWNJ    "\xE2\x80\x8C"
#define RLM     "\xE2\x80\x8F"
#define IDSP    "\xE3\x80\x80" /* ideographic space */
#define BOM     "\xEF\xBB\xBF"

typedef struct {
  const char *text, *want;
} form;

static void assert_forms(char *(*make)(const char *), const form *forms, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    char *got = make(forms[i].text);
    assert_non_null(got);
    if (strcmp(got, forms[i].want) != 0)
      fail_msg("row %zu: '%s' became '%s', not '%s'", i, forms[i].text, got, forms[i].want);
    cst_free(got);
  }
}

static void names_that_look_alike_have_one_form(void **state)
{
  (void)state;
  static const form forms[] = {
      {"", ""},
      {"park", "park"},
      {" Shopping mall\t", "Shopping mall"},
      {"Shopping" NBSP "mall" NBSP, "Shopping mall"},
      {"Shopping \t  mall", "Shopping mall"},
      {IDSP "\xE5\x8C\x97\xE4\xBA\xAC", "\xE5\x8C\x97\xE4\xBA\xAC"},
      {BOM "A" ZWSP, "A"},
      {RLM "pa" SHY "rk", "park"},
      {ZWSP NBSP ZWNJ, ""},
      {"Cafe" ACUTE, "Caf" E_ACUTE},
      {"Caf" E_ACUTE, "Caf" E_ACUTE},
      {"Cafe" ZWSP ACUTE, "Caf" E_ACUTE}, /* composes once nothing stands between */
      {"a" ZWNJ "b", "a" ZWNJ "b"},       /* a word of its own in Persian */
      {ZWNJ "a" ZWNJ " b" ZWNJ, "a b"},
      {"Xi'an", "Xi'an"},
      {"a\xFF", "a\xFF"}, /* no UTF-8: as it is */
  };
  assert_forms(cst_utf8_name, forms, sizeof forms / sizeof *forms);
}

static void composing_changes_nothing_else(void **state)
{
  (void)state;
  static const form forms[] = {
      {"", ""},
      {" a" ZWSP ".wav ", " a" ZWSP ".wav "},
      {"Cafe" ACUTE ".wav", "Caf" E_ACUTE ".wav"},
      {"\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C"}, /* Hangul */
  };
  assert_forms(cst_utf8_composed, forms, sizeof forms / sizeof *forms);
}

static void folding_leaves_what_names_have_in_common(void **state)
{
  (void)state;
  static const form forms[] = {
      {"Scene-Label", "scenelabel"},
      {" scene" NBSP "label", "scenelabel"},
      {"SCENE_LABEL" ZWSP, "scenelabel"},
      {"CAF" E_ACUTE, "cafe"},
      {"Cafe" ACUTE, "cafe"},
      {"STRASSE", "strasse"},
      {"stra\xC3\x9F"
       "e",
       "strasse"},
      {"\xEF\xBC\xA1"
       "1",
       "a1"}, /* full width A */
      {"_", ""},
      {"\xFF"
       "A",
       "\xFF"
       "A"},
  };
  assert_forms(cst_utf8_folded, forms, sizeof forms / sizeof *forms);
}

static void malformed_and_control_characters_are_not_plain(void **state)
{
  (void)state;
  static const char *const plain[] = {"", "a b", "S\xC3\xA3o", "\xF0\x9F\x98\x80"};
  static const char *const odd[] = {"\t", "\x7F", "\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xE2\x82"};
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) assert_true(cst_utf8_plain(plain[i]));
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) assert_false(cst_utf8_plain(odd[i]));
  assert_int_equal(cst_utf8_width("S\xC3\xA3o"), 3);
}

static int no_blocks(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_that_look_alike_have_one_form),
      cmocka_unit_test(composing_changes_nothing_else),
      cmocka_unit_test(folding_leaves_what_names_have_in_common),
      cmocka_unit_test(malformed_and_control_characters_are_not_plain),
  };
  return cmocka_run_group_tests(tests, NULL, no_blocks);
}
