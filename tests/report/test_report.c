/*
 * Reports of made-up runs: every figure must appear where a reader looks for it, whatever is
 * missing must be left out, and whatever is damaged must be named.
 */
#include "cassette/report.h"

#include "cassette/file.h"
#include "cassette/json.h"
#include "support/test_support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char metrics[] =
    "{\"protocol\": \"leave-one-city-out\", \"macro_accuracy\": 0.6121, \"ci95\": [0.57, 0.6521],"
    "\"raw\": {\"macro_accuracy\": 0.4321, \"ci95\": [0.4, 0.45]},"
    "\"accuracy\": 0.7, \"calibration_error\": 0.0512, \"classes\": [\"Bus\", \"Metro\"],"
    "\"class_accuracy\": {\"Bus\": 0.475, \"Metro\": 0.75},"
    "\"city_accuracy\": {\"Xi'an\": 0.81, \"Har|bin\": 0.5}, \"city_clips\": {\"Xi'an\": 1000},"
    "\"calibration\": [{\"low\": 0.6, \"high\": 0.6667, \"clips\": 40, \"confidence\": 0.62,"
    "\"accuracy\": 0.5}, {\"low\": 0.6667, \"high\": 0.7333, \"clips\": 0, \"confidence\": null,"
    "\"accuracy\": null}],"
    "\"cells\": [{\"city\": \"Xi'an\", \"class\": \"Bus\", \"unseen\": {\"clips\": 40, "
    "\"correct\": 30},"
    "\"seen\": {\"clips\": 4, \"correct\": 4}, \"not_testable\": 0}, {\"city\": \"Xi'an\", "
    "\"class\":"
    "\"Metro\", \"unseen\": {\"clips\": 0, \"correct\": 0}, \"seen\": {\"clips\": 0, \"correct\": "
    "0},"
    "\"not_testable\": 7}],"
    "\"seen\": null, \"unseen\": 0.6121, \"seen_cities\": null, \"unseen_cities\": "
    "{\"macro_accuracy\": 0.6121, \"ci95\": [0.57, 0.6521], \"clips\": "
    "1300},"
    "\"confusion\": [[475, 525], [75, 225]], \"classes_scored\": 2, \"clips\": 1300, \"sessions\": "
    "56,"
    "\"folds\": [{\"name\": \"Xi'an\", \"macro_accuracy\": 0.62, \"ci95\": [0.5, 0.7], "
    "\"classes_scored\": 1,"
    "  \"raw\": {\"macro_accuracy\": 0.533},"
    "  \"clips\": 1000, \"sessions\": 40, \"validation_leakage\": 0.979,"
    "  \"stages\": {\"finetune\": {\"macro_accuracy\": 0.551, \"updates\": 40}, \"student\": "
    "{\"macro_accuracy\": 0.62, \"updates\": 1600}}}],"
    "\"not_testable\": [{\"fold\": \"Xi'an\", \"class\": \"Metro\", \"why\": \"not in "
    "training\", \"clips\": 7}], \"not_testable_clips\": 7}";

static const char record[] =
    "{\"segments\": [{\"command\": \"cassette prepare a.yaml\", \"ranks\": 1, \"timings\": {}},"
    "{\"command\": \"cassette prepare a.yaml\", \"ranks\": 3},"
    "{\"command\": \"build/release/cassette run configs/demo.yaml 'train.batch=8'\","
    "\"directory\": \"/home/me\", \"commit\": \"abc1234\", \"compiler\": \"gcc 12\", \"flags\": "
    "\"-O3\","
    "\"cpu\": \"A CPU\", \"host\": \"node1\", \"ranks\": 2, \"threads\": 1,"
    "\"peak_bytes_per_rank\": 536870912,"
    "\"libraries\": {\"mpi\": \"Open MPI v4\"},"
    "\"timings\": {\"train\": {\"min\": 61.2, \"mean\": 62.0, \"max\": 7384.0}}}]}";

