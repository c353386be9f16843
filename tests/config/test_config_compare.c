/* What two configurations have in common: values are compared, not lines; keys that do not affect
 * the bits of training may differ. */
#include "support/test_support.h"

#include "cassette/config.h"
#include "cassette/memory.h"

#include <string.h>

static cst_config *parse(const char *text)
{
  cst_config *config = NULL;
  assert_ok(cst_config_parse(text, strlen(text), "test.yaml", &config));
  return config;
}

/* The first difference of two texts, "" for none, as it was and as it is. */
static void check(const char *before, const char *now, const char *was, const char *is)
{
  cst_config *a = parse(before), *b = parse(now);
  cst_text x = {0}, y = {0};
  char hex_a[CST_DIGEST_HEX], hex_b[CST_DIGEST_HEX];
  assert_ok(cst_config_difference(a, b, &x, &y));
  assert_string_equal(x.data ? x.data : "", was);
  assert_string_equal(y.data ? y.data : "", is);
  assert_ok(cst_config_digest(a, hex_a));
  assert_ok(cst_config_digest(b, hex_b));
  assert_int_equal(strcmp(hex_a, hex_b) == 0, !*was);
  cst_text_reset(&x);
  cst_text_reset(&y);
  cst_config_destroy(&a);
  cst_config_destroy(&b);
}

static void values_are_compared(void **state)
{
  (void)state;
  check("dataset: {root: d}\ntrain: {batch: 8}\n", "dataset: {root: d}\ntrain: {batch: 16}\n",
        "train.batch: 8", "train.batch: 16");
  check("dataset: {root: d}\n", "dataset: {root: d}\nsplit: {held_out: [Oslo]}\n",
        "split.held_out: []", "split.held_out: [Oslo]");
  check("dataset: {root: d}\n", "dataset: {root: d}\nstrategy: {threshold: 0}\n",
        "strategy.threshold: absent", "strategy.threshold: 0");
  /* the same values, written in other ways, defaults left out */
  check("dataset: {root: d}\n", "train: {learning_rate: 1e-3}\ndataset: {root: d, strict: false}\n",
        "", "");
  assert_int_equal(cst_memory_blocks(), 0);
}

static void what_affects_no_bits_may_differ(void **state)
{
  (void)state;
  check("dataset: {root: d}\nname: a\n",
        "name: b\ndataset: {root: e, cache_gib: 0, truth: t.csv, pretrain_root: ''}\n"
        "features: {store: s}\nrun: {threads: 2, stall_s: 5}\nevaluate: {crops: 3}\n"
        "ablation: {seeds: [7]}\n",
        "", "");
}

static void every_key_says_what_it_affects(void **state)
{
  (void)state;
  static const struct {
    const char *path;
    cst_affects affects;
  } keys[] = {{"seed: 1", CST_AFFECTS_BITS},           {"name: x", CST_AFFECTS_NOTHING},
              {"evaluate.adapt", CST_AFFECTS_SCORE},   {"evaluate.bootstrap", CST_AFFECTS_NOTHING},
              {"dataset.truth", CST_AFFECTS_SCORE},    {"dataset.hide_labels", CST_AFFECTS_BITS},
              {"run.threads: 8", CST_AFFECTS_NOTHING}, {"no.such", CST_AFFECTS_BITS}};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
    assert_int_equal(cst_config_affects(keys[i].path), keys[i].affects);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(values_are_compared),
                                     cmocka_unit_test(what_affects_no_bits_may_differ),
                                     cmocka_unit_test(every_key_says_what_it_affects)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
