/* Names as components of paths: readable where they are plain, never two alike. */
#include "support/test_support.h"

#include "cassette/file.h"

#include <stdio.h>
#include <string.h>

static void plain_names_are_themselves(void **state)
{
  static const char *const names[] = {"Aldermoor", "A_b", "New-York", "official",
                                      "7",         "-",   "_",        "A-student"};
  char out[CST_SAFE_NAME_BYTES], longest[CST_SAFE_NAME_BYTES];
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    cst_safe_name(names[i], out);
    assert_string_equal(out, names[i]);
  }
  memset(longest, 'x', sizeof longest - 1);
  longest[sizeof longest - 1] = '\0';
  cst_safe_name(longest, out);
  assert_string_equal(out, longest);
}

static void others_keep_what_can_be_read(void **state)
{
  char out[CST_SAFE_NAME_BYTES];
  (void)state;
  cst_safe_name("Xi'an", out);
  assert_memory_equal(out, "Xi_an.", 6);
  assert_int_equal(strlen(out), 6 + 16);
  cst_safe_name("北京", out);
  assert_memory_equal(out, "_.", 2);
}

/* Whatever it is, it stays below its directory and is not hidden there. */
static void they_are_components(void **state)
{
  static const char *const names[] = {"", ".", "..", "/", "../x", "a/b", ".hidden", "a\nb", "\xff"};
  char out[CST_SAFE_NAME_BYTES];
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    cst_safe_name(names[i], out);
    assert_true(out[0] != '\0' && out[0] != '.');
    assert_null(strpbrk(out, "/\n\xff"));
    assert_true(strlen(out) < CST_SAFE_NAME_BYTES);
  }
}

/* Each name's safe name is in the list, too: none is another's. */
static void they_stay_different(void **state)
{
  enum { GIVEN = 28, ALL = 2 * GIVEN };
  static char name[ALL][400]; /* those given, then the safe names of each */
  static const char *const short_names[] = {"北京",      "上海", "广州",  "",      ".",     "..",
                                            "_",         "__",   "A b",   "A_b",   "A.b",   "A\tb",
                                            "A  b",      "A__b", "Xi'an", "Xi_an", "Xi’an", "Paris",
                                            "A-student", "A",    "a/b",   "a//b"};
  char out[ALL][CST_SAFE_NAME_BYTES];
  size_t n = 0;
  (void)state;
  for (; n < sizeof short_names / sizeof *short_names; n++)
    snprintf(name[n], sizeof *name, "%s", short_names[n]);
  for (int length = 62; n < GIVEN; length++) snprintf(name[n++], sizeof *name, "%0*d", length, 1);
  snprintf(name[GIVEN - 1], sizeof *name, "%0300d", 1);
  snprintf(name[GIVEN - 2], sizeof *name, "%0300d", 2);
  for (size_t i = 0; i < GIVEN; i++) {
    cst_safe_name(name[i], out[i]);
    memcpy(name[GIVEN + i], out[i], sizeof *out);
  }
  for (size_t i = 0; i < ALL; i++) {
    cst_safe_name(name[i], out[i]);
    for (size_t j = 0; j < i; j++)
      if (strcmp(name[i], name[j]) != 0 && strcmp(out[i], out[j]) == 0)
        fail_msg("'%s' and '%s' are both '%s'", name[i], name[j], out[i]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plain_names_are_themselves),
      cmocka_unit_test(others_keep_what_can_be_read),
      cmocka_unit_test(they_are_components),
      cmocka_unit_test(they_stay_different),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