static const char events[] =
    "{\"event\":\"epoch\",\"fold\":\"Xi'an\",\"stage\":\"finetune\",\"epoch\":1,\"train_loss\":2.5,"
    "\"validation_macro_accuracy\":0.4,\"best\":true,\"learning_rate\":0.001,\"clips_per_s\":10}\n"
    "{\"event\":\"step\",\"stage\":\"finetune\",\"loss\":1}\n"
    "{\"event\":\"epoch\",\"fold\":\"Xi'an\",\"stage\":\"finetune\",\"epoch\":2,\"train_loss\":1."
    "25,"
    "\"validation_macro_accuracy\":0.5,\"best\":true,\"learning_rate\":0.0009,\"clips_per_s\":12}\n"
    "{\"event\":\"epoch\",\"fold\":\"Xi'an\",\"stage\":\"finetune\",\"epoch\":3,\"train_loss\":1."
    "125,"
    "\"validation_macro_accuracy\":0.5,\"learning_rate\":0.0009}\n"
    "{\"event\":\"pseudo-labels\",\"fold\":\"Xi'an\",\"round\":1,\"clips\":6960,"
    "\"accuracy_against_sessions\":0.913,\"clips_with_session_label\":6800,"
    "\"accuracy_against_hidden_labels\":null,\"clips_with_hidden_label\":0}\n"
    "{\"event\":\"step\",\"stage\":\"student\",\"mask_rate\":0.5,\"threshold\":0.9}\n"
    "{\"event\":\"step\",\"stage\":\"student\",\"mask_rate\":0.7,\"threshold\":0.95}\n"
    "{\"event\":\"epoch\",\"fold\":\"Xi'an\",\"stage\":\"student\",\"round\":1,\"epoch\":1,"
    "\"pseudo_label_accuracy\":0.91,\"kl\":0.125}\n"
    "{\"event\":\"epoch\",\"fold\":\"cut";

/* Sessions, cities, and audio of several states; a clip with a name to beware of. */
static const char manifest[] = "clip,path,scene,city,session,device,set,status,part,class\n"
                               "a,/d/a.wav,Bus,Xi'an,s1,,development,ok,,0\n"
                               "b,/d/b.wav,,Xi'an,s1,,development,short,,\n"
                               "<b>c</b>,,Metro,Har|bin,s2,,development,missing,,1\n"
                               "d,/d/d.wav,,Harbin,s3,,evaluation,ok,,\n";

static char run_dir[512];

static char *path_in_run(const char *name)
{
  static char path[1024];
  snprintf(path, sizeof path, "%s/%s", run_dir, name);
  return path;
}

static void put(const char *name, const char *text)
{
  test_write_file(path_in_run(name), text, strlen(text));
}

static int fresh_run(void **state)
{
  (void)state;
  assert_int_equal(setenv("PATH", "/nowhere", 1), 0); /* no gnuplot: figures have their own test */
  snprintf(run_dir, sizeof run_dir, "%s/demo", test_temp_dir());
  assert_ok(cst_make_dirs(run_dir));
  return 0;
}

static int remove_run(void **state)
{
  (void)state;
  test_remove_dirs();
  return 0;
}

static void put_everything(void)
{
  put("metrics.json", metrics);
  put("record.json", record);
  put("metrics.jsonl", events);
  put("split.txt", "sessions shared between training and validation: 0.0 %\n");
  put("manifest.csv", manifest);
  put("config.yaml", "dataset:\n  layout: cas\n");
}

/* A whole report.md; the caller frees it. */
static char *markdown(void)
{
  char *text;
  size_t n;
  assert_ok(cst_file_read(path_in_run("report/report.md"), &text, &n));
  return text;
}

static void assert_says(const char *text, const char *fragment)
{
  if (!strstr(text, fragment)) fail_msg("not in the report: %s\n%s", fragment, text);
}

static void assert_silent(const char *text, const char *fragment)
{
  if (strstr(text, fragment)) fail_msg("should not be in the report: %s\n%s", fragment, text);
}

