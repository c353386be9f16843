/* Defaults, layers, overrides and the resolved text of configurations. */
#include "cassette/config.h"
#include "cassette/memory.h"
#include "support/test_support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cst_config *read_ok(const char *path, size_t n, const char *const *overrides)
{
  cst_config *config = NULL;
  assert_ok(cst_config_read(path, n, overrides, &config));
  assert_non_null(config);
  return config;
}

static cst_config *parse_ok(const char *text)
{
  cst_config *config = NULL;
  assert_ok(cst_config_parse(text, strlen(text), "memory.yaml", &config));
  return config;
}

static void write_in(const char *dir, const char *name, const char *text)
{
  char *path = cst_path_join(dir, name);
  test_write_file(path, text, strlen(text));
  cst_free(path);
}

static char *in(const char *dir, const char *name) { return cst_path_join(dir, name); }

/* The text of a configuration reads back as one with the very same text. */
static void assert_round_trip(const cst_config *config)
{
  cst_text first = {0}, second = {0};
  cst_config *again = NULL;

  assert_ok(cst_config_text(config, &first));
  assert_ok(cst_config_parse(first.data, first.bytes, "again.yaml", &again));
  assert_ok(cst_config_text(again, &second));
  assert_string_equal(first.data, second.data);
  cst_config_destroy(&again);
  cst_text_reset(&first);
  cst_text_reset(&second);
}

static void defaults_are_the_paper(void **state)
{
  (void)state;
  cst_config *c = parse_ok("dataset: {root: data/cas}");

  assert_string_equal(c->source, "memory.yaml");
  assert_string_equal(c->name, "memory");
  assert_int_equal(c->seed, 1234);
  assert_int_equal(c->features.frames, 500);
  assert_int_equal(c->model.blocks.n, 2);
  assert_int_equal(c->model.blocks.item[0], 64);
  assert_int_equal(c->model.blocks.item[1], 128);
  assert_int_equal(c->model.spec.feedforward, 32);
  assert_int_equal(c->train.batch, 32);
  assert_int_equal(c->train.epochs, 20);
  assert_int_equal(c->train.patience, 10);
  assert_true(c->train.learning_rate == 1e-3);
  assert_true(c->train.decay == 0.9);
  assert_int_equal(c->train.decay_every, 2);
  assert_string_equal(c->strategy.name, "one-shot");
  assert_string_equal(c->dataset.truth, "");
  assert_int_equal(c->split.groups.n, 0);
  assert_round_trip(c);
  cst_config_destroy(&c);
}

static void stages_inherit_what_they_do_not_set(void **state)
{
  (void)state;
  cst_config *c = parse_ok("student: {epochs: 7}\n"
                           "train: {epochs: 3, learning_rate: 5e-4}\n"
                           "pretrain:\n" /* all keys commented out */
                           "dataset: {root: d}\n");

  assert_int_equal(c->pretrain.epochs, 3);
  assert_int_equal(c->finetune.epochs, 3);
  assert_int_equal(c->student.epochs, 7);
  assert_int_equal(c->student.batch, 32);
  assert_true(c->student.learning_rate == 5e-4);
  assert_round_trip(c);
  cst_config_destroy(&c);
}

static void types_come_from_the_schema(void **state)
{
  (void)state;
  cst_config *c = parse_ok("name: 2024\n"
                           "dataset: {root: 1.5, layout: csv, classes: [no, yes, 'null', 3e2]}\n"
                           "train: {learning_rate: .5, decay: 1, patience: +5}\n"
                           "run: {walltime_s: 3600.}\n");

  assert_string_equal(c->name, "2024");
  assert_string_equal(c->dataset.root, "1.5");
  assert_int_equal(c->dataset.classes.n, 4);
  assert_string_equal(c->dataset.classes.item[0], "no");
  assert_string_equal(c->dataset.classes.item[2], "null");
  assert_string_equal(c->dataset.classes.item[3], "3e2");
  assert_true(c->train.learning_rate == 0.5);
  assert_int_equal(c->train.patience, 5);
  assert_round_trip(c);
  cst_config_destroy(&c);
}

