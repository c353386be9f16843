/*
 * Comparisons of made-up runs whose every answer is known: figures against their definition, what
 * must not be compared is refused by name, what is incomplete is left out and said.
 */
#include "made_runs.h"

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
    /* (100 + 101 + 200 + 201) / 4 */
    assert_near(cst_json_get_number(g, "updates", NAN), 150.5, 1e-12, "updates");
    assert_near(cst_json_get_number(g, "rows_seen", NAN), 12000.0, 1e-12, "rows");
  }
  const cst_json *g = group(report, "fixmatch"), *interval = cst_json_get(g, "difference_ci95");
  const double difference = cst_json_get_number(g, "difference", NAN);
  assert_near(difference, mean[1] - mean[0], 1e-15, "difference");
  assert_true(difference > 0.2);
  assert_true(cst_json_number(cst_json_at(interval, 0), NAN) < difference);
  assert_true(cst_json_number(cst_json_at(interval, 1), NAN) > difference);
  assert_int_equal(cst_json_get_integer(g, "seeds_compared", -1), 2);
  assert_true(isnan(cst_json_get_number(g, "p", 0.0))); /* two seeds make no claim */
  assert_true(isnan(cst_json_get_number(group(report, "supervised"), "difference", 0.0)));
  cst_json_destroy(&report);
  char *text = read_markdown();
  assert_says(text, "**Too few seeds for a claim:** fixmatch (2). With fewer than 5");
  cst_free(text);
}

/* One fold of every seed from @p first. */
static void run_seeds(made m, int64_t first, int64_t last)
{
  m.fold = folds[0];
  for (m.seed = first; m.seed <= last; m.seed++) run(&m);
}

/* Differences are of the seeds that both have: here 2 to 6 of 1 to 6, against the definition. */
static void differences_are_of_common_seeds(void **state)
{
  double sum = 0.0;
  (void)state;
  run_seeds(supervised, 1, 6);
  run_seeds(fixmatch, 2, 7);
  assert_ok(compare(12));
  for (int64_t seed = 2; seed <= 6; seed++) {
    made a = fixmatch, b = supervised;
    a.seed = b.seed = seed;
    sum += (macro_of(a, folds, 1) - macro_of(b, folds, 1)) / 5.0;
  }
  cst_json *report = read_report();
  const cst_json *g = group(report, "fixmatch");
  assert_int_equal(cst_json_get_integer(g, "seeds", -1), 6);
  assert_int_equal(cst_json_get_integer(g, "seeds_compared", -1), 5);
  assert_near(cst_json_get_number(g, "difference", NAN), sum, 1e-14, "difference");
  assert_true(cst_json_get_number(g, "p", NAN) < 0.05);
  assert_int_equal(cst_json_get_integer(report, "comparisons", -1), 1);
  cst_json_destroy(&report);
  char *text = read_markdown();
  if (strstr(text, "Too few")) fail_msg("five seeds are enough:\n%s", text);
  cst_free(text);
}

static void other_seeds_are_not_compared(void **state)
{
  (void)state;
  run_seeds(supervised, 1, 1);
  run_seeds(fixmatch, 2, 3);
  assert_ok(compare(3));
  cst_json *report = read_report();
  assert_true(isnan(cst_json_get_number(group(report, "fixmatch"), "difference", 0.0)));
  cst_json_destroy(&report);
  char *text = read_markdown();
  assert_says(text, "**Not compared:**");
  assert_says(text, "no seed in common with supervised");
  assert_says(text, "**One training:**");
  cst_free(text);
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
  assert_int_equal(cst_json_get_integer(report, "comparisons", -1), 3);
  cst_json_destroy(&report);
  char *text = read_markdown();
  assert_says(text, "### Audio of unlabelled clips alone");
  assert_says(text, "### Also the label of the session: an upper bound");
  assert_says(text, "- session-oracle: `strategy.name: session-oracle`\n");
  assert_says(text, "| updates a model | rows a model |");
  assert_says(text, "| run | macro accuracy | 95 % interval | without the average of weights | "
                    "classes | seen cities |");
  assert_says(text, "part of a difference is more training");
  assert_says(text, "Macro accuracy is the mean over 2 of 3 classes and over seeds;");
  assert_true(strstr(text, "| supervised | 2 |") < strstr(text, "| fixmatch | 2 |"));
  assert_true(strstr(text, "| fixmatch | 2 |") < strstr(text, "| session-oracle | 2 |"));
  cst_free(text);
}

