/* Memory that runs out while a document is read is not damage of the document. */
#include "support/test_support.h"

#include "cassette/json.h"
#include "cassette/memory.h"

#include <stdlib.h>
#include <string.h>

static long left = -1; /* allocations that still succeed; < 0: all do */

/* Linked in front of the C library's. */
void *__real_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes)
{
  if (left == 0) return NULL;
  if (left > 0) left--;
  return __real_malloc(bytes);
}

static int memory_back(void **state)
{
  left = -1;
  return test_release(state);
}

static void no_memory_is_no_damage(void **state)
{
  (void)state;
  static const char text[] =
      "{\"event\":\"epoch\",\"stage\":\"a name that is long enough\",\"list\":"
      "[1,2.5,true,null,\"text\",{\"a\":[]}],\"loss\":1.25e-3}";
  cst_json *json = NULL;
  size_t failures = 0;
  for (; !json; failures += !json) {
    left = (long)failures;
    const cst_status st = cst_json_parse(text, strlen(text), "metrics.jsonl", &json);
    left = -1;
    if (!json) assert_fails(st, CST_ERR_INTERNAL, "out of memory");
  }
  assert_true(failures > 20);
  assert_near(cst_json_get_number(json, "loss", 0.0), 1.25e-3, 0.0, "loss");
  cst_json_destroy(&json);
}

static void damage_is_named(void **state)
{
  (void)state;
  static const char *const bad[] = {"",      "{",     "{\"a\":}", "{\"a\":1,\"a\":2}",
                                    "[1 2]", "1e999", "\"\xff\""};
  cst_json *json = NULL;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_fails(cst_json_parse(bad[i], strlen(bad[i]), "metrics.jsonl", &json), CST_ERR_DATA,
                 "metrics.jsonl:");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(no_memory_is_no_damage, memory_back),
      cmocka_unit_test_teardown(damage_is_named, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
