/*
 * Comparisons of made-up runs whose every answer is known: figures against their definition, what
 * must not be compared is refused by name, what is incomplete is left out and said.
 */
#include "cassette/report.h"

#include "cassette/file.h"
#include "cassette/json.h"
#include "support/test_support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Per fold: sessions of CLIPS clips, two classes; a clip of class Bus in every odd session. */
enum { SESSIONS = 6, CLIPS = 3 };

typedef struct {
  const char *strategy, *tier, *setting; /* setting: a line of section strategy */
  int64_t seed;
  const char *fold, *data, *features, *split, *protocol;
  double skill; /* share of the clips that are right */
} made;

static char root[256], dirs[16][512];
static size_t n_dirs;

/* Whether a run is right about a clip: the same for the same arguments. */
static bool is_right(const made *m, int session, int clip)
{
  const unsigned mixed =
      (unsigned)(m->seed * 7 + session * 5 + clip * 3 + m->fold[0] * 11) * 2654435761u;
  return (double)(mixed >> 8 & 0xffff) / 65536.0 < m->skill;
}

static void put(const char *dir, const char *name, const char *text)
{
  char path[1024], *parent;
  snprintf(path, sizeof path, "%s/%s", dir, name);
  parent = cst_path_dir(path);
  assert_ok(cst_make_dirs(parent));
  cst_free(parent);
  test_write_file(path, text, strlen(text));
}

static void put_answers(const char *dir, const made *m)
{
  cst_text text = {0};
  cst_text_add(&text, "clip,fold,session,truth,predicted,counts,p Bus,p Metro\n");
  cst_text_add(&text, "other,%s,%s/x,Metro,Bus,0,1,0\n", m->fold, m->fold); /* must not count */
  for (int s = 0; s < SESSIONS; s++)
    for (int c = 0; c < CLIPS; c++) {
      const bool bus = s % 2, right = is_right(m, s, c);
      cst_text_add(&text, "clip-%d-%d,%s,%s/%d,%s,%s,1,0.5,0.5\n", s, c, m->fold, m->fold, s,
                   bus ? "Bus" : "Metro", bus == right ? "Bus" : "Metro");
    }
  put(dir, "predictions/held-out.csv", text.data);
  cst_text_reset(&text);
}

static void put_run(const char *dir, const made *m)
{
  cst_text text = {0};
  cst_text_add(&text,
               "{\"protocol\": \"%s\", \"macro_accuracy\": 0.5, \"classes\": [\"Bus\", \"Metro\"], "
               "\"strategy\": \"%s\", \"tier\": \"%s\", \"seed\": %lld, \"digests\": {\"data\": "
               "\"%s\", \"features\": \"%s\"}, \"folds\": [{\"name\": \"%s\", \"split\": \"%s\"}]}",
               m->protocol ? m->protocol : "leave-one-city-out", m->strategy, m->tier,
               (long long)m->seed, m->data ? m->data : "d1", m->features ? m->features : "f1",
               m->fold, m->split ? m->split : "s1");
  put(dir, "metrics.json", text.data);
  cst_text_reset(&text);
  cst_text_add(&text,
               "name: x-%lld\nseed: %lld\nsplit:\n  held_out: [%s]\nstrategy:\n  name: %s\n  %s\n"
               "run:\n  keep: %lld\n",
               (long long)m->seed, (long long)m->seed, m->fold, m->strategy,
               m->setting ? m->setting : "weight: 0", (long long)m->seed);
  put(dir, "config.yaml", text.data);
  cst_text_reset(&text);
  put(dir, "record.json",
      "{\"segments\": [{\"ranks\": 2, \"threads\": 3, \"timings\": {\"train\": "
      "{\"max\": 600}, \"evaluate\": {\"max\": 60}}}, {\"ranks\": 1, "
      "\"threads\": 1, \"timings\": {\"train\": {\"max\": 360}}}]}");
  put_answers(dir, m);
}

/* The directory of a new run, as an argument of the comparison. */
static const char *run(const made *m)
{
  char *dir = dirs[n_dirs++];
  snprintf(dir, sizeof dirs[0], "%s/%s-%s-%lld-%zu", root, m->strategy, m->fold, (long long)m->seed,
           n_dirs);
  put_run(dir, m);
  return dir;
}