/* Rows of other settings are compared with their strategy under the reference, those of the reference
 * with its supervised; the name decides, not the order or the accuracy. */
static void settings_are_compared_with_the_reference(void **state)
{
  static const char *const settings[] = {"mixup", "plain"};
  (void)state;
  for (size_t s = 0; s < 2; s++) {
    made a = supervised, b = fixmatch;
    a.of_setting = b.of_setting = settings[s];
    a.reference = b.reference = "plain";
    if (s == 0) a.setting = b.setting = "weight: 2", a.skill = b.skill = 0.7;
    run_seeds(a, 1, 2);
    run_seeds(b, 1, 2);
  }
  assert_ok(compare(8));
  cst_json *report = read_report();
  static const char *const with[][2] = {{"mixup / supervised", "plain / supervised"},
                                        {"mixup / fixmatch", "plain / fixmatch"},
                                        {"plain / fixmatch", "plain / supervised"}};
  assert_string_equal(cst_json_get_string(report, "baseline", ""), "plain / supervised");
  assert_int_equal(cst_json_get_integer(report, "comparisons", -1), 3);
  for (size_t i = 0; i < 3; i++) {
    const cst_json *g = group(report, with[i][0]), *other = group(report, with[i][1]);
    assert_string_equal(cst_json_get_string(g, "compared_with", ""), with[i][1]);
    assert_near(cst_json_get_number(g, "difference", NAN),
                cst_json_get_number(g, "macro_accuracy", NAN) -
                    cst_json_get_number(other, "macro_accuracy", NAN),
                1e-15, with[i][0]);
  }
  /* the reference first, then by setting */
  static const char *const order[] = {"plain / supervised", "plain / fixmatch"};
  for (size_t i = 0; i < 2; i++)
    assert_string_equal(
        cst_json_get_string(cst_json_at(cst_json_get(report, "groups"), i), "name", ""), order[i]);
  cst_json_destroy(&report);
  char *text = read_markdown();
  assert_says(text, "| 95 % interval | compared with | difference, points |");
  assert_says(text,
              "to **plain / supervised**, of rows of other settings to the same strategy under "
              "its setting,");
  cst_free(text);
  assert_ok(compare_with(8, "mixup"));
  report = read_report();
  assert_string_equal(cst_json_get_string(report, "baseline", ""), "mixup / supervised");
  cst_json_destroy(&report);
  assert_ok(compare_with(8, "fixmatch"));
  report = read_report();
  assert_string_equal(cst_json_get_string(report, "baseline", ""), "plain / fixmatch");
  cst_json_destroy(&report);
  assert_fails(compare_with(8, "cutmix"), CST_ERR_USAGE,
               "--reference cutmix: no setting and no strategy of these runs: mixup / supervised");
}

/* Of one strategy the setting is name enough. */
static void settings_of_one_strategy_are_named_shortly(void **state)
{
  made a = supervised, b = supervised;
  (void)state;
  a.of_setting = "plain", b.of_setting = "mixup", b.setting = "weight: 2";
  a.reference = b.reference = "plain";
  run_seeds(a, 1, 1);
  run_seeds(b, 1, 1);
  assert_ok(compare(2));
  cst_json *report = read_report();
  assert_string_equal(cst_json_get_string(group(report, "mixup"), "compared_with", ""), "plain");
  cst_json_destroy(&report);
}