static void everything_is_told(void **state)
{
  static const char *const fragments[] = {
      "# demo\n",
      "**Macro accuracy 61.2 % (95 % interval 57.0 to 65.2 %) on 1,300 clips of 56 recording "
      "sessions.**",
      "`leave-one-city-out`",
      "Without the average of weights: 43.2 % (95 % interval 40.0 to 45.0 %). ",
      "```sh\ncd '/home/me'\ncassette prepare a.yaml\nmpirun -n 2 build/release/cassette run "
      "configs/demo.yaml 'train.batch=8'\n```\n",
      "`abc1234`",
      "| Bus | unknown | 47.5 % | 1,000 |",
      "| Metro | 90 % | 75.0 % | 300 |",
      "| **mean** | **59 %** | **61.2 %** | 1,300 |",
      "not comparable",
      "| unseen | 61.2 % | 57.0 to 65.2 % | 1,300 |",
      "| Xi'an | 81.0 % | 1,000 |",
      "| Har\\|bin | 50.0 % | – |",
      "| Xi'an | 62.0 % | 50.0 to 70.0 % | 53.3 % | 1 | 55.1 % | 40 | 62.0 % | 1,600 | 1,000 | 40 "
      "|",
      "never trained on. Its clips, 7 in all, are in no figure.",
      "- Xi'an: Metro (not in training, 7 clips)\n",
      "**Leakage:** in a fold, up to 97.9 % of the validation clips",
      "clips that are right: 70.0 %.",
      "Expected calibration error 5.1 %:",
      "| Bus | **475** | 525 |",
      "| Bus | Metro | 52.5 % | 525 |",
      "| 60 to 67 % | 62.0 % | 50.0 % | 40 |",
      "| development | 3 | 2 | 2 | 2 | 1 | 1 | 1 |",
      "| evaluation | 1 | 0 | 1 | 1 | 1 | 0 | 0 |",
      "1 of 4 clips have no usable audio",
      "- &lt;b&gt;c&lt;/b&gt;: missing\n",
      "| core-hours, all starts | 4.1 |",
      "| peak memory per rank, MiB | 512 |",
      "| Xi'an, student (round 1) | 60.0 % | 91.0 % | 92.5 % | 0.125 |",
      "| Xi'an | 1 | 6,960 | – | 91.3 % of 6,800 |",
      "| Xi'an | finetune | 3 | 2.5000 to 1.1250 | 50.0 % | 2 | 11.0 |",
      "| Xi'an | student (round 1) | 1 | – | – | – | – |",
      "sessions shared between training and validation: 0.0 %",
      "| 3 | train | 1 min 01 s | 1 min 02 s | 2 h 03 min |",
      "| CPU | A CPU |",
      "| mpi | Open MPI v4 |",
  };
  (void)state;
  put_everything();
  assert_ok(cst_report_run(run_dir, false));
  char *text = markdown();
  for (size_t i = 0; i < sizeof fragments / sizeof *fragments; i++) assert_says(text, fragments[i]);
  assert_silent(text, "| seen |");
  assert_silent(text, "nan");
  cst_free(text);
}

/* Seen and unseen cities over the classes that both have, their number said; recordings that
 * training saw apart; no leakage where there is none of either kind. */
static void sides_are_told_apart(void **state)
{
  static const char text[] =
      "{\"protocol\": \"official\", \"macro_accuracy\": 0.6, \"classes\": [\"Bus\", \"Bar\", "
      "\"Metro\"], \"clips\": 100, \"classes_scored\": 2, \"seen\": 0.8, \"unseen\": 0.5,"
      "\"seen_cities\": {\"macro_accuracy\": 0.9, \"clips\": 70, \"ci95\": [0.8, 0.95]},"
      "\"unseen_cities\": {\"macro_accuracy\": 0.55, \"clips\": 30, \"ci95\": [0.4, 0.6]},"
      "\"seen_against_unseen\": {\"classes\": [\"Bus\", \"Metro\"], \"drop\": 0.3, \"drop_ci95\": "
      "[0.1, 0.45], \"seen\": {\"macro_accuracy\": 0.8, \"clips\": 61, \"ci95\": [0.7, 0.9]},"
      "\"unseen\": {\"macro_accuracy\": 0.5, \"clips\": 29, \"ci95\": [0.35, 0.6]}},"
      "\"shared_sessions\": {\"macro_accuracy\": 0.97, \"clips\": 24},"
      "\"new_sessions\": {\"macro_accuracy\": 0.52, \"clips\": 76},"
      "\"folds\": [{\"name\": \"official\", \"validation_leakage\": 0, \"test_clips\": 1100,"
      "\"test_clips_of_seen_sessions\": %d, \"shared_sessions\": {\"macro_accuracy\": 0.97, "
      "\"clips\": 24}, \"new_sessions\": {\"macro_accuracy\": 0.52}}]}";
  static const char *const fragments[] = {
      "Over the same 2 of 3 classes, cities seen in training score 80.0 % and unseen ones 50.0 "
      "%.",
      "24 of the clips are of recording sessions that training saw: 97.0 % on them, 52.0 % on "
      "the "
      "others.",
      "| cities | macro accuracy, the same classes | 95 % interval | clips | all of its own "
      "classes "
      "| clips |",
      "| seen | 80.0 % | 70.0 to 90.0 % | 61 | 90.0 % | 70 |",
      "| unseen | 50.0 % | 35.0 to 60.0 % | 29 | 55.0 % | 30 |",
      "over the same 2 of 3 classes: Bus, Metro. The drop is 30.0 points (95 % interval 10.0 to "
      "45.0, ",
      "Clips of recording sessions that training saw are left out here.",
      "on 100 clips, over 2 of 3 classes.**",
      "| **mean of 2 classes** | **60.0 %** | 100 |",
      "**Leakage:** 248 of 1100 test clips are of recording sessions that training saw. Macro "
      "accuracy is 97.0 % on them and 52.0 % on the others",
      "No validation clip shares a recording session with training."};
  char made[sizeof text + 16];
  (void)state;
  snprintf(made, sizeof made, text, 248);
  put("metrics.json", made);
  assert_ok(cst_report_run(run_dir, false));
  char *said = markdown();
  for (size_t i = 0; i < sizeof fragments / sizeof *fragments; i++) assert_says(said, fragments[i]);
  assert_silent(said, "No leakage");
  cst_free(said);
  snprintf(made, sizeof made, text, 0);
  put("metrics.json", made);
  assert_ok(cst_report_run(run_dir, false));
  said = markdown();
  assert_says(said, "No leakage: no validation or test clip shares a recording session");
  cst_free(said);
}

