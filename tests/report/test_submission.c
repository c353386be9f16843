/* What is handed in, from made-up runs: order and completeness of the answers, and the facts. */
#include "cassette/submission.h"

#include "cassette/file.h"
#include "cassette/memory.h"
#include "support/test_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char run_dir[512];

static const char *at(const char *name)
{
  static char path[1024];
  snprintf(path, sizeof path, "%s/%s", run_dir, name);
  return path;
}

static void put(const char *name, const char *text)
{
  char *dir = cst_path_dir(at(name));
  assert_ok(cst_make_dirs(dir));
  cst_free(dir);
  test_write_file(at(name), text, strlen(text));
}

static const char answers[] = "filename,scene_label\nc,Metro\na,Bus\n\"b,1\",Bus\n";

static int fresh(void **state)
{
  (void)state;
  snprintf(run_dir, sizeof run_dir, "%s", test_temp_dir());
  put("metrics.json",
      "{\"macro_accuracy\": null, \"protocol\": \"official\", \"classes\": [\"Bus\", \"Metro\"], "
      "\"strategy\": \"fixmatch\", \"tier\": \"external\", \"seed\": 7, \"updates\": 420, "
      "\"parameters\": {\"threshold\": 0.95}, \"digests\": {\"data\": \"d1\"}, "
      "\"transductive\": true, \"folds\": [{\"name\": \"official\"}]}");
  put("record.json",
      "{\"segments\": [{\"ranks\": 2, \"threads\": 1, \"energy_j\": 1800000, \"timings\": {\"train\": "
      "{\"max\": 1800}}}, {\"ranks\": 2, \"threads\": 1, \"energy_j\": 5400000, \"command\": \"cassette "
      "run x.yaml\", \"network_parameters\": 1000, \"network_multiply_adds\": 2000000, \"teachers\": "
      "{\"files\": [\"eat.csv\"], \"digests\": {\"official\": \"ab\"}}, \"timings\": {\"train\": "
      "{\"max\": 1800}}}]}");
  put("config.yaml", "dataset:\n  layout: cas\n  pretrain_root: \"/data/my tau\"\n"
                     "  pretrain_weights: \"\"\naugment:\n  responses: irs\n");
  put("manifest.csv", "clip,path,scene,city,session,device,set,status,part,class\n"
                      "x,/d/x.wav,Bus,Harbin,s1,,development,ok,,0\n"
                      "a,/d/a.wav,,Harbin,s3,,evaluation,ok,,\n"
                      "\"b,1\",/d/b.wav,,Harbin,s3,,evaluation,ok,,\n"
                      "c,,,Harbin,s4,,evaluation,missing,,\n"
                      ",,Metro,,,,class,,,1\n");
  put("predictions/evaluation.csv", answers);
  return 0;
}

static int clean(void **state)
{
  (void)state;
  test_remove_dirs();
  return cst_memory_blocks() != 0;
}

static cst_status submit(const char *table)
{
  return cst_submission_write(
      &(cst_submission){.run = run_dir, .answers = "evaluation", .table = table});
}

static void assert_file(const char *name, const char *want)
{
  char *text;
  size_t n;
  assert_ok(cst_file_read(at(name), &text, &n));
  assert_string_equal(text, want);
  cst_free(text);
}

static void answers_are_in_the_order_of_the_table(void **state)
{
  (void)state;
  char table[1024];
  assert_ok(submit(NULL));
  assert_file("submission/predictions.csv", "filename,scene_label\na,Bus\n\"b,1\",Bus\nc,Metro\n");
  /* an official table of its own: byte-order mark, CRLF, more columns */
  put("official.csv",
      "\xEF\xBB\xBF"
      "filename,location,scene_label\r\n\"b,1\",Harbin,\r\nc,Harbin,\r\na,Harbin,\r\n");
  snprintf(table, sizeof table, "%s", at("official.csv"));
  assert_ok(submit(table));
  assert_file("submission/predictions.csv", "filename,scene_label\n\"b,1\",Bus\nc,Metro\na,Bus\n");
}

static void assert_facts(size_t n, const char *const *says)
{
  char *text;
  size_t bytes;
  assert_ok(submit(NULL));
  assert_ok(cst_file_read(at("submission/facts.yaml"), &text, &bytes));
  for (size_t i = 0; i < n; i++)
    if (!strstr(text, says[i])) fail_msg("facts.yaml does not say: %s\n%s", says[i], text);
  cst_free(text);
}

static void facts_are_told(void **state)
{
  static const char *const says[] = {
      "  parameters: 1000\n",
      "  bytes_in_single_precision: 4000\n",
      "  multiply_accumulates_per_clip: 2000000\n",
      "  models: 1\n",
      "  strategy: \"fixmatch\"\n",
      "  parameters:\n    threshold: 0.95\n",
      "  updates: 420\n",
      "  core_hours: 2\n",
      "  command: \"cassette run x.yaml\"\n",
      "energy:\n  kwh: 2\n  told_by: \"the processors' own counters (RAPL)",
      "  pretraining_data: \"/data/my tau\"\n",
      "  pretrained_weights: null\n",
      "  impulse_responses: \"irs\"\n",
      "  teachers:\n    files: [\"eat.csv\"]\n",
      "  training: \"external\"\n",
      "  answers: \"none\"\n",
      "  transductive: true\n",
      "  macro_accuracy: null\n",
      "  clips: 3\n",
      "  clips_without_usable_audio: 1\n"};
  (void)state;
  assert_facts(sizeof says / sizeof *says, says);
}