static void pretraining_sets_are_read(void **state)
{
  (void)state;
  static const char *const tau[] = {"dataset: {root: d, pretrain: [{layout: tau, root: a b}]}\n",
                                    "dataset: {root: d, pretrain: a b}\n",
                                    "dataset: {root: d, pretrain_root: a b}\n"};
  static const char *const none[] = {"dataset: {root: d}\n", "dataset: {root: d, pretrain: ''}\n",
                                     "dataset: {root: d, pretrain: []}\n",
                                     "dataset: {root: d, pretrain_root: \"\"}\n"};
  cst_config *c =
      parse_ok("dataset: {root: d, pretrain: [{layout: csv, root: e, metadata: [a.csv, 'b c']}, "
               "{root: \"Xi'an\", layout: tau}]}\n");
  assert_int_equal(c->dataset.pretrain.n, 2);
  assert_string_equal(c->dataset.pretrain.item[0].metadata.item[1], "b c");
  assert_string_equal(c->dataset.pretrain.item[1].layout, "tau");
  assert_round_trip(c);
  cst_config_destroy(&c);
  for (size_t i = 0; i < 3; i++) { /* a directory alone, and the key's earlier name */
    cst_text value = {0};
    c = parse_ok(tau[i]);
    assert_ok(cst_config_get(c, "dataset.pretrain", &value));
    assert_string_equal(value.data, "[{layout: tau, root: \"a b\"}]");
    assert_round_trip(c);
    cst_text_reset(&value);
    cst_config_destroy(&c);
  }
  for (size_t i = 0; i < 4; i++) {
    c = parse_ok(none[i]);
    assert_int_equal(c->dataset.pretrain.n, 0);
    cst_config_destroy(&c);
  }
}

static void awkward_texts_round_trip(void **state)
{
  (void)state;
  static const char text[] =
      "name: \"a: b #c\"\n"
      "dataset:\n"
      "  root: \" leading, trailing \"\n"
      "  truth: \"tab\\there\\nline \\\\ \\\" \\x01 \\x7f \\u0085 \\u2028 \\uFEFF \\uFFFE\"\n"
      "  metadata: [\"Xi'an\", Çä, 日本, \"😀\", '', \"-\", '*a', '&b', \"yes\"]\n"
      "split: {groups: {\"Xi'an\": [\"Xi'an\"], 'a: b': ['{', '}, x']}}\n";
  cst_config *c = NULL;

  assert_fails(cst_config_parse(text, sizeof text - 1, "m", &c), CST_ERR_USAGE,
               "an entry is empty");
  char *fixed = cst_strdup(text), *hole = strstr(fixed, "''");
  memcpy(hole, "ok", 2);
  c = parse_ok(fixed);
  assert_string_equal(c->dataset.root, " leading, trailing ");
  assert_string_equal(c->dataset.metadata.item[0], "Xi'an");
  assert_string_equal(c->dataset.metadata.item[3], "😀");
  assert_string_equal(c->split.groups.members[1].item[1], "}, x");
  assert_round_trip(c);
  cst_config_destroy(&c);
  cst_free(fixed);
}