static int fresh(void **state)
{
  (void)state;
  snprintf(root, sizeof root, "%s", test_temp_dir());
  n_dirs = 0;
  return 0;
}

static int clean(void **state)
{
  (void)state;
  test_remove_dirs();
  return 0;
}

static cst_status compare(size_t n)
{
  const char *list[16];
  char out[512];
  for (size_t i = 0; i < n; i++) list[i] = dirs[i];
  snprintf(out, sizeof out, "%s/out", root);
  return cst_report_compare(n, list, out);
}

static cst_json *read_report(void)
{
  char path[512];
  cst_json *report;
  snprintf(path, sizeof path, "%s/out/report.json", root);
  assert_ok(cst_json_read(path, &report));
  return report;
}

static char *read_markdown(void)
{
  char path[512], *text;
  size_t n;
  snprintf(path, sizeof path, "%s/out/report.md", root);
  assert_ok(cst_file_read(path, &text, &n));
  return text;
}

static const cst_json *group(const cst_json *report, const char *name)
{
  const cst_json *groups = cst_json_get(report, "groups");
  for (size_t i = 0; i < cst_json_size(groups); i++)
    if (strcmp(cst_json_get_string(cst_json_at(groups, i), "name", ""), name) == 0)
      return cst_json_at(groups, i);
  fail_msg("no group %s", name);
  return NULL;
}

static void assert_says(const char *text, const char *fragment)
{
  if (!strstr(text, fragment)) fail_msg("not in the report: %s\n%s", fragment, text);
}

/* Macro accuracy of one seed over its folds: the mean over classes of right / clips. */
static double macro_of(made m, const char *const *folds, size_t n)
{
  double right[2] = {0.0}, clips[2] = {0.0};
  for (size_t f = 0; f < n; f++) {
    m.fold = folds[f];
    for (int s = 0; s < SESSIONS; s++)
      for (int c = 0; c < CLIPS; c++) {
        clips[s % 2]++;
        right[s % 2] += is_right(&m, s, c);
      }
  }
  return 0.5 * (right[0] / clips[0] + right[1] / clips[1]);
}

static const char *const folds[] = {"Harbin", "Xi'an"};
static const made supervised = {.strategy = "supervised", .tier = "none", .skill = 0.4},
                  fixmatch = {.strategy = "fixmatch", .tier = "none", .skill = 0.9},
                  oracle = {.strategy = "session-oracle", .tier = "oracle", .skill = 0.95};

/* Every fold of every seed. */
static void run_all(made m, int64_t seeds)
{
  for (m.seed = 1; m.seed <= seeds; m.seed++)
    for (size_t f = 0; f < 2; f++) {
      m.fold = folds[f];
      run(&m);
    }
}