static void json_holds_the_same(void **state)
{
  cst_json *report;
  (void)state;
  put_everything();
  assert_ok(cst_report_run(run_dir, false));
  assert_ok(cst_json_read(path_in_run("report/report.json"), &report));
  assert_near(cst_json_get_number(cst_json_get(report, "metrics"), "macro_accuracy", NAN), 0.6121,
              0.0, "macro accuracy");
  assert_int_equal(cst_json_size(cst_json_get(cst_json_get(report, "record"), "segments")), 3);
  const cst_json *stage = cst_json_at(cst_json_get(report, "training"), 0);
  assert_int_equal(cst_json_get_integer(stage, "best_epoch", -1), 2);
  assert_near(cst_json_get_number(stage, "clips_per_s", NAN), 11.0, 1e-15, "speed");
  const cst_json *published = cst_json_get(report, "published");
  assert_near(cst_json_get_number(published, "macro_accuracy", NAN), 0.59, 0.0, "published");
  assert_true(isnan(cst_json_get_number(cst_json_get(published, "class_accuracy"), "Bus", 1.0)));
  cst_json_destroy(&report);
}

static void without_labels_there_is_no_headline(void **state)
{
  (void)state;
  put("metrics.json", "{\"protocol\": \"official\", \"macro_accuracy\": null, \"ci95\": null,"
                      "\"classes\": [\"Bus\"], \"class_accuracy\": {\"Bus\": null}, \"clips\": 0}");
  assert_ok(cst_report_run(run_dir, false));
  char *text = markdown();
  assert_says(text, "**No labels: predictions only.**");
  assert_silent(text, "## Classes");
  assert_silent(text, "%");
  cst_free(text);
}

/* Labels that no model could know are not "no labels". */
static void labels_out_of_reach_are_said(void **state)
{
  (void)state;
  put("metrics.json", "{\"protocol\": \"official\", \"macro_accuracy\": null, \"classes\": "
                      "[\"Bus\"], \"clips\": 0, \"not_testable_clips\": 12}");
  assert_ok(cst_report_run(run_dir, false));
  char *text = markdown();
  assert_says(text, "**No class to score.**\n\n12 held-out clips have labels");
  assert_silent(text, "predictions only");
  cst_free(text);
}

static void the_least_is_enough(void **state)
{
  char slashed[600];
  (void)state;
  put("metrics.json", "{\"macro_accuracy\": 0.5}");
  snprintf(slashed, sizeof slashed, "%s//", run_dir);
  assert_ok(cst_report_run(slashed, false));
  char *text = markdown();
  assert_says(text, "# demo\n\n**Macro accuracy 50.0 % on – clips.**");
  assert_silent(text, "##");
  cst_free(text);
}