/* As tables are read: what looks the same is the same. */
static void names_of_tables_have_one_form(void **state)
{
  (void)state;
  cst_config *c =
      parse_ok("dataset: {root: \"a\\u00A0\", layout: csv, classes: [\"Bus\\u00A0\", Bar]}\n"
               "split:\n"
               "  protocol: groups\n"
               "  groups: {\"w\\u200B\": [\"Lie\\u0300ge\"], e: [\" A\"]}\n"
               "  held_out: [\"\\uFEFFw\"]\n");
  assert_string_equal(c->dataset.root, "a\xC2\xA0"); /* a path stays as it is */
  assert_string_equal(c->dataset.classes.item[0], "Bus");
  assert_string_equal(c->split.groups.name[0], "w");
  assert_string_equal(c->split.groups.members[0].item[0], "Li\xC3\xA8ge");
  assert_string_equal(c->split.groups.members[1].item[0], "A");
  assert_string_equal(c->split.held_out.item[0], "w");
  assert_round_trip(c);
  cst_config_destroy(&c);
  static const char *const bad[][2] = {
      {"split: {held_out: [A, \"A\\u200B\"]}", "appears twice"},
      {"split: {held_out: [\"\\u200B\"]}", "an entry is empty"},
  };
  for (size_t i = 0; i < 2; i++)
    assert_fails(cst_config_parse(bad[i][0], strlen(bad[i][0]), "m", &c), CST_ERR_USAGE, bad[i][1]);
}

/* A setting is a last layer: its values replace others, stages that set nothing inherit them, those
 * that do keep theirs; the rest is as it was. */
static void settings_are_a_last_layer(void **state)
{
  (void)state;
  cst_config *
      made = NULL,
     *c = parse_ok(
         "dataset: {root: d}\n"
         "train: {batch: 8}\n"
         "student: {batch: 4}\n"
         "ablation:\n"
         "  reference: two\n"
         "  settings:\n"
         "    plain: {}\n"
         "    two: {augment.mixup: .30, train.batch: 16, finetune.epochs: 7,\n"
         "          augment.strong: {roll: [-0.5, 0.5]}, teacher.files: [\"a, {fold}.csv\", \"x=y\"]}\n");
  assert_int_equal(c->ablation.settings.n, 2);
  assert_string_equal(c->ablation.settings.name[1], "two");
  assert_round_trip(c);

  assert_ok(cst_config_setting(c, 1, &made));
  assert_true(made->augment.mixup == 0.3);
  assert_int_equal(made->train.batch, 16);
  assert_int_equal(made->finetune.batch, 16);
  assert_int_equal(made->student.batch, 4);
  assert_int_equal(made->finetune.epochs, 7);
  assert_int_equal(made->teacher.files.n, 2);
  assert_string_equal(made->teacher.files.item[0], "a, {fold}.csv");
  assert_string_equal(made->teacher.files.item[1], "x=y");
  assert_true(made->augment.strong.transform[CST_TRANSFORM_ROLL].high == 0.5);
  assert_true(made->augment.strong.transform[CST_TRANSFORM_MIXSTYLE].p == 0.0);
  assert_string_equal(made->ablation.setting, "two");
  assert_string_equal(made->ablation.reference, "two");
  assert_int_equal(made->ablation.settings.n, 0);
  assert_round_trip(made);
  cst_config_destroy(&made);

  /* an empty one is the configuration itself, but for its name */
  cst_text whole = {0}, plain = {0};
  assert_ok(cst_config_setting(c, 0, &made));
  made->ablation.setting[0] = '\0';
  cst_groups none = {0}, settings = c->ablation.settings;
  c->ablation.settings = none;
  assert_ok(cst_config_text(c, &whole));
  assert_ok(cst_config_text(made, &plain));
  assert_string_equal(whole.data, plain.data);
  c->ablation.settings = settings;
  cst_text_reset(&whole);
  cst_text_reset(&plain);
  cst_config_destroy(&made);
  cst_config_destroy(&c);
}

