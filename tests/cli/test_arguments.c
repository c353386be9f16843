/*
 * The command line: what words come to, and how mistakes are refused.  The commands are those of the
 * program; rules of single commands have a few lines here, their work has whole jobs elsewhere.
 */
#include "cli.h"
#include "support/test_support.h"

#include "cassette/memory.h"

#include <string.h>

enum { MAX_WORDS = 12 };

/* Words up to the first NULL, after the program's name. */
static cst_status parse(const char *const word[MAX_WORDS], cli_call *out)
{
  static char *argv[MAX_WORDS + 1];
  int argc = 1;
  argv[0] = (char *)"cassette";
  for (size_t i = 0; i < MAX_WORDS && word[i]; i++) argv[argc++] = (char *)word[i];
  return cli_parse(argc, argv, out);
}

#define CALL(out, ...) assert_ok(parse((const char *const[MAX_WORDS]){__VA_ARGS__}, out))

static void end(cli_call *call)
{
  cli_call_reset(call);
  assert_int_equal(cst_memory_blocks(), 0);
}

static void words_options_and_overrides_are_told_apart(void **state)
{
  cli_call call;
  (void)state;
  CALL(&call, "train", "--threads=3", "a.yaml", "train.batch=4", "--run", "runs/x",
       "model.heads=2");
  assert_int_equal(call.action, CLI_RUN);
  assert_string_equal(call.command->name, "train");
  assert_int_equal(call.words, 1);
  assert_string_equal(call.word[0], "a.yaml");
  assert_int_equal(call.overrides, 2);
  assert_string_equal(call.override[0], "train.batch=4");
  assert_string_equal(call.override[1], "model.heads=2");
  assert_int_equal(cli_count(&call, "--threads"), 3);
  assert_string_equal(cli_text(&call, "--run"), "runs/x");
  end(&call);
}

static void what_is_not_given_has_its_default(void **state)
{
  cli_call call;
  (void)state;
  CALL(&call, "bench", "train");
  assert_false(cli_given(&call, "--steps"));
  assert_int_equal(cli_count(&call, "--steps"), 6);
  end(&call);
  CALL(&call, "train", "a");
  assert_false(cli_given(&call, "--run"));
  assert_null(cli_text(&call, "--run"));
  assert_int_equal(cli_count(&call, "--threads"), 0);
  end(&call);
  CALL(&call, "synth", "--out", "x");
  assert_int_equal(cli_choice(&call, "--layout"), 0);
  end(&call);
  CALL(&call, "synth", "--out", "x", "--layout", "tau");
  assert_int_equal(cli_choice(&call, "--layout"), 1);
  end(&call);
}

static void lists_grow_and_keep_their_order(void **state)
{
  cli_call call;
  (void)state;
  CALL(&call, "evaluate", "a", "--with", "runs/x", "--with=runs/y");
  assert_int_equal(call.n_listed, 2);
  assert_string_equal(call.listed[0], "runs/x");
  assert_string_equal(call.listed[1], "runs/y");
  end(&call);
}

static void after_two_dashes_words_are_words(void **state)
{
  cli_call call;
  (void)state;
  CALL(&call, "train", "--", "--help");
  assert_int_equal(call.action, CLI_RUN);
  assert_string_equal(call.word[0], "--help");
  end(&call);
}

static void questions_are_asked_anywhere_or_first(void **state)
{
  cli_call call;
  (void)state;
  CALL(&call, "--version");
  assert_int_equal(call.action, CLI_VERSION);
  end(&call);
  CALL(&call, "help");
  assert_int_equal(call.action, CLI_HELP);
  assert_null(call.command);
  end(&call);
  CALL(&call, "help", "train");
  assert_int_equal(call.action, CLI_HELP);
  assert_string_equal(call.command->name, "train");
  end(&call);
  CALL(&call, "train", "-h"); /* although CONFIG is missing */
  assert_int_equal(call.action, CLI_HELP);
  end(&call);
  CALL(&call, "--man");
  assert_int_equal(call.action, CLI_MANUAL);
  end(&call);
}