static void strategies_are_scored_over_seeds_and_folds(void **state)
{
  double macro[2][2], mean[2];
  const made *const kind[] = {&supervised, &fixmatch};
  (void)state;
  run_all(fixmatch, 2);
  run_all(supervised, 2);
  assert_ok(compare(8));
  cst_json *report = read_report();
  assert_string_equal(cst_json_get_string(report, "baseline", ""), "supervised");
  for (int k = 0; k < 2; k++) {
    const cst_json *g = group(report, kind[k]->strategy);
    for (int s = 0; s < 2; s++) {
      made m = *kind[k];
      m.seed = s + 1;
      macro[k][s] = macro_of(m, folds, 2);
      assert_near(
          cst_json_number(cst_json_at(cst_json_get(g, "seed_macro_accuracy"), (size_t)s), NAN),
          macro[k][s], 1e-15, "macro accuracy of a seed");
    }
    mean[k] = 0.5 * (macro[k][0] + macro[k][1]);
    assert_near(cst_json_get_number(g, "macro_accuracy", NAN), mean[k], 1e-15, "macro accuracy");
    assert_near(cst_json_get_number(g, "sd", NAN), fabs(macro[k][0] - macro[k][1]) / sqrt(2.0),
                1e-15, "standard deviation");
    assert_int_equal(cst_json_get_integer(g, "seeds", -1), 2);
    assert_int_equal(cst_json_get_integer(g, "folds", -1), 2);
    assert_int_equal(cst_json_get_integer(g, "clips", -1), 2 * SESSIONS * CLIPS);
    assert_int_equal(cst_json_get_integer(g, "sessions", -1), 2 * SESSIONS);
    assert_int_equal(cst_json_size(cst_json_get(g, "runs")), 4);
    /* a fold: 2 x 3 cores for 11 minutes, then 1 for 6; two folds a seed */
    assert_near(cst_json_get_number(g, "core_hours", NAN), 2.0 * (6 * 660 + 360) / 3600.0, 1e-12,
                "core hours");
  }
  const cst_json *g = group(report, "fixmatch"), *interval = cst_json_get(g, "difference_ci95");
  const double difference = cst_json_get_number(g, "difference", NAN);
  assert_near(difference, mean[1] - mean[0], 1e-15, "difference");
  assert_true(difference > 0.2);
  assert_true(cst_json_number(cst_json_at(interval, 0), NAN) < difference);
  assert_true(cst_json_number(cst_json_at(interval, 1), NAN) > difference);
  assert_true(cst_json_get_number(g, "p_holm", NAN) < 0.05);
  assert_true(isnan(cst_json_get_number(group(report, "supervised"), "p_holm", 0.0)));
  cst_json_destroy(&report);
}

/* Tiers have tables of their own, p-values are corrected over all of them, and a setting that
 * differs makes another group. */
static void tiers_and_settings_are_told_apart(void **state)
{
  made other = fixmatch;
  (void)state;
  other.setting = "weight: 2";
  run_all(supervised, 2);
  run_all(fixmatch, 2);
  run_all(other, 2);
  run_all(oracle, 2);
  assert_ok(compare(16));
  cst_json *report = read_report();
  assert_int_equal(cst_json_size(cst_json_get(report, "groups")), 4);
  const cst_json *g = group(report, "fixmatch (strategy.weight: 2)");
  assert_near(cst_json_get_number(g, "macro_accuracy", NAN),
              cst_json_get_number(group(report, "fixmatch"), "macro_accuracy", 0.0), 0.0, "twin");
  assert_near(cst_json_get_number(g, "p_holm", NAN),
              fmin(1.0, 3.0 * cst_json_get_number(g, "p_bootstrap", NAN)), 1e-12,
              "Holm over three");
  cst_json_destroy(&report);
  char *text = read_markdown();
  assert_says(text, "### Audio of unlabelled clips alone");
  assert_says(text, "### Also the label of the session: an upper bound");
  assert_says(text, "- session-oracle: `strategy.name: session-oracle`\n");
  assert_true(strstr(text, "| supervised | 2 |") < strstr(text, "| fixmatch | 2 |"));
  assert_true(strstr(text, "| fixmatch | 2 |") < strstr(text, "| session-oracle | 2 |"));
  cst_free(text);
}

static void a_seed_without_a_fold_is_left_out(void **state)
{
  made third = supervised;
  (void)state;
  run_all(supervised, 2);
  third.seed = 3;
  third.fold = folds[0];
  run(&third);
  assert_ok(compare(5));
  cst_json *report = read_report();
  const cst_json *g = group(report, "supervised");
  assert_int_equal(cst_json_get_integer(g, "seeds", -1), 2);
  assert_int_equal(cst_json_get_integer(g, "seeds_left_out", -1), 1);
  cst_json_destroy(&report);
  char *text = read_markdown();
  assert_says(text, "**Left out:** 1 seed of supervised");
  cst_free(text);
}

/* Without supervised the first run's group is what the others are compared with. */
static void the_first_is_the_baseline_else(void **state)
{
  (void)state;
  run_all(oracle, 1);
  run_all(fixmatch, 1);
  assert_ok(compare(4));
  cst_json *report = read_report();
  assert_string_equal(cst_json_get_string(report, "baseline", ""), "session-oracle");
  assert_true(isnan(cst_json_get_number(group(report, "fixmatch"), "sd", 0.0)));
  assert_true(isfinite(cst_json_get_number(group(report, "fixmatch"), "difference", NAN)));
  cst_json_destroy(&report);
}

