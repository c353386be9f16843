/* Which clips a figure is of.  Made answers of two folds, whose every figure is known:
 *
 *   fold North tests Bus and Bar in Harbin, trained on Bus and Metro: Bar is out of its reach
 *   fold South tests Bus and Bar in Xi'an, trained on all three
 *
 * so that a class that one fold can be asked for, and another cannot, shows. */
#include "scoring.h"

#include "scoring_figures.h"
#include "scoring_maps.h"
#include "scoring_sets.h"
#include "support/test_support.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BUS, BAR, METRO, CLASSES };
enum { HARBIN, XIAN, WUHAN };

static const char manifest[] = "clip,path,scene,city,session,device,set,status,part,class\n"
                               "n1,,Bus,Harbin,h1,,development,ok,,0\n"
                               "n2,,Bus,Harbin,h1,,development,ok,,0\n"
                               "n3,,Bar,Harbin,h2,,development,ok,,1\n"
                               "s1,,Bus,Xi'an,x1,,development,ok,,0\n"
                               "s2,,Bar,Xi'an,x2,,development,ok,,1\n"
                               "s3,,Bar,Xi'an,x3,,development,ok,,1\n"
                               "v1,,Bus,Wuhan,w1,,development,ok,,0\n"
                               "v2,,Metro,Wuhan,w2,,development,ok,,2\n"
                               "e1,,Bus,,e1,,evaluation,ok,,0\n";
enum { N1, N2, N3, S1, S2, S3, V1, V2, E1, CLIPS };

static cst_config config = {.evaluate.bootstrap = 50, .seed = 1};
static cst_dataset *data;
static cst_job job;

/* Storage of a fold. */
typedef struct {
  cst_fold fold;
  uint8_t role[CLIPS];
  bool held_out[3], trained[CLASSES], seen[CLIPS];
  cst_score test[4], validation[4];
  uint32_t test_clip[4], validation_clip[4];
  fold_scores scores;
} made;

static cst_score answer(uint32_t clip, int predicted)
{
  return (cst_score){.truth = data->clip[clip].scene,
                     .predicted = predicted,
                     .session = data->clip[clip].session,
                     .city = data->clip[clip].city,
                     .confidence = 0.9};
}

static void add_test(made *m, uint32_t clip, int predicted)
{
  m->test_clip[m->scores.n_test] = clip;
  m->test[m->scores.n_test++] = answer(clip, predicted);
}

static void add_validation(made *m, uint32_t clip, int predicted)
{
  m->validation_clip[m->scores.n_validation] = clip;
  m->validation[m->scores.n_validation++] = answer(clip, predicted);
}

/* Points into @p m, which must not move afterwards. */
static void begin(made *m, char *name, int held_out)
{
  *m = (made){.trained = {true, true, true}};
  m->held_out[held_out] = true;
  m->fold = (cst_fold){.name = name, .role = m->role, .held_out = m->held_out};
  m->scores = (fold_scores){.fold = &m->fold,
                            .stage = CST_STAGE_STUDENT,
                            .test = m->test,
                            .test_clip = m->test_clip,
                            .validation = m->validation,
                            .validation_clip = m->validation_clip,
                            .trained = m->trained,
                            .seen_session = m->seen};
}

static char north_name[] = "North", south_name[] = "South";

static void make_folds(made *north, made *south)
{
  begin(north, north_name, HARBIN);
  north->trained[BAR] = false;
  add_test(north, N1, BUS);
  add_test(north, N2, METRO);
  add_test(north, N3, BUS); /* cannot be right */
  add_validation(north, V1, BUS);
  add_validation(north, V2, METRO);
  begin(south, south_name, XIAN);
  add_test(south, S1, BUS);
  add_test(south, S2, BAR);
  add_test(south, S3, BUS);
  add_validation(south, V1, METRO);
  add_validation(south, V2, METRO);
}

static cst_status score_pooled(made m[2], cst_json **out)
{
  make_folds(&m[0], &m[1]);
  const fold_scores folds[] = {m[0].scores, m[1].scores};
  cst_metrics metrics;
  cst_rows_init(&cst_metrics_shape, &metrics);
  const cst_status st = scoring_pooled(&job, folds, 2, &metrics);
  *out = cst_rows_json(&cst_metrics_shape, &metrics);
  cst_rows_destroy(&cst_metrics_shape, &metrics);
  return st;
}