/* What stages inherited where the grid was written, they inherit where it is read back. */
static void settings_keep_what_stages_inherit(void **state)
{
  (void)state;
  cst_text text = {0};
  cst_config *made = NULL, *again = NULL,
             *c =
                 parse_ok("dataset: {root: d}\n"
                          "ablation: {settings: {slow: {train.learning_rate: 1e-4}, plain: {}}}\n");
  assert_ok(cst_config_text(c, &text));
  assert_ok(cst_config_parse(text.data, text.bytes, "again.yaml", &again));
  assert_ok(cst_config_setting(again, 0, &made));
  assert_true(made->pretrain.learning_rate == 1e-4);
  assert_true(made->student.learning_rate == 1e-4);
  assert_string_equal(made->ablation.reference, "slow"); /* the first */
  cst_text_reset(&text);
  cst_config_destroy(&made);
  cst_config_destroy(&again);
  cst_config_destroy(&c);
}

/* Every double reads back exactly, and takes no more digits than it needs. */
static void reals_are_exact_and_short(void **state)
{
  (void)state;
  static const struct {
    const char *written, *resolved;
  } cases[] = {{"0.1", "0.1"},
               {"1e-3", "0.001"},
               {"0.30000000000000004", "0.30000000000000004"},
               {"0.3333333333333333", "0.3333333333333333"},
               {"9.999999999999999e-1", "0.9999999999999999"},
               {"1e-5", "1e-05"},
               {"1", "1"},
               {"4.9406564584124654e-324", "4.94065645841247e-324"}};

  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[128], line[64];
    cst_text out = {0};
    snprintf(text, sizeof text, "dataset: {root: d}\ntrain: {learning_rate: %s}\n",
             cases[i].written);
    cst_config *c = parse_ok(text);
    assert_true(c->train.learning_rate == strtod(cases[i].written, NULL));
    assert_ok(cst_config_text(c, &out));
    snprintf(line, sizeof line, "\n  learning_rate: %s\n", cases[i].resolved);
    if (!strstr(out.data, line)) fail_msg("%s is not written as%s", cases[i].written, line);
    assert_round_trip(c);
    cst_text_reset(&out);
    cst_config_destroy(&c);
  }
}

static void extends_is_relative_and_layered(void **state)
{
  (void)state;
  char *dir = cst_strdup(test_temp_dir()), *sub = in(dir, "sub"), *top = in(sub, "top.yaml");

  assert_ok(cst_make_dirs(sub));
  write_in(dir, "base.yaml",
           "name: basename\nseed: 5\ndataset: {root: d, metadata: [a, b]}\n"
           "train: {batch: 8, epochs: 3}\n");
  write_in(sub, "middle.yml", "extends: ../base.yaml\ntrain: {epochs: 4}\nstudent: {batch: 16}\n");
  write_in(sub, "top.yaml",
           "extends: middle.yml\ndataset: {metadata: [c]}\nstudent: {epochs: 9}\n");
  static const char *const overrides[] = {"seed=7", "student.decay=0.5", "seed=8",
                                          "dataset.evaluation_metadata=[x, Xi'an]"};
  cst_config *c = read_ok(top, 4, overrides);

  assert_string_equal(c->name, "top"); /* not the base's */
  assert_int_equal(c->seed, 8);        /* the last override wins */
  assert_string_equal(c->dataset.root, "d");
  assert_int_equal(c->dataset.metadata.n, 1); /* lists are replaced, not joined */
  assert_string_equal(c->dataset.metadata.item[0], "c");
  assert_string_equal(c->dataset.evaluation_metadata.item[1], "Xi'an");
  assert_int_equal(c->train.batch, 8);
  assert_int_equal(c->train.epochs, 4);
  assert_int_equal(c->student.batch, 16);
  assert_int_equal(c->student.epochs, 9);
  assert_int_equal(c->finetune.epochs, 4);
  assert_true(c->student.decay == 0.5 && c->finetune.decay == 0.9);
  assert_round_trip(c);
  cst_config_destroy(&c);
  cst_free(top);
  cst_free(sub);
  cst_free(dir);
}