static void only_part_of_the_folds_gives_no_figures(void **state)
{
  made a = supervised, b = supervised;
  (void)state;
  a.seed = 1, a.fold = folds[0];
  b.seed = 2, b.fold = folds[1];
  run(&a), run(&b);
  assert_ok(compare(2));
  cst_json *report = read_report();
  assert_null(cst_json_get_string(report, "baseline", NULL));
  assert_true(isnan(cst_json_get_number(group(report, "supervised"), "macro_accuracy", 0.0)));
  cst_json_destroy(&report);
}

static void last_pseudo_labels_count(void **state)
{
  made m = fixmatch;
  (void)state;
  m.seed = 1, m.fold = folds[0];
  put(run(&m), "metrics.jsonl",
      "{\"event\":\"pseudo-labels\",\"fold\":\"Harbin\",\"round\":1,\"accuracy_against_sessions\":"
      "0.1,\"clips_with_session_label\":100}\n"
      "{\"event\":\"pseudo-labels\",\"fold\":\"Harbin\",\"round\":2,\"accuracy_against_sessions\":"
      "0.8,\"clips_with_session_label\":30}\n");
  m.fold = folds[1];
  put(run(&m), "metrics.jsonl",
      "{\"event\":\"pseudo-labels\",\"fold\":\"Xi'an\",\"round\":1,\"accuracy_against_sessions\":"
      "0.5,\"clips_with_session_label\":10}\n");
  assert_ok(compare(2));
  cst_json *report = read_report();
  assert_near(cst_json_get_number(group(report, "fixmatch"), "pseudo_label_accuracy", NAN),
              (0.8 * 30 + 0.5 * 10) / 40, 1e-15, "pseudo-labels");
  cst_json_destroy(&report);
}

/* Without a teacher: the last epoch that could check any. */
static void pseudo_labels_of_training_steps_count(void **state)
{
  made m = fixmatch;
  (void)state;
  m.seed = 1, m.fold = folds[0];
  put(run(&m), "metrics.jsonl",
      "{\"event\":\"epoch\",\"stage\":\"finetune\",\"fold\":\"Harbin\",\"pseudo_label_accuracy\":1,"
      "\"pseudo_labels_checked\":9}\n"
      "{\"event\":\"epoch\",\"stage\":\"student\",\"fold\":\"Harbin\",\"pseudo_label_accuracy\":0."
      "2,"
      "\"pseudo_labels_checked\":50}\n"
      "{\"event\":\"epoch\",\"stage\":\"student\",\"fold\":\"Harbin\",\"pseudo_label_accuracy\":0."
      "75,"
      "\"pseudo_labels_checked\":40}\n"
      "{\"event\":\"epoch\",\"stage\":\"student\",\"fold\":\"Harbin\",\"pseudo_label_accuracy\":"
      "null,"
      "\"pseudo_labels_checked\":0}\n");
  assert_ok(compare(1));
  cst_json *report = read_report();
  assert_near(cst_json_get_number(group(report, "fixmatch"), "pseudo_label_accuracy", NAN), 0.75,
              1e-15, "pseudo-labels");
  cst_json_destroy(&report);
}

/* --- refusals --- */

static void assert_refused(const char *fragment)
{
  const cst_status st = compare(2);
  const char *message = cst_message();
  if (st != CST_ERR_DATA || !strstr(message, fragment))
    fail_msg("status %d, message: %s\nwanted: %s", st, message, fragment);
  for (size_t i = 0; i < 2; i++)
    if (!strstr(message, dirs[i])) fail_msg("does not name %s: %s", dirs[i], message);
  cst_clear();
}