/* As the file has it. */
static cst_status score_fold(const fold_scores *scores, cst_json **out)
{
  cst_stage_metrics metrics;
  const cst_status st = scoring_fold(&job, scores, &metrics);
  *out = cst_rows_json(&cst_stage_metrics_shape, &metrics);
  cst_rows_destroy(&cst_stage_metrics_shape, &metrics);
  return st;
}

static double number(const cst_json *json, const char *key)
{
  return cst_json_get_number(json, key, NAN);
}

static const cst_json *member(const cst_json *json, const char *a, const char *b)
{
  return cst_json_get(cst_json_get(json, a), b);
}

static void check(const cst_json *block, double macro, double accuracy, int64_t clips,
                  int64_t answers, int64_t sessions)
{
  assert_near(number(block, "macro_accuracy"), macro, 1e-12, "macro accuracy");
  assert_near(number(block, "accuracy"), accuracy, 1e-12, "accuracy");
  assert_int_equal(cst_json_get_integer(block, "clips", -1), clips);
  assert_int_equal(cst_json_get_integer(block, "answers", -1), answers);
  assert_int_equal(cst_json_get_integer(block, "sessions", -1), sessions);
}

static void pooled_figures_are_of_one_set_of_clips(void **state)
{
  cst_json *out = NULL;
  assert_ok(score_pooled(*state, &out));
  /* Bus: n1, s1 of n1, n2, s1; Bar: s2 of s2, s3 */
  check(out, (2.0 / 3 + 0.5) / 2, 3.0 / 5, 5, 5, 4);
  check(cst_json_get(out, "unseen_cities"), (2.0 / 3 + 0.5) / 2, 3.0 / 5, 5, 5, 4);
  assert_int_equal(cst_json_get_integer(out, "classes_scored", -1), 2);
  assert_int_equal(cst_json_get_integer(out, "not_testable_clips", -1), 1);
  assert_int_equal(cst_json_get_integer(cst_json_get(out, "class_clips"), "Bar", -1), 2);
  assert_near(number(cst_json_get(out, "city_macro_accuracy"), "Harbin"), 0.5, 1e-12, "Harbin");
  assert_int_equal(cst_json_get_integer(cst_json_get(out, "city_clips"), "Harbin", -1), 2);
  const cst_json *list = cst_json_get(out, "not_testable"), *bar = cst_json_at(list, 0);
  assert_int_equal(cst_json_size(list), 3); /* North: Bar, Metro; South: Metro */
  assert_string_equal(cst_json_get_string(bar, "class", ""), "Bar");
  assert_string_equal(cst_json_get_string(bar, "why", ""), "not in training");
  assert_int_equal(cst_json_get_integer(bar, "clips", -1), 1);
  assert_int_equal(cst_json_get_integer(cst_json_at(list, 1), "clips", -1), 0);
  cst_json_destroy(&out);
}

static void sides_have_the_same_classes(void **state)
{
  cst_json *out = NULL;
  assert_ok(score_pooled(*state, &out));
  /* seen: Bus 1 of 2, Metro 2 of 2 answers of 2 clips; Bus alone is on both sides */
  check(cst_json_get(out, "seen_cities"), 0.75, 0.75, 2, 4, 2);
  check(member(out, "seen_against_unseen", "seen"), 0.5, 0.5, 1, 2, 1);
  check(member(out, "seen_against_unseen", "unseen"), 2.0 / 3, 2.0 / 3, 3, 3, 2);
  const cst_json *both = cst_json_get(out, "seen_against_unseen");
  assert_int_equal(cst_json_size(cst_json_get(both, "classes")), 1);
  assert_near(number(both, "drop"), 0.5 - 2.0 / 3, 1e-12, "drop");
  assert_near(number(out, "seen"), 0.5, 1e-12, "seen");
  assert_near(number(out, "unseen"), 2.0 / 3, 1e-12, "unseen");
  const cst_json *cells = cst_json_get(out, "cells");
  for (size_t i = 0; i < cst_json_size(cells); i++) {
    const cst_json *cell = cst_json_at(cells, i);
    if (strcmp(cst_json_get_string(cell, "city", ""), "Wuhan") != 0) continue;
    assert_int_equal(cst_json_get_integer(cst_json_get(cell, "seen"), "clips", -1), 1);
    assert_int_equal(cst_json_get_integer(cst_json_get(cell, "seen"), "answers", -1), 2);
  }
  cst_json_destroy(&out);
}