static void mistakes_are_refused_with_their_cure(void **state)
{
  (void)state;
  static const struct {
    const char *message, *word[MAX_WORDS];
  } bad[] = {
      {"no command given; see 'cassette --help'", {NULL}},
      {"unknown command 'trian', did you mean 'train'?", {"trian"}},
      {"unknown command 'zzz'; see", {"zzz"}},
      {"unknown command 'nothing'", {"help", "nothing"}},
      {"unknown option '--rnu', did you mean '--run'?; see 'cassette train --help'",
       {"train", "--rnu", "x"}},
      {"unknown option '--rnu'", {"--rnu"}},
      {"'a.yaml' is no command; for all that can be done with it: cassette run a.yaml", {"a.yaml"}},
      {"--run goes after its command", {"--run", "x", "train", "a"}},
      {"train: '--train.batch' is no option; write train.batch=VALUE after CONFIG",
       {"train", "a", "--train.batch=3"}},
      {"train: 'train.batch=3' overrides nothing yet; usage", {"train", "train.batch=3", "a"}},
      {"train: 'train.batch=3' overrides nothing yet; usage", {"train", "train.batch=3"}},
      {"train: an argument is empty; usage", {"train", ""}},
      {"train: the value of --run is empty: --run DIR", {"train", "a", "--run", ""}},
      {"train: the value of --run is empty", {"train", "a", "--run="}},
      {"--man takes no value", {"--man=3"}},
      {"unknown option '--man'", {"train", "--man"}},
      {"unknown option '-x'", {"train", "-x"}},
      {"help takes no value", {"train", "--help=3"}},
      {"train: arguments are missing; usage: cassette train CONFIG", {"train"}},
      {"train: unexpected 'b'; usage: cassette train CONFIG", {"train", "a", "b"}},
      {"train: --run needs a value: --run DIR", {"train", "a", "--run"}},
      {"train: --run is given twice", {"train", "a", "--run", "x", "--run=y"}},
      {"train: --threads needs a whole number from 1 to 1024, not 'two'",
       {"train", "a", "--threads", "two"}},
      {"train: --threads needs a whole number from 1 to 1024, not ''",
       {"train", "a", "--threads="}},
      {"train: --threads needs a whole number from 1 to 1024, not '0'",
       {"train", "a", "--threads", "0"}},
      {"not '99999999999999999999'", {"train", "a", "--threads", "99999999999999999999"}},
      {"synth: --out DIR is required", {"synth"}},
      {"synth: --preset 'tny' is unknown, did you mean 'tiny'?; allowed: tiny, demo, cas",
       {"synth", "--out", "x", "--preset", "tny"}},
      {"synth: --metadata is a CAS table",
       {"synth", "--out", "x", "--layout", "tau", "--metadata", "m.csv"}},
      {"features: give a CONFIG, or --file AUDIO --out OUT.h5", {"features"}},
      {"not both", {"features", "c.yaml", "--file", "a.wav"}},
      {"features: --file needs --out OUT.h5", {"features", "--file", "a.wav"}},
      {"features: --out goes with --file", {"features", "c.yaml", "--out", "x.h5"}},
      {"bench: cannot measure 'trian', did you mean 'train'?", {"bench", "trian"}},
      {"bench: 'train.batch=3' overrides nothing without a CONFIG",
       {"bench", "train", "train.batch=3"}},
      {"info: --keys goes without a PATH", {"info", "--keys", "x"}},
      {"report: --out goes with several runs", {"report", "--out", "x", "runs/a"}},
      {"ablate: give one of --list, --prepare and --cell K",
       {"ablate", "c.yaml", "--list", "--prepare"}},
      {"ablate: --cell needs a whole number from 1", {"ablate", "c.yaml", "--cell", "0"}},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    cli_call call;
    assert_fails(parse(bad[i].word, &call), CST_ERR_USAGE, bad[i].message);
    end(&call);
  }
}

/* What help, completion and the parser rely on. */
static void tables_are_sound(void **state)
{
  (void)state;
  for (size_t i = 0; cli_commands[i]; i++) {
    const cli_command *c = cli_commands[i];
    size_t lists = 0, n = 0;
    assert_true(c->summary && c->help && c->synopsis && c->run && c->min <= c->max);
    for (; c->options[n].name; n++) {
      const cli_option *o = &c->options[n];
      lists += o->kind == CLI_LIST;
      assert_true(strncmp(o->name, "--", 2) == 0 && o->help);
      assert_true((o->kind == CLI_SWITCH) == !o->value);
      assert_true(o->kind != CLI_COUNT || o->min <= o->max);
      assert_true((o->kind == CLI_CHOICE) == (o->names != NULL));
      for (size_t k = 0; k < n; k++) assert_string_not_equal(c->options[k].name, o->name);
    }
    if (n > CLI_MAX_OPTIONS || lists > 1) fail_msg("%s: %zu options, %zu lists", c->name, n, lists);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_options_and_overrides_are_told_apart),
      cmocka_unit_test(what_is_not_given_has_its_default),
      cmocka_unit_test(lists_grow_and_keep_their_order),
      cmocka_unit_test(after_two_dashes_words_are_words),
      cmocka_unit_test(questions_are_asked_anywhere_or_first),
      cmocka_unit_test(mistakes_are_refused_with_their_cure),
      cmocka_unit_test(tables_are_sound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