/* Other classes, and synthetic recordings: nothing published to show beside them. */
static void other_classes_are_not_compared(void **state)
{
  (void)state;
  put("metrics.json", "{\"macro_accuracy\": 0.5, \"classes\": [\"tram\"], \"confusion\": [[2]],"
                      "\"class_accuracy\": {\"tram\": 0.5}}");
  assert_ok(cst_report_run(run_dir, false));
  char *text = markdown();
  assert_says(text, "| tram | 50.0 % | 2 |");
  assert_silent(text, "published");
  cst_free(text);

  static const char *const layouts[] = {"synth", "csv", "tau"};
  put("metrics.json", metrics);
  for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
    char config[64];
    snprintf(config, sizeof config, "dataset:\n  layout: %s\n", layouts[i]);
    put("config.yaml", config);
    assert_ok(cst_report_run(run_dir, false));
    text = markdown();
    assert_says(text, "| Metro | 75.0 % | 300 |");
    assert_silent(text, "published");
    cst_free(text);
  }
}

static void what_is_missing_or_damaged_is_named(void **state)
{
  static const struct {
    const char *file, *text, *says;
  } bad[] = {
      {"metrics.json", "{\"macro_accuracy\": 0.5", "metrics.json:1:"},
      {"metrics.json", "[]", "no member macro_accuracy; make it with: cassette evaluate"},
      {"metrics.json", "", "metrics.json:"},
      {"metrics.json", "\xff\xfe", "metrics.json:1:"},
      {"record.json", "{\"segments\": [}", "record.json:1:"},
      {"metrics.jsonl", "{\"event\":\"step\"}\n{\"event\":epoch}\n", "metrics.jsonl: line 2"},
      {"metrics.jsonl", "\n\n{]\n", "metrics.jsonl: line 3"},
      {"manifest.csv", "clip,path\na,b\n", "manifest.csv"},
  };
  (void)state;
  assert_fails(cst_report_run("/nowhere/at/all", false), CST_ERR_DATA, "/nowhere/at/all");
  assert_fails(cst_report_run(run_dir, false), CST_ERR_DATA, "cassette evaluate");
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    put_everything();
    put(bad[i].file, bad[i].text);
    assert_fails(cst_report_run(run_dir, false), CST_ERR_DATA, bad[i].says);
    assert_false(cst_file_exists(path_in_run("report/report.md")));
  }
}

/* Whatever the type of a member: a report, or a named failure, but no crash. */
static void members_of_any_type_are_survived(void **state)
{
  static const char *const values[] = {
      "null", "true", "3",    "-1e300",         "\"text\"",          "[]",
      "{}",   "[[]]", "[{}]", "[1,\"a\",null]", "{\"a\":{\"b\":[]}}"};
  static const char *const keys[] = {"protocol",
                                     "ci95",
                                     "classes",
                                     "class_accuracy",
                                     "city_accuracy",
                                     "seen",
                                     "unseen",
                                     "confusion",
                                     "folds",
                                     "not_testable",
                                     "clips",
                                     "sessions",
                                     "seen_cities",
                                     "unseen_cities",
                                     "accuracy",
                                     "calibration",
                                     "cells",
                                     "city_clips",
                                     "seen_against_unseen",
                                     "shared_sessions",
                                     "new_sessions",
                                     "not_testable_clips"};
  char text[512];
  (void)state;
  for (size_t v = 0; v < sizeof values / sizeof *values; v++)
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
      snprintf(text, sizeof text,
               "{\"macro_accuracy\": 0.5, \"classes\": [\"Bus\", \"Bar\"], \"other\": 1}");
      if (strcmp(keys[k], "classes") == 0)
        snprintf(text, sizeof text, "{\"macro_accuracy\": 0.5, \"classes\": %s}", values[v]);
      else
        snprintf(text, sizeof text,
                 "{\"macro_accuracy\": 0.5, \"classes\": [\"Bus\", \"Bar\"], \"%s\": %s}", keys[k],
                 values[v]);
      put("metrics.json", text);
      put("record.json", values[v]);
      snprintf(text, sizeof text,
               "{\"event\": \"epoch\", \"fold\": %s, \"best\": %s, \"class_counts\": %s}\n"
               "{\"event\": \"pseudo-labels\", \"fold\": %s, \"clips\": %s}\n%s\n",
               values[v], values[v], values[v], values[v], values[v], values[v]);
      put("metrics.jsonl", text);
      assert_ok(cst_report_run(run_dir, false));
    }
}