/* Sets to pre-train on, and a network that is told the city of what it answers. */
static void lists_of_the_configuration_are_facts(void **state)
{
  static const char *const some[] = {
      "  pretraining_data: \"[{layout: tau, root: a}, {layout: csv, root: b}]\"\n",
      "  answers: \"metadata\"\n"};
  static const char *const none[] = {"  pretraining_data: null\n", "  answers: \"none\"\n"};
  (void)state;
  put("config.yaml", "dataset:\n  pretrain: [{layout: tau, root: a}, {layout: csv, root: b}]\n"
                     "model:\n  metadata: [city]\n");
  assert_facts(2, some);
  put("config.yaml", "dataset:\n  pretrain: []\nmodel:\n  metadata: []\n");
  assert_facts(2, none);
}

/* Of a start that does not tell, the whole is not known, unless accounting does. */
static void energy_is_of_all_starts_or_of_accounting(void **state)
{
  char *text, *path = getenv("PATH"), *before = cst_strdup(path ? path : "");
  size_t n;
  (void)state;
  put("record.json",
      "{\"segments\": [{\"energy_j\": 5, \"slurm_job\": \"17\"}, {\"slurm_job\": \"17\"}, {\"slurm_job\": \"18\"}]}");
  put("bin/sacct",
      "#!/bin/sh\nfor last; do :; done\necho $last >>\"$0.asked\"\necho $((last * 100000))\n");
  char *dir = cst_format("%s:%s", at("bin"), before);
  assert_int_equal(setenv("PATH", dir, 1), 0);
  cst_free(dir);
  char command[1100];
  snprintf(command, sizeof command, "chmod +x '%s'", at("bin/sacct"));
  assert_int_equal(system(command), 0);
  assert_ok(submit(NULL));
  assert_ok(cst_file_read(at("submission/facts.yaml"), &text, &n));
  if (!strstr(text, "kwh: 0.97222")) fail_msg("3.5 MJ are 0.972 kWh:\n%s", text);
  assert_non_null(strstr(text, "told_by: \"Slurm's accounting"));
  cst_free(text);
  assert_file("bin/sacct.asked", "17\n18\n");
  put("bin/sacct", "#!/bin/sh\necho\n");
  assert_ok(submit(NULL));
  assert_ok(cst_file_read(at("submission/facts.yaml"), &text, &n));
  assert_non_null(strstr(text, "energy:\n  kwh: null\n  told_by: null\n"));
  cst_free(text);
  assert_int_equal(setenv("PATH", before, 1), 0);
  cst_free(before);
}

static void what_is_not_whole_is_refused(void **state)
{
  static const struct {
    const char *text, *says;
  } bad[] = {
      {"filename,scene_label\na,Bus\nc,Metro\n",
       "1 of 3 clips of the evaluation set have no answer, the first is b,1"},
      {"filename,scene_label\na,Bus\n\"b,1\",Bus\nc,Metro\na,Bus\n", ":5: clip a: named twice"},
      {"filename,scene_label\na,Bus\n\"b,1\",Bus\nc,Metro\nd,Bus\n",
       ":5: clip d: it is not in the table of the evaluation set"},
      {"filename,scene_label\na,Bus\n\"b,1\",Tram\nc,Metro\n",
       ":3: clip b,1: its label is no class of the run"},
      {"filename,scene_label\na,\n\"b,1\",Bus\nc,Metro\n", ":2: clip a: it has no label"},
      {"filename,label\na,Bus\n", "scene_label"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    put("predictions/evaluation.csv", bad[i].text);
    assert_fails(submit(NULL), CST_ERR_DATA, bad[i].says);
    assert_false(cst_file_exists(at("submission/predictions.csv")));
  }
  assert_int_equal(remove(at("predictions/evaluation.csv")), 0);
  assert_fails(submit(NULL), CST_ERR_DATA, "make it with: cassette predict");
  assert_fails(submit("/nowhere/at/all.csv"), CST_ERR_DATA, "cassette predict");
  put("predictions/evaluation.csv", answers);
  assert_fails(submit("/nowhere/at/all.csv"), CST_ERR_DATA, "/nowhere/at/all.csv");
  put("manifest.csv", "clip,path,scene,city,session,device,set,status,part,class\n"
                      "x,/d/x.wav,Bus,Harbin,s1,,development,ok,,0\n,,Metro,,,,class,,,1\n");
  assert_fails(submit(NULL), CST_ERR_DATA, "no evaluation set");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(answers_are_in_the_order_of_the_table, fresh, clean),
      cmocka_unit_test_setup_teardown(facts_are_told, fresh, clean),
      cmocka_unit_test_setup_teardown(lists_of_the_configuration_are_facts, fresh, clean),
      cmocka_unit_test_setup_teardown(energy_is_of_all_starts_or_of_accounting, fresh, clean),
      cmocka_unit_test_setup_teardown(what_is_not_whole_is_refused, fresh, clean),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