/* Runs that heard what is tested are compared with the others, in a table of their own. */
static void transductive_runs_are_a_tier(void **state)
{
  made heard = fixmatch;
  (void)state;
  heard.transductive = true;
  heard.setting = "weight: 2";
  run_all(supervised, 2);
  run_all(fixmatch, 2);
  run_all(heard, 2);
  assert_ok(compare(12));
  cst_json *report = read_report();
  const cst_json *g = group(report, "fixmatch (strategy.weight: 2)");
  assert_true(cst_json_get_bool(g, "transductive", false));
  assert_false(isnan(cst_json_get_number(g, "difference", NAN)));
  assert_false(cst_json_get_bool(group(report, "fixmatch"), "transductive", true));
  cst_json_destroy(&report);
  char *text = read_markdown();
  assert_says(text, "### Audio of unlabelled clips alone, those that are tested among them");
  assert_true(strstr(text, "| fixmatch | 2 |") < strstr(text, "those that are tested among them"));
  assert_true(strstr(text, "those that are tested among them") <
              strstr(text, "| fixmatch (strategy.weight: 2) | 2 |"));
  cst_free(text);
}

static void averages_that_differ_are_told(void **state)
{
  made other = fixmatch;
  (void)state;
  run_all(supervised, 2);
  run_all(fixmatch, 2);
  assert_ok(compare(8));
  char *text = read_markdown();
  assert_null(strstr(text, "Not averaged alike"));
  cst_free(text);
  other.setting = "ema: 0.9";
  run_all(other, 2);
  assert_ok(compare(12));
  text = read_markdown();
  assert_says(text, "**Not averaged alike:** the average of weights (`strategy.ema`)");
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
  assert_near(cst_json_get_number(g, "updates", NAN), 150.5, 1e-12, "updates of whole seeds");
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
  char *text = read_markdown();
  assert_says(text, "| 72.5 % by sessions |");
  cst_free(text);
}

