/* Valid configurations with random bytes changed: whatever comes out, nothing crashes (run this
 * under the sanitizers), nothing leaks, a refusal is one line, and what is accepted round-trips. */
#include "cassette/config.h"
#include "cassette/memory.h"
#include "cassette/random.h"
#include "support/test_support.h"

#include <string.h>

enum { MUTANTS = 20000, LONGEST = 4096 };

static const char *const seeds[] = {
    ("name: demo\nseed: 7\ndataset:\n  layout: csv\n  root: data/x\n  classes: [a, \"b c\", "
     "'Xi''an']\n"
     "train:\n  batch: 32\n  learning_rate: 1e-3\n# comment\nrun: {threads: 2, walltime_s: 3.5}\n"),
    ("dataset: {root: \"a\\tb\\u2028\", layout: synth, strict: true}\n"
     "split:\n  protocol: groups\n  groups:\n    north: [Harbin, Shenyang]\n    south:\n      - A\n"
     "      - \"B\"\n  held_out: [north]\n"),
    "{\"dataset\": {\"root\": \"d\", \"metadata\": [\"x\", \"y\"]}, \"model\": {\"heads\": 4}}\n",
    ("---\ndataset:\n  root: |\n    folded\n    text\n  truth: >-\n    more\nstudent:\n  epochs: "
     "0\n...\n"),
};

/* Bytes that mean something to YAML, more likely than the rest to lead somewhere new. */
static const char telling[] = "{}[],:#&*!|>'\"%@`-? \t\n\r\\~<=.0eE+\xEF\xBB\xBF\xC2\x85\x80\xFF";

typedef struct {
  cst_random_key key;
  uint64_t used;
} dice;

static uint32_t roll(dice *d, size_t n)
{
  return cst_random_below(&d->key, d->used++, (uint32_t)n);
}

static char any_byte(dice *d)
{
  return roll(d, 3) ? telling[roll(d, sizeof telling - 1)] : (char)roll(d, 256);
}

/* Replace, insert, delete, or copy a stretch; returns the new length. */
static size_t mutate(dice *d, char *text, size_t n)
{
  const size_t at = roll(d, n + 1), length = 1 + roll(d, 12);

  switch (roll(d, 4)) {
  case 0:
    if (at < n) text[at] = any_byte(d);
    return n;
  case 1:
    if (n + 1 >= LONGEST) return n;
    memmove(text + at + 1, text + at, n - at);
    text[at] = any_byte(d);
    return n + 1;
  case 2:
    if (at + length >= n) return n;
    memmove(text + at, text + at + length, n - at - length);
    return n - length;
  default: {
    const size_t from = roll(d, n + 1);
    if (n + length >= LONGEST || from + length > n) return n;
    char piece[16];
    memcpy(piece, text + from, length);
    memmove(text + at + length, text + at, n - at);
    memcpy(text + at, piece, length);
    return n + length;
  }
  }
}

static bool judge(const char *text, size_t n)
{
  cst_config *config = NULL, *again = NULL;
  cst_text first = {0}, second = {0};
  const cst_status st = cst_config_parse(text, n, "mutant.yaml", &config);

  if (st != CST_OK) {
    assert_int_equal(st, CST_ERR_USAGE);
    assert_null(config);
    assert_int_equal(strncmp(cst_message(), "mutant.yaml", 11), 0);
    if (strpbrk(cst_message(), "\n\r")) fail_msg("more than one line: %s", cst_message());
    cst_clear();
    return false;
  }
  assert_ok(cst_config_text(config, &first));
  assert_ok(cst_config_parse(first.data, first.bytes, "again.yaml", &again));
  assert_ok(cst_config_text(again, &second));
  assert_string_equal(first.data, second.data);
  cst_text_reset(&first);
  cst_text_reset(&second);
  cst_config_destroy(&config);
  cst_config_destroy(&again);
  return true;
}

static void mutants_never_crash(void **state)
{
  (void)state;
  size_t accepted = 0;
  char *text = cst_alloc(LONGEST, 1);

  for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++)
    if (!judge(seeds[i], strlen(seeds[i]))) fail_msg("seed %zu is refused", i);
  for (size_t i = 0; i < MUTANTS; i++) {
    dice d = {.key = cst_random_key_make(1, CST_RANDOM_TEST, 0, i, 0)};
    const char *seed = seeds[i % (sizeof seeds / sizeof *seeds)];
    size_t n = strlen(seed);
    memcpy(text, seed, n);
    for (uint32_t edits = 1 + roll(&d, 3); edits > 0; edits--) n = mutate(&d, text, n);
    /* An exact copy, so that a sanitizer sees one byte read past the end. */
    char *exact = cst_alloc(n ? n : 1, 1);
    memcpy(exact, text, n);
    accepted += judge(exact, n);
    cst_free(exact);
  }
  /* Neither all nor none: the mutants reach both sides. */
  assert_true(accepted > MUTANTS / 40 && accepted < MUTANTS / 2);
  cst_free(text);
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(mutants_never_crash)};
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
