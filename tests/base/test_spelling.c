/* The likely meaning of a misspelt word. */
#include "cassette/spelling.h"

#include "support/test_support.h"

#include <string.h>

static void nearest_finds_slips_and_nothing_else(void **state)
{
  (void)state;
  static const char *const words[] = {"train", "prepare", "predict", "report", "run", "info"};
  static const struct {
    const char *word, *nearest;
  } cases[] = {{"trian", "train"},
               {"TRAIN", "train"},
               {"rum", "run"},
               {"inof", "info"},
               {"reprot", "report"},
               {"predcit", "predict"},
               {"prepaire", "prepare"},
               {"zzz", NULL},
               {"", NULL},
               {"x", NULL},
               {"test", NULL},
               {"evaluate", NULL},
               {"train", "train"}};

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *got = cst_nearest(cases[i].word, 6, words);
    if ((got == NULL) != (cases[i].nearest == NULL) || (got && strcmp(got, cases[i].nearest) != 0))
      fail_msg("'%s': got %s, want %s", cases[i].word, got ? got : "none",
               cases[i].nearest ? cases[i].nearest : "none");
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(nearest_finds_slips_and_nothing_else)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