/* Two files that say the same by different routes lead to the same text. */
static void ways_to_say_the_same_agree(void **state)
{
  (void)state;
  static const char *const texts[] = {
      "dataset: {root: d}\ntrain: {batch: 16}\n",
      "\xEF\xBB\xBF# mark\r\ntrain:\r\n  batch: 16\r\ndataset:\r\n  'root': \"d\"\r\n",
      "---\ntrain:\n    batch: 16\ndataset:\n    root: d\n...\n",
      "{\"dataset\": {\"root\": \"d\"}, \"train\": {\"batch\": 16}}"};
  cst_text first = {0};

  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    cst_text text = {0};
    cst_config *c = parse_ok(texts[i]);
    assert_ok(cst_config_text(c, i ? &text : &first));
    if (i) assert_string_equal(text.data, first.data);
    cst_text_reset(&text);
    cst_config_destroy(&c);
  }
  cst_text_reset(&first);
}

static void overrides_are_refused_by_name(void **state)
{
  (void)state;
  static const struct {
    const char *override, *fragment;
  } cases[] = {
      {"train.bacth=3",
       "override 'train.bacth=3': unknown key 'bacth' in section 'train', did you mean "
       "'batch'?"},
      {"trian.batch=3", "override 'trian.batch=3': unknown key 'trian', did you mean 'train'?"},
      {"batch=3", "override 'batch=3': unknown key 'batch', did you mean 'train.batch='?"},
      {"train.frames=3", "did you mean 'features.frames='?"},
      {"train=3", "'train' is a section: write train.key=value"},
      {"=3", "override '=3': unknown key ''"},
      {".=3", "unknown key ''"},
      {"train.=3", "unknown key '' in section 'train'"},
      {"train.batch.x=3", "unknown key 'batch.x' in section 'train'"},
      {"extends=x.yaml", "extends belongs into a file"},
      {"train.batch", "override 'train.batch': expected section.key=value"},
      {"", "override '': expected section.key=value"},
      {"train.batch=", "train.batch: has no value, expected a whole number"},
      {"train.batch=# none", "train.batch: has no value"},
      {"train.batch=1", "train.batch: 1 is out of range, allowed: 2 to 65536"},
      {"train.batch=3 4", "train.batch: expected a whole number, not 3 4"},
      {"split.held_out=Harbin", "split.held_out: expected a list: [a, b], not Harbin"},
      {"split.held_out=[Harbin", "override 'split.held_out=[Harbin': not valid YAML"},
      {"dataset.root=a: b", "dataset.root: expected a text (\"\" for none), not a map"},
      {"dataset.root=\xff", "byte 0xff is not UTF-8"},
      {"dataset.root=a\n--- b", "a second document starts here"},
      {"\xff\xfe\x80\x80\x80\x80=1", "unknown key"},
      {"model.heads=7",
       "override 'model.heads=7': model.heads: the last of model.blocks = 128 is not"},
  };
  char *path = in(test_temp_dir(), "c.yaml");
  cst_config *c = NULL;

  test_write_file(path, "dataset: {root: d}\n", 19);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_fails(cst_config_read(path, 1, &cases[i].override, &c), CST_ERR_USAGE,
                 cases[i].fragment);
  static const char *const clear[] = {"dataset.truth=", "dataset.metadata=[]", "name=x.y"};
  c = read_ok(path, 3, clear);
  assert_string_equal(c->dataset.truth, "");
  assert_string_equal(c->name, "x.y");
  cst_config_destroy(&c);
  cst_free(path);
}

static void long_overrides_stay_one_short_line(void **state)
{
  (void)state;
  enum { LENGTH = 100000 };
  char *path = in(test_temp_dir(), "c.yaml"), *text = cst_alloc(LENGTH + 1, 1);
  const char *override = text;
  cst_config *c = NULL;

  test_write_file(path, "dataset: {root: d}\n", 19);
  for (int filler = 0; filler < 3; filler++) {
    memset(text, "x\n\x80"[filler], LENGTH);
    assert_fails(cst_config_read(path, 1, &override, &c), CST_ERR_USAGE,
                 "expected section.key=value");
    memcpy(text + LENGTH / 2, "=", 1);
    assert_fails(cst_config_read(path, 1, &override, &c), CST_ERR_USAGE, "unknown key '");
  }
  cst_free(text);
  cst_free(path);
}