static void a_fold_is_scored_by_what_it_could_know(void **state)
{
  made *m = *state;
  cst_json *out = NULL;
  make_folds(&m[0], &m[1]);
  assert_ok(score_fold(&m[0].scores, &out));
  check(out, 0.5, 0.5, 2, 2, 1);
  assert_int_equal(cst_json_get_integer(out, "not_testable_clips", -1), 1);
  cst_json_destroy(&out);
}

/* A clip without a city was neither seen nor unseen; without any class in common there is no
 * comparison. */
static void what_is_unknown_is_on_no_side(void **state)
{
  made *m = *state;
  cst_json *out = NULL;
  begin(&m[0], north_name, HARBIN);
  add_test(&m[0], E1, BUS);
  add_test(&m[0], N3, BAR);
  add_validation(&m[0], V2, METRO);
  assert_ok(score_fold(&m[0].scores, &out));
  check(out, 1.0, 1.0, 2, 2, 2);
  check(cst_json_get(out, "unseen_cities"), 1.0, 1.0, 1, 1, 1);
  assert_int_equal(cst_json_size(member(out, "seen_against_unseen", "classes")), 0);
  assert_null(member(out, "seen_against_unseen", "seen"));
  assert_true(isnan(number(out, "seen")) && isnan(number(out, "unseen")));
  cst_json_destroy(&out);
}

/* A seen city does not gain by recordings that were seen. */
static void the_drop_is_between_new_recordings(void **state)
{
  made *m = *state;
  cst_json *out = NULL;
  begin(&m[0], north_name, HARBIN);
  add_test(&m[0], N1, METRO); /* unseen city */
  add_test(&m[0], S1, METRO); /* seen city, new session */
  add_test(&m[0], V1, BUS);   /* seen city, seen session */
  m[0].seen[data->clip[V1].session] = true;
  assert_ok(score_fold(&m[0].scores, &out));
  check(cst_json_get(out, "seen_cities"), 0.5, 0.5, 2, 2, 2);
  check(member(out, "seen_against_unseen", "seen"), 0.0, 0.0, 1, 1, 1);
  assert_near(number(cst_json_get(out, "seen_against_unseen"), "drop"), 0.0, 1e-12, "drop");
  cst_json_destroy(&out);
}

static void sessions_that_training_saw_are_apart(void **state)
{
  made *m = *state;
  cst_json *out = NULL;
  begin(&m[0], north_name, HARBIN);
  add_test(&m[0], N1, BUS);
  add_test(&m[0], N2, METRO);
  add_test(&m[0], N3, BUS);
  m[0].seen[data->clip[N1].session] = true;
  assert_ok(score_fold(&m[0].scores, &out));
  check(cst_json_get(out, "shared_sessions"), 0.5, 0.5, 2, 2, 1);
  check(cst_json_get(out, "new_sessions"), 0.0, 0.0, 1, 1, 1);
  cst_json_destroy(&out);
}

int main(void)
{
  static made folds[2];
  assert_ok(cst_dataset_parse(manifest, strlen(manifest), "manifest", &data));
  assert_int_equal(data->n, CLIPS);
  job = (cst_job){.config = &config, .data = data};
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(pooled_figures_are_of_one_set_of_clips, folds),
      cmocka_unit_test_prestate(sides_have_the_same_classes, folds),
      cmocka_unit_test_prestate(a_fold_is_scored_by_what_it_could_know, folds),
      cmocka_unit_test_prestate(what_is_unknown_is_on_no_side, folds),
      cmocka_unit_test_prestate(the_drop_is_between_new_recordings, folds),
      cmocka_unit_test_prestate(sessions_that_training_saw_are_apart, folds),
  };
  const int failed = cmocka_run_group_tests(tests, NULL, NULL) != 0;
  cst_dataset_destroy(&data);
  return failed || cst_memory_blocks() != 0;
}