static void other_data_are_refused_by_name(void **state)
{
  const made base = {.strategy = "supervised", .tier = "none", .seed = 1, .fold = "Harbin"};
  made bad[5] = {base, base, base, base, base};
  static const char *const says[] = {
      "their data differ (digests d1 and d2)", "their features differ (digests f1 and f2)",
      "the splits of fold Harbin differ (digests s1 and s2)",
      "their protocols differ (leave-one-city-out and groups)", "are the same run twice"};
  bad[0].data = "d2";
  bad[1].features = "f2";
  bad[2].split = "s2";
  bad[3].protocol = "groups";
  for (size_t i = 0; i < 5; i++) {
    fresh(state);
    run(&base);
    run(&bad[i]);
    assert_refused(says[i]);
  }
  fresh(state);
  run(&base);
  bad[4].strategy = "fixmatch";
  put(run(&bad[4]), "predictions/held-out.csv",
      "clip,fold,session,truth,predicted,counts\nclip-0-0,Harbin,Harbin/0,Metro,Bus,1\n");
  assert_refused("other clips, sessions or labels");
}

static void what_is_missing_is_named(void **state)
{
  made m = supervised;
  char path[1024];
  (void)state;
  m.seed = 1, m.fold = "Harbin";
  run(&m);
  m.seed = 2;
  const char *dir = run(&m);
  snprintf(path, sizeof path, "%s/predictions/held-out.csv", dir);
  assert_ok(cst_file_remove(path));
  assert_fails(compare(2), CST_ERR_DATA,
               "held-out.csv: no such file; make it with: cassette evaluate");
  put_answers(dir, &m);
  put(dir, "metrics.json", "{\"macro_accuracy\": 0.5, \"protocol\": \"leave-one-city-out\"}");
  assert_fails(compare(2), CST_ERR_DATA, "says nothing of its data");
  put(dir, "metrics.json", "{\"macro_accuracy\": null}");
  assert_fails(compare(2), CST_ERR_DATA, "no labels");
}

static void an_unwritable_place_is_named(void **state)
{
  made m = supervised;
  (void)state;
  m.seed = 1, m.fold = "Harbin";
  const char *const one[] = {run(&m)};
  assert_fails(cst_report_compare(1, one, "/dev/null/none"), CST_ERR_DATA, "/dev/null");
}

static void an_ablation_stands_for_its_cells(void **state)
{
  cst_run_list list = {0};
  char grid[512], path[600];
  (void)state;
  snprintf(grid, sizeof grid, "%s/grid", root);
  put(grid, "ablation.yaml", "name: grid\n");
  put(grid, "shared/seed-1/metrics.jsonl", "");
  put(grid, "fixmatch/Harbin/seed-1/config.yaml", "");
  assert_fails(cst_run_list_add(&list, grid), CST_ERR_DATA, "no cell of this ablation is done");
  put(grid, "supervised/Harbin/seed-2/metrics.json", "{}");
  put(grid, "supervised/Harbin/seed-1/metrics.json", "{}");
  snprintf(path, sizeof path, "%s/supervised/Harbin/seed-1", grid);
  assert_ok(cst_run_list_add(&list, "elsewhere"));
  assert_ok(cst_run_list_add(&list, grid));
  assert_int_equal(list.n, 3);
  assert_string_equal(list.dir[0], "elsewhere");
  assert_string_equal(list.dir[1], path);
  cst_run_list_reset(&list);
}

static void nothing_is_kept(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

#define WITH_RUNS(test) cmocka_unit_test_setup_teardown(test, fresh, clean)

int main(void)
{
  const struct CMUnitTest tests[] = {
      WITH_RUNS(strategies_are_scored_over_seeds_and_folds),
      WITH_RUNS(tiers_and_settings_are_told_apart),
      WITH_RUNS(a_seed_without_a_fold_is_left_out),
      WITH_RUNS(the_first_is_the_baseline_else),
      WITH_RUNS(only_part_of_the_folds_gives_no_figures),
      WITH_RUNS(last_pseudo_labels_count),
      WITH_RUNS(pseudo_labels_of_training_steps_count),
      WITH_RUNS(other_data_are_refused_by_name),
      WITH_RUNS(what_is_missing_is_named),
      WITH_RUNS(an_unwritable_place_is_named),
      WITH_RUNS(an_ablation_stands_for_its_cells),
      cmocka_unit_test(nothing_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