static void odd_files_are_refused(void **state)
{
  (void)state;
  char *dir = cst_strdup(test_temp_dir()), *path = in(dir, "c.yaml"), *none = in(dir, "none.yaml");
  const size_t huge = (size_t)(1 << 20) + 1;
  char *text = cst_alloc(huge, 1);
  cst_config *c = NULL;

  assert_fails(cst_config_read(none, 0, NULL, &c), CST_ERR_USAGE,
               "none.yaml: cannot open this configuration: No such file or directory");
  assert_fails(cst_config_read(dir, 0, NULL, &c), CST_ERR_USAGE, "Is a directory");
  assert_fails(cst_config_read("/dev/null", 0, NULL, &c), CST_ERR_USAGE, "holds no keys");
  assert_fails(cst_config_read("/dev/zero", 0, NULL, &c), CST_ERR_USAGE,
               "larger than 1048576 bytes");
  memset(text, '#', huge);
  test_write_file(path, text, huge);
  assert_fails(cst_config_read(path, 0, NULL, &c), CST_ERR_USAGE, "larger than 1048576 bytes");
  memset(text, '[', huge - 1); /* quadratic time or a deep stack would show here */
  test_write_file(path, text, huge - 1);
  assert_fails(cst_config_read(path, 0, NULL, &c), CST_ERR_USAGE, "nested deeper");
  for (size_t i = 0; i + 4 < huge; i += 4) snprintf(text + i, 5, "%03zx:", i / 4 % 4096);
  for (size_t i = 4; i < huge; i += 5) text[i] = '\n';
  test_write_file(path, text, huge - 1);
  assert_int_equal(cst_config_read(path, 0, NULL, &c), CST_ERR_USAGE);
  cst_clear();
  assert_fails(cst_config_parse("extends: x.yaml", 15, "m", &c), CST_ERR_USAGE,
               "m:1:10: extends: not possible here");
  cst_free(text);
  cst_free(none);
  cst_free(path);
  cst_free(dir);
}

static void long_chains_are_refused(void **state)
{
  (void)state;
  char *dir = cst_strdup(test_temp_dir()), *path = in(dir, "0.yaml"), name[32], text[64];
  cst_config *c = NULL;

  for (int i = 0; i < 20; i++) {
    snprintf(name, sizeof name, "%d.yaml", i);
    snprintf(text, sizeof text, "extends: %d.yaml\n", i + 1);
    write_in(dir, name, text);
  }
  assert_fails(cst_config_read(path, 0, NULL, &c), CST_ERR_USAGE, "a chain of more than 16 files");
  cst_free(path);
  cst_free(dir);
}

/* The reference has one row for every key that the resolved text has. */
static void reference_is_complete(void **state)
{
  (void)state;
  cst_text reference = {0}, resolved = {0};
  cst_config *c = parse_ok("dataset: {root: d}");

  assert_ok(cst_config_reference(&reference));
  assert_ok(cst_config_text(c, &resolved));
  size_t rows = 0, lines = 0;
  for (const char *s = reference.data; (s = strstr(s, "\n| `")); s++) rows++;
  for (char *line = strtok(resolved.data, "\n"); line; line = strtok(NULL, "\n")) {
    char key[64];
    const char *name = line + strspn(line, " #"); /* absent keys are comments */
    if (*line == '#' || line[strlen(line) - 1] == ':') continue;
    lines++;
    snprintf(key, sizeof key, "| `%.*s` |", (int)strcspn(name, ":"), name);
    if (!strstr(reference.data, key)) fail_msg("no row %s", key);
  }
  assert_int_equal(rows, lines);
  cst_text_reset(&reference);
  cst_text_reset(&resolved);
  cst_config_destroy(&c);
}