/* One quantity for all strategies: hidden labels, where there are any; none by construction. */
static void hidden_labels_come_first(void **state)
{
  static const char teacher[] =
      "{\"event\":\"pseudo-labels\",\"fold\":\"Harbin\",\"round\":1,"
      "\"accuracy_against_sessions\":0.9,\"clips_with_session_label\":30,"
      "\"accuracy_against_hidden_labels\":0.625,\"clips_with_hidden_label\":200}\n";
  static const char steps[] = "{\"event\":\"epoch\",\"stage\":\"student\",\"fold\":\"Harbin\","
                              "\"pseudo_label_accuracy\":0.5,\"pseudo_labels_checked\":80,"
                              "\"pseudo_labels_checked_by\":\"hidden labels\"}\n";
  made of[] = {supervised, fixmatch, oracle, oracle};
  (void)state;
  of[3].tier = "session", of[3].strategy = "session-consistent";
  for (size_t i = 0; i < 4; i++) {
    of[i].seed = 1, of[i].fold = folds[0];
    put(run(&of[i]), "metrics.jsonl", i == 1 ? steps : teacher);
  }
  assert_ok(compare(4));
  cst_json *report = read_report();
  const cst_json *a = group(report, "supervised"), *b = group(report, "fixmatch");
  assert_near(cst_json_get_number(a, "pseudo_label_accuracy", NAN), 0.625, 0.0, "of a teacher");
  assert_near(cst_json_get_number(b, "pseudo_label_accuracy", NAN), 0.5, 0.0, "of steps");
  assert_string_equal(cst_json_get_string(a, "pseudo_labels_checked_by", ""), "hidden labels");
  for (size_t i = 2; i < 4; i++)
    assert_true(
        isnan(cst_json_get_number(group(report, of[i].strategy), "pseudo_label_accuracy", 0.0)));
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

/* Runs that hide other shares of labels have other splits, and are one curve. */
static void shares_of_labels_are_a_learning_curve(void **state)
{
  static const char *const hidden[] = {"0.5", "0", "0.9"};
  static char *text; /* the compiler takes an automatic one for what it points to */
  (void)state;
  for (size_t h = 0; h < 3; h++)
    for (int s = 0; s < 2; s++) {
      made m = s ? fixmatch : supervised;
      m.hidden = hidden[h], m.split = hidden[h], m.seed = 1, m.fold = folds[0];
      m.skill = h == 2 ? 0.0 : 1.0;
      if (h != 2 || s == 0) run(&m);
    }
  assert_ok(compare(5));
  text = read_markdown();
  assert_says(text, "| strategy | 10 % of labels | 50 % of labels | 100 % of labels |\n");
  const char *row = strstr(strstr(text, "## Labels"), "\n| supervised | 0.0 | 100.0 | 100.0 |");
  if (!row) fail_msg("no curve of supervised: %s", strstr(text, "## Labels"));
  if (!strstr(text, "\n| fixmatch | – | 100.0 | 100.0 |"))
    fail_msg("no curve of fixmatch: %s", text);
  cst_free(text);
  fresh(state);
  run_all(supervised, 2);
  assert_ok(compare(4));
  text = read_markdown();
  assert_null(strstr(text, "## Labels"));
  cst_free(text);
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

/* Other teachers compare, in a tier of their own, and one that may know the held-out city is marked. */
static void teachers_from_outside_are_told_apart(void **state)
{
  made taught = {.strategy = "distill", .tier = "external", .skill = 0.9, .teacher = "t1"};
  (void)state;
  taught.one_for_all = true;
  run_all(supervised, 2);
  run_all(taught, 2);
  assert_ok(compare(8));
  char *text = read_markdown();
  assert_says(text, "### Also what models from elsewhere make of them");
  assert_says(text, "May leak:");
  cst_free(text);
  fresh(state);
  taught.one_for_all = false, taught.seed = 1, taught.fold = "Harbin";
  run(&taught);
  taught.seed = 2;
  run(&taught);
  assert_ok(compare(2));
  text = read_markdown();
  assert_null(strstr(text, "May leak:"));
  cst_free(text);
}

static void other_tables_of_the_same_name_are_refused(void **state)
{
  made a = {
      .strategy = "distill", .tier = "external", .seed = 1, .fold = "Harbin", .teacher = "t1"};
  made b = a;
  (void)state;
  run(&a);
  b.seed = 2, b.teacher = "t2";
  run(&b);
  assert_refused("tables of fold Harbin have the same names and differ (digests t1 and t2)");
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
  assert_fails(cst_report_compare(1, one, NULL, "/dev/null/none", false), CST_ERR_DATA,
               "/dev/null");
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
      WITH_RUNS(differences_are_of_common_seeds),
      WITH_RUNS(other_seeds_are_not_compared),
      WITH_RUNS(tiers_and_settings_are_told_apart),
      WITH_RUNS(teachers_from_outside_are_told_apart),
      WITH_RUNS(other_tables_of_the_same_name_are_refused),
      WITH_RUNS(settings_are_compared_with_the_reference),
      WITH_RUNS(settings_of_one_strategy_are_named_shortly),
      WITH_RUNS(transductive_runs_are_a_tier),
      WITH_RUNS(averages_that_differ_are_told),
      WITH_RUNS(a_seed_without_a_fold_is_left_out),
      WITH_RUNS(the_first_is_the_baseline_else),
      WITH_RUNS(only_part_of_the_folds_gives_no_figures),
      WITH_RUNS(last_pseudo_labels_count),
      WITH_RUNS(hidden_labels_come_first),
      WITH_RUNS(pseudo_labels_of_training_steps_count),
      WITH_RUNS(shares_of_labels_are_a_learning_curve),
      WITH_RUNS(other_data_are_refused_by_name),
      WITH_RUNS(what_is_missing_is_named),
      WITH_RUNS(an_unwritable_place_is_named),
      WITH_RUNS(an_ablation_stands_for_its_cells),
      cmocka_unit_test(nothing_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