/* Equal accuracies are decided by loss, which the log alone cannot tell: training's word counts. */
static void training_says_which_epoch_is_best(void **state)
{
  (void)state;
  put("metrics.json", metrics);
  put("metrics.jsonl", "{\"event\":\"epoch\",\"stage\":\"pretrain\",\"validation_macro_accuracy\":"
                       "0.5,\"best\":true}\n"
                       "{\"event\":\"epoch\",\"stage\":\"pretrain\",\"validation_macro_accuracy\":"
                       "0.5,\"best\":true}\n"
                       "{\"event\":\"epoch\",\"stage\":\"pretrain\",\"validation_macro_accuracy\":"
                       "0.5,\"best\":false}\n"
                       "{\"event\":\"epoch\",\"stage\":\"student\",\"validation_macro_accuracy\":"
                       "null,\"best\":true}\n");
  assert_ok(cst_report_run(run_dir, false));
  char *text = markdown();
  assert_says(text, "| – | pretrain | 3 | – | 50.0 % | 2 | – |");
  assert_says(text, "| – | student | 1 | – | – | 1 | – |");
  cst_free(text);
}

/* The most confident first; a link where the recording is, relative to the page. */
static void confident_mistakes_are_listed_with_their_sound(void **state)
{
  char manifest_text[2048], *at;
  (void)state;
  put("metrics.json", metrics);
  assert_ok(cst_make_dirs(path_in_run("../sound of it")));
  put("../sound of it/b#1.wav", "");
  at = cst_strdup(path_in_run("../sound of it/b#1.wav"));
  snprintf(manifest_text, sizeof manifest_text,
           "clip,path,scene,city,session,device,set,status,part,class\n"
           "a,/gone/a.wav,Bus,Xi'an,s1,,development,ok,,0\n"
           "b,%s,Metro,Xi'an,s1,,development,ok,,1\n"
           "c,,Metro,Xi'an,s1,,development,missing,,1\n",
           at);
  put("manifest.csv", manifest_text);
  cst_free(at);
  assert_ok(cst_make_dirs(path_in_run("predictions")));
  put("predictions/held-out.csv", "clip,fold,session,truth,predicted,counts,p Bus,p Metro\n"
                                  "a,Xi'an,s1,Bus,Metro,1,0.4,0.6\n"
                                  "b,Xi'an,s1,Metro,Bus,1,0.875,0.125\n"
                                  "c,Xi'an,s1,Metro,Bus,0,1,0\n"
                                  "d,Xi'an,s1,Metro,Metro,1,0.01,0.99\n");
  assert_ok(cst_report_run(run_dir, false));
  char *text = markdown();
  assert_says(text, "| recording | is | taken for | confidence | city |\n|---|---|---|---:|---|\n"
                    "| [b](../../sound%20of%20it/b%231.wav) | Metro | Bus | 87.5 % | Xi'an |\n"
                    "| a | Bus | Metro | 60.0 % | Xi'an |\n\n");
  cst_free(text);
  put("predictions/held-out.csv", "clip,fold,session,truth,predicted,counts,p Bus\n"
                                  "a,Xi'an,s1,Bus,Metro,1,0.4\n");
  assert_fails(cst_report_run(run_dir, false), CST_ERR_DATA,
               "held-out.csv line 2: has no column of probabilities for 'Metro'");
}

static void nothing_is_kept(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

#define WITH_RUN(test) cmocka_unit_test_setup_teardown(test, fresh_run, remove_run)

int main(void)
{
  const struct CMUnitTest tests[] = {
      WITH_RUN(everything_is_told),
      WITH_RUN(sides_are_told_apart),
      WITH_RUN(json_holds_the_same),
      WITH_RUN(without_labels_there_is_no_headline),
      WITH_RUN(labels_out_of_reach_are_said),
      WITH_RUN(the_least_is_enough),
      WITH_RUN(other_classes_are_not_compared),
      WITH_RUN(what_is_missing_or_damaged_is_named),
      WITH_RUN(members_of_any_type_are_survived),
      WITH_RUN(training_says_which_epoch_is_best),
      WITH_RUN(confident_mistakes_are_listed_with_their_sound),
      cmocka_unit_test(nothing_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