/* A strategy's parameter that nobody set stays so; 0 is as good a value as any other. */
static void absent_is_not_zero(void **state)
{
  (void)state;
  cst_config *absent = parse_ok("dataset: {root: d}");
  cst_config *zero = parse_ok("dataset: {root: d}\n"
                              "strategy: {threshold: 0, weight: 0, ramp: 0, momentum: 0, "
                              "fairness: 0, mixup: 0, ema: 0}");
  const double none[] = {absent->strategy.params.ratio,    absent->strategy.params.threshold,
                         absent->strategy.params.weight,   absent->strategy.params.temperature,
                         absent->strategy.params.ramp,     absent->strategy.params.momentum,
                         absent->strategy.params.fairness, absent->strategy.params.per_class,
                         absent->strategy.params.mixup};
  const double some[] = {zero->strategy.params.threshold, zero->strategy.params.weight,
                         zero->strategy.params.ramp,      zero->strategy.params.momentum,
                         zero->strategy.params.fairness,  zero->strategy.ema,
                         zero->strategy.params.mixup};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) assert_true(isnan(none[i]));
  for (size_t i = 0; i < sizeof some / sizeof *some; i++) assert_true(some[i] == 0.0);
  assert_true(isnan(absent->strategy.params.rounds));
  assert_round_trip(absent);
  assert_round_trip(zero);
  cst_config_destroy(&zero);
  cst_config_destroy(&absent);
}

static void assert_transform(const cst_view_spec *view, cst_transform_kind kind, double p,
                             double low, double high, int count)
{
  const cst_transform *t = &view->transform[kind];
  assert_true(t->p == p && t->low == low && t->high == high && t->count == count);
}

static void views_are_presets_or_lists_of_transforms(void **state)
{
  (void)state;
  static const cst_view_spec nothing;
  cst_config *usual = parse_ok("dataset: {root: d}");
  cst_config *named = parse_ok("dataset: {root: d}\naugment: {weak: none, strong: published}");
  cst_config *listed = parse_ok("dataset: {root: d}\n"
                                "augment:\n"
                                "  weak: {p: 0.25, roll: [-0.1, 0.2], gain: {value: 3, p: 1}}\n"
                                "  strong: {preset: default, mixstyle: none, cutout: 0.5,\n"
                                "           time_masks: {value: [0, 0.3], count: 4}}");
  assert_memory_equal(&usual->augment.weak, cst_view_preset("default", "weak"), sizeof nothing);
  assert_memory_equal(&usual->augment.strong, cst_view_preset("default", "strong"), sizeof nothing);
  assert_memory_equal(&named->augment.weak, &nothing, sizeof nothing);
  assert_memory_equal(&named->augment.strong, cst_view_preset("published", "strong"),
                      sizeof nothing);
  const cst_view_spec *weak = &listed->augment.weak, *strong = &listed->augment.strong;
  assert_transform(weak, CST_TRANSFORM_ROLL, 0.25, -0.1, 0.2, 1);
  assert_transform(weak, CST_TRANSFORM_GAIN, 1.0, 3.0, 3.0, 1);
  assert_transform(weak, CST_TRANSFORM_CUTOUT, 0.0, 0.0, 0.0, 0);
  assert_transform(strong, CST_TRANSFORM_ROLL, 1.0, -0.5, 0.5, 1);
  assert_transform(strong, CST_TRANSFORM_MIXSTYLE, 0.0, 0.0, 0.0, 0);
  assert_transform(strong, CST_TRANSFORM_CUTOUT, 1.0, 0.5, 0.5, 1);
  assert_transform(strong, CST_TRANSFORM_TIME_MASKS, 1.0, 0.0, 0.3, 4);
  assert_round_trip(usual);
  assert_round_trip(named);
  assert_round_trip(listed);
  cst_config_destroy(&usual);
  cst_config_destroy(&named);
  cst_config_destroy(&listed);
}

static cst_status example_is_valid(void *context, const char *relative)
{
  const size_t n = strlen(relative);
  static const char *const root[] = {"dataset.root=data"};

  if (n < 5 || strcmp(relative + n - 5, ".yaml") != 0) return CST_OK;
  char *path = cst_path_join(CST_TEST_DIR "/../configs", relative);
  cst_config *c = read_ok(path, 1, root);
  assert_round_trip(c);
  cst_config_destroy(&c);
  cst_free(path);
  ++*(size_t *)context;
  return CST_OK;
}

static void examples_are_valid(void **state)
{
  (void)state;
  size_t seen = 0;
  assert_ok(cst_walk(CST_TEST_DIR "/../configs", example_is_valid, &seen));
  assert_true(seen >= 4);
}

static int nothing_is_left(void **state)
{
  (void)state;
  test_remove_dirs();
  return cst_memory_blocks() != 0;
}

static void ablation_has_seeds_by_default(void **state)
{
  (void)state;
  cst_config *c = parse_ok("dataset: {root: d}");
  assert_int_equal(c->ablation.seeds.n, 5);
  for (int64_t i = 0; i < 5; i++) assert_int_equal(c->ablation.seeds.item[i], i + 1);
  assert_int_equal(c->ablation.strategies.n, 0);
  assert_round_trip(c);
  cst_config_destroy(&c);

  c = parse_ok("dataset: {root: d}\n"
               "ablation: {strategies: [one-shot], tiers: [none, oracle], seeds: "
               "[9223372036854775807, 0]}\n");
  assert_int_equal(c->ablation.seeds.n, 2);
  assert_true(c->ablation.seeds.item[0] == INT64_MAX);
  assert_string_equal(c->ablation.tiers.item[1], "oracle");
  assert_round_trip(c);
  cst_config_destroy(&c);

  c = parse_ok("dataset: {root: d}\nablation: {seeds: []}\n");
  assert_int_equal(c->ablation.seeds.n, 0);
  assert_round_trip(c);
  cst_config_destroy(&c);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(defaults_are_the_paper, nothing_is_left),
      cmocka_unit_test_teardown(stages_inherit_what_they_do_not_set, nothing_is_left),
      cmocka_unit_test_teardown(ablation_has_seeds_by_default, nothing_is_left),
      cmocka_unit_test_teardown(types_come_from_the_schema, nothing_is_left),
      cmocka_unit_test_teardown(pretraining_sets_are_read, nothing_is_left),
      cmocka_unit_test_teardown(awkward_texts_round_trip, nothing_is_left),
      cmocka_unit_test_teardown(names_of_tables_have_one_form, nothing_is_left),
      cmocka_unit_test_teardown(settings_are_a_last_layer, nothing_is_left),
      cmocka_unit_test_teardown(settings_keep_what_stages_inherit, nothing_is_left),
      cmocka_unit_test_teardown(reals_are_exact_and_short, nothing_is_left),
      cmocka_unit_test_teardown(extends_is_relative_and_layered, nothing_is_left),
      cmocka_unit_test_teardown(ways_to_say_the_same_agree, nothing_is_left),
      cmocka_unit_test_teardown(overrides_are_refused_by_name, nothing_is_left),
      cmocka_unit_test_teardown(long_overrides_stay_one_short_line, nothing_is_left),
      cmocka_unit_test_teardown(odd_files_are_refused, nothing_is_left),
      cmocka_unit_test_teardown(long_chains_are_refused, nothing_is_left),
      cmocka_unit_test_teardown(absent_is_not_zero, nothing_is_left),
      cmocka_unit_test_teardown(views_are_presets_or_lists_of_transforms, nothing_is_left),
      cmocka_unit_test_teardown(reference_is_complete, nothing_is_left),
      cmocka_unit_test_teardown(examples_are_valid, nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
