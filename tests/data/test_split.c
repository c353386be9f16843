/* Folds: what must hold of every split, on the real tables where they are there and on small data
 * sets made for a purpose. */
#include "cassette/split.h"

#include "cassette/log.h"
#include "cassette/random.h"

#include "made.h"

#include <math.h>

static const cst_split_spec plain = {.validation_share = 0.2, .seed = 1234};

static cst_folds make(const cst_dataset *d, const cst_split_spec *spec)
{
  cst_folds folds;
  assert_ok(cst_folds_make(d, spec, &folds));
  return folds;
}

static cst_role role_of(const cst_dataset *d, const cst_fold *f, const char *id)
{
  for (size_t i = 0; i < d->n; i++)
    if (strcmp(d->clip[i].id, id) == 0) return (cst_role)f->role[i];
  fail_msg("no clip %s", id);
  return CST_ROLE_NONE;
}

/* A random data set: cities, sessions of one class each, about a fifth of the clips labelled. */
static cst_dataset *random_set(uint64_t seed, size_t clips)
{
  cst_text table = {0};
  cst_text_add(&table, "filename,scene_label,city,session\n");
  for (size_t i = 0; i < clips; i++) {
    const cst_random_key key = cst_random_key_make(seed, CST_RANDOM_TEST, 1, i, 0);
    const uint32_t city = cst_random_below(&key, 0, 5), session = cst_random_below(&key, 4, 30);
    const uint32_t scene = (city * 3 + session) % 7;
    cst_text_add(&table, "c%zu,", i);
    if (cst_random_below(&key, 8, 5) == 0) cst_text_add(&table, "class%u", scene);
    cst_text_add(&table, ",city%u,s%u\n", city, session);
  }
  cst_dataset *d = made_csv(table.data);
  cst_text_reset(&table);
  return d;
}

static void assert_cities_apart(const cst_dataset *d, const cst_fold *f)
{
  for (size_t i = 0; i < d->n; i++) {
    const int city = d->clip[i].city;
    if (f->role[i] == CST_ROLE_NONE || d->clip[i].set != CST_SET_DEVELOPMENT) continue;
    assert_int_equal(f->role[i] == CST_ROLE_TEST, f->held_out[city]);
  }
}

/* Labelled sessions of a class among the training clips of a fold, before validation and hiding. */
static size_t largest_session(const cst_dataset *d, const cst_fold *f, int scene, size_t *sessions)
{
  size_t *n = cst_alloc(d->sessions.n, sizeof *n), max = 0;
  *sessions = 0;
  for (size_t i = 0; i < d->n; i++)
    if (d->clip[i].scene == scene && f->role[i] != CST_ROLE_TEST && f->role[i] != CST_ROLE_NONE &&
        n[d->clip[i].session]++ == 0)
      ++*sessions;
  for (size_t s = 0; s < d->sessions.n; s++) max = n[s] > max ? n[s] : max;
  cst_free(n);
  return max;
}

/* Every class has its share of validation clips, within half of its largest session, and keeps
 * training clips; one with two sessions has validation clips. */
static void assert_stratified(const cst_dataset *d, const cst_fold *f, double share)
{
  for (int k = 0; k < (int)d->scenes.n; k++) {
    size_t sessions;
    const double train = (double)count_role(d, f, k, CST_ROLE_TRAIN);
    const double validation = (double)count_role(d, f, k, CST_ROLE_VALIDATION);
    const double largest = (double)largest_session(d, f, k, &sessions);
    if (train + validation == 0) continue;
    assert_true(train > 0);
    assert_int_equal(validation > 0, sessions > 1);
    if (sessions > 1) assert_true(fabs(validation - share * (train + validation)) <= largest);
  }
}

static void check_every_fold(const cst_dataset *d, const cst_split_spec *spec)
{
  cst_folds folds = make(d, spec);
  for (size_t i = 0; i < folds.n; i++) {
    assert_sessions_apart(d, &folds.fold[i]);
    if (spec->protocol != CST_SPLIT_OFFICIAL) assert_cities_apart(d, &folds.fold[i]);
    if (spec->hide_labels == 0.0) assert_stratified(d, &folds.fold[i], spec->validation_share);
  }
  cst_folds_reset(&folds);
}

static void sessions_and_cities_are_kept_apart(void **state)
{
  (void)state;
  for (uint64_t trial = 0; trial < 20; trial++) {
    cst_dataset *d = random_set(trial, 300 + 100 * trial);
    cst_split_spec spec = plain;
    spec.seed = trial;
    check_every_fold(d, &spec);
    spec.hide_labels = 0.4;
    check_every_fold(d, &spec);
    spec.hide_labels = 0;
    spec.validation_share = 0.5;
    check_every_fold(d, &spec);
    cst_dataset_destroy(&d);
    test_remove_dirs();
  }
}

/* The same clips in another order, so that sessions and cities have other indices too. */
static cst_dataset *reordered(cst_dataset *d, const uint32_t *order)
{
  cst_text text = {0};
  cst_dataset *other = NULL;
  cst_clip *moved = cst_alloc(d->n, sizeof *moved), *original = d->clip;
  for (size_t i = 0; i < d->n; i++) moved[i] = original[order[i]];
  d->clip = moved;
  assert_ok(cst_dataset_text(d, &text));
  d->clip = original;
  assert_ok(cst_dataset_parse(text.data, text.bytes, "reordered", &other));
  cst_text_reset(&text);
  cst_free(moved);
  return other;
}

/* What is drawn belongs to names: clips in another order get the same roles. */
static void order_of_clips_makes_no_difference(void **state)
{
  (void)state;
  enum { N = 900 };
  uint32_t order[N];
  const cst_random_key key = cst_random_key_make(9, CST_RANDOM_TEST, 2, 0, 0);
  cst_random_permutation(&key, N, order);
  cst_dataset *d = random_set(3, N), *other = reordered(d, order);
  cst_split_spec spec = plain;
  spec.hide_labels = 0.3;
  for (int validation = 0; validation < 2; validation++) {
    spec.validation = validation ? CST_VALIDATE_CLIP : CST_VALIDATE_SESSION;
    cst_folds folds = make(d, &spec), again = make(d, &spec), moved = make(other, &spec);
    assert_int_equal(folds.n, moved.n);
    for (size_t f = 0; f < folds.n; f++) {
      assert_string_equal(folds.fold[f].name, moved.fold[f].name);
      assert_memory_equal(folds.fold[f].role, again.fold[f].role, N);
      for (size_t i = 0; i < N; i++)
        assert_int_equal(moved.fold[f].role[i], folds.fold[f].role[order[i]]);
    }
    cst_folds_reset(&folds);
    cst_folds_reset(&again);
    cst_folds_reset(&moved);
  }
  cst_dataset_destroy(&other);
  cst_dataset_destroy(&d);
}

static void another_seed_draws_other_sessions(void **state)
{
  (void)state;
  cst_dataset *d = random_set(3, 900);
  cst_split_spec spec = plain;
  cst_folds folds = make(d, &spec);
  spec.seed++;
  cst_folds other = make(d, &spec);
  assert_true(memcmp(folds.fold[0].role, other.fold[0].role, d->n) != 0);
  cst_folds_reset(&folds);
  cst_folds_reset(&other);
  cst_dataset_destroy(&d);
}

static const char two_cities[] =
    "filename,scene_label,city,session\n"
    "a1,Bus,A,1\na2,Bus,A,2\na3,Bar,A,3\na4,,A,3\na5,,A,4\na6,Zoo,A,5\n"
    "b1,Bus,B,1\nb2,,B,1\nb3,Bar,B,2\nb4,Bar,B,3\nb5,,B,4\n"
    "x1,Bus,,1\n";

static void roles_follow_the_rules(void **state)
{
  (void)state;
  cst_dataset *d = made_csv(two_cities);
  cst_split_spec spec = plain;
  d->clip[4].status = CST_AUDIO_TRUNCATED; /* a5 */
  spec.validation = CST_VALIDATE_NONE;
  cst_folds folds = make(d, &spec);
  assert_int_equal(folds.n, 2);
  const cst_fold *a = &folds.fold[0];
  assert_string_equal(a->name, "A");
  assert_int_equal(role_of(d, a, "a1"), CST_ROLE_TEST);
  assert_int_equal(role_of(d, a, "a4"), CST_ROLE_TEST);
  assert_int_equal(role_of(d, a, "a5"), CST_ROLE_NONE); /* its audio is of no use */
  assert_int_equal(role_of(d, a, "b1"), CST_ROLE_TRAIN);
  assert_int_equal(role_of(d, a, "b2"), CST_ROLE_UNLABELLED);
  assert_int_equal(role_of(d, a, "x1"), CST_ROLE_NONE); /* perhaps of city A */
  assert_true(a->testable[cst_names_find(&d->scenes, "Bus")]);
  assert_false(a->testable[cst_names_find(&d->scenes, "Zoo")]); /* never in training */
  cst_folds_reset(&folds);
  spec.transductive = true;
  folds = make(d, &spec);
  assert_int_equal(role_of(d, &folds.fold[0], "a4"), CST_ROLE_UNLABELLED);
  assert_int_equal(role_of(d, &folds.fold[0], "a1"), CST_ROLE_TEST);
  uint32_t *list;
  size_t n;
  assert_ok(cst_fold_list(d, &folds.fold[0], CST_ROLE_UNLABELLED, &list, &n));
  assert_int_equal(n, 3); /* a4, b2, b5 */
  assert_string_equal(d->clip[list[0]].id, "a4");
  assert_string_equal(d->clip[list[2]].id, "b5");
  cst_free(list);
  cst_folds_reset(&folds);
  cst_dataset_destroy(&d);
}

/* A session drawn for validation takes its unlabelled clips out; single clips do not. */
static void validation_sessions_are_left_alone(void **state)
{
  (void)state;
  cst_dataset *d = made_csv("filename,scene_label,city,session\n"
                            "a1,Bus,A,1\na2,,A,1\na3,Bus,A,2\na4,,A,2\nb1,Bus,B,1\n");
  cst_split_spec spec = plain;
  spec.held_out = (const char *[]){"B"};
  spec.n_held_out = 1;
  cst_folds folds = make(d, &spec);
  const cst_fold *f = &folds.fold[0];
  const bool first = role_of(d, f, "a1") == CST_ROLE_VALIDATION;
  assert_int_equal(role_of(d, f, first ? "a1" : "a3"), CST_ROLE_VALIDATION);
  assert_int_equal(role_of(d, f, first ? "a2" : "a4"), CST_ROLE_NONE);
  assert_int_equal(role_of(d, f, first ? "a3" : "a1"), CST_ROLE_TRAIN);
  assert_int_equal(role_of(d, f, first ? "a4" : "a2"), CST_ROLE_UNLABELLED);
  cst_folds_reset(&folds);
  spec.validation = CST_VALIDATE_CLIP;
  folds = make(d, &spec);
  assert_int_equal(count_role(d, &folds.fold[0], -1, CST_ROLE_UNLABELLED), 2);
  cst_folds_reset(&folds);
  cst_dataset_destroy(&d);
}

static void a_class_keeps_its_last_session(void **state)
{
  (void)state;
  cst_dataset *d = made_csv("filename,scene_label,city,session\n"
                            "a1,Bus,A,1\na2,Bus,A,1\na3,Bar,A,2\na4,Zoo,A,2\na5,Zoo,A,3\n"
                            "b1,Bus,B,1\n");
  cst_split_spec spec = {.validation_share = 0.9, .hide_labels = 0.9, .seed = 1};
  spec.held_out = (const char *[]){"B"};
  spec.n_held_out = 1;
  for (spec.seed = 0; spec.seed < 50; spec.seed++) {
    cst_folds folds = make(d, &spec);
    const cst_fold *f = &folds.fold[0];
    for (int k = 0; k < 3; k++) assert_true(count_role(d, f, k, CST_ROLE_TRAIN) > 0);
    assert_int_equal(role_of(d, f, "a5"), CST_ROLE_VALIDATION); /* a3's class has only a3 */
    cst_folds_reset(&folds);
  }
  cst_dataset_destroy(&d);
}

/* Ten classes of 32 clips in sessions of four, and a city to hold out. */
static cst_dataset *few_labels(void)
{
  cst_text table = {0};
  cst_text_add(&table, "filename,scene_label,city,session\n");
  for (int k = 0; k < 10; k++)
    for (int i = 0; i < 40; i++)
      cst_text_add(&table, "c%d-%d,class%d,%s,s%d-%d\n", k, i, k, i < 32 ? "A" : "B", k, i / 4);
  cst_dataset *d = made_csv(table.data);
  cst_text_reset(&table);
  return d;
}

static size_t shared_sessions(const cst_dataset *d, const cst_fold *f)
{
  size_t shared = 0;
  for (size_t i = 0; i < d->n; i++)
    for (size_t j = 0; j < d->n && f->role[i] == CST_ROLE_TRAIN; j++)
      shared += f->role[j] == CST_ROLE_UNLABELLED && d->clip[i].session == d->clip[j].session;
  return shared;
}

/* The nearest number to a tenth of 32 clips: one session of four, or three clips. */
static void labels_are_hidden_by_sessions_or_by_clips(void **state)
{
  cst_dataset *d = few_labels();
  cst_split_spec spec = {.validation = CST_VALIDATE_NONE,
                         .hide_labels = 0.9,
                         .held_out = (const char *[]){"B"},
                         .n_held_out = 1};
  (void)state;
  for (spec.seed = 0; spec.seed < 20; spec.seed++)
    for (int by_clip = 0; by_clip < 2; by_clip++) {
      spec.hide_by = by_clip ? CST_HIDE_BY_CLIP : CST_HIDE_BY_SESSION;
      cst_folds folds = make(d, &spec);
      const cst_fold *f = &folds.fold[0];
      const size_t kept = by_clip ? 3 : 4;
      for (int k = 0; k < 10; k++) {
        assert_int_equal(count_role(d, f, k, CST_ROLE_TRAIN), kept);
        assert_int_equal(count_role(d, f, k, CST_ROLE_UNLABELLED), 32 - kept);
      }
      assert_int_equal(shared_sessions(d, f) > 0, by_clip);
      cst_folds_reset(&folds);
    }
  cst_dataset_destroy(&d);
}

static void cities_that_cannot_be_tested_are_left_out(void **state)
{
  (void)state;
  cst_text report = {0};
  cst_dataset *d = made_csv("filename,scene_label,city\na1,Bus,A\na2,Bar,A\nb1,Bus,B\nb2,Bus,B\n"
                            "c1,,C\nd1,Zoo,D\n");
  cst_split_spec spec = plain;
  cst_folds folds = make(d, &spec);
  assert_int_equal(folds.n, 2);
  assert_int_equal(folds.n_skipped, 2);
  assert_ok(cst_folds_report(d, &folds, &report));
  assert_non_null(strstr(report.data, "- C cannot be held out: it has no labelled clips"));
  assert_non_null(
      strstr(report.data, "- D cannot be held out: its classes are in no other city: Zoo"));
  assert_non_null(strstr(report.data, "- A: not testable, never in training: Bar.\n"));
  assert_non_null(strstr(report.data, "- B: not testable, not in the held-out clips: Bar, Zoo.\n"));
  assert_non_null(
      strstr(report.data, "- A: in training but not in validation (one session only): Zoo.\n"));
  assert_non_null(strstr(report.data, "- B: no validation clips.\n"));
  cst_text_reset(&report);
  cst_folds_reset(&folds);
  spec.held_out = (const char *[]){"C"};
  spec.n_held_out = 1;
  assert_fails(cst_folds_make(d, &spec, &folds), CST_ERR_DATA, "fold 'C' is of no use: it has no");
  cst_dataset_destroy(&d);
}

static void groups_hold_out_their_cities(void **state)
{
  (void)state;
  cst_dataset *d = random_set(5, 800);
  cst_split_spec spec = plain;
  spec.protocol = CST_SPLIT_GROUPS;
  spec.group_name = (const char *[]){"north", "south"};
  spec.group_city =
      (const char *const *[]){(const char *[]){"city1", "city3"}, (const char *[]){"city0"}};
  spec.group_cities = (size_t[]){2, 1};
  spec.n_groups = 2;
  check_every_fold(d, &spec);
  cst_folds folds = make(d, &spec);
  assert_int_equal(folds.n, 2);
  assert_string_equal(folds.fold[0].name, "north");
  for (size_t c = 0; c < d->cities.n; c++)
    assert_int_equal(folds.fold[0].held_out[c], strcmp(d->cities.item[c], "city1") == 0 ||
                                                    strcmp(d->cities.item[c], "city3") == 0);
  cst_folds_reset(&folds);
  spec.held_out = (const char *[]){"south"};
  spec.n_held_out = 1;
  folds = make(d, &spec);
  assert_int_equal(folds.n, 1);
  assert_string_equal(folds.fold[0].name, "south");
  cst_folds_reset(&folds);
  cst_dataset_destroy(&d);
}

/* Evaluation clips are tested and train at once, but for those of a validation session; their own
 * labels decide nothing. */
static void evaluation_clips_train_where_asked(void **state)
{
  static const char table[] =
      "clip,path,scene,city,session,device,set,status,part,class\n"
      "a1,,Bus,A,s1,,development,ok,,0\na2,,Bus,A,s2,,development,ok,,0\n"
      "b1,,Bar,A,s3,,development,ok,,1\nb2,,Bar,A,s4,,development,ok,,1\n"
      "u1,,,B,s5,,development,ok,,\n"
      "e1,,,C,t1,,evaluation,ok,,\ne2,,Bus,C,t1,,evaluation,ok,,0\ne3,,,A,t2,,evaluation,missing,,\n"
      "s1,,,A,s1,,evaluation,ok,,\ns2,,,A,s2,,evaluation,ok,,\n";
  cst_split_spec spec = plain;
  cst_dataset *d = NULL;
  uint32_t *list;
  size_t n;
  (void)state;
  assert_ok(cst_dataset_parse(table, sizeof table - 1, "m.csv", &d));
  spec.protocol = CST_SPLIT_OFFICIAL;
  spec.validation_share = 0.5;
  cst_folds before = make(d, &spec);
  spec.transductive = true;
  cst_folds folds = make(d, &spec);
  const cst_fold *f = &folds.fold[0];
  assert_int_equal(role_of(d, f, "e1"), CST_ROLE_TRANSDUCED);
  assert_int_equal(role_of(d, f, "e2"), CST_ROLE_TRANSDUCED); /* for all its label */
  assert_int_equal(role_of(d, f, "e3"), CST_ROLE_NONE);
  const bool first = role_of(d, f, "a1") == CST_ROLE_VALIDATION;
  assert_int_equal(role_of(d, f, "s1"), first ? CST_ROLE_TEST : CST_ROLE_TRANSDUCED);
  assert_int_equal(role_of(d, f, "s2"), first ? CST_ROLE_TRANSDUCED : CST_ROLE_TEST);
  assert_ok(cst_fold_list(d, f, CST_ROLE_TEST, &list, &n));
  assert_int_equal(n, 4);
  cst_free(list);
  assert_ok(cst_fold_list(d, f, CST_ROLE_UNLABELLED, &list, &n));
  assert_int_equal(n, 4); /* u1, e1, e2 and one of s1, s2 */
  cst_free(list);
  /* what is tested, where, and on what is the same; development clips keep their roles */
  for (size_t i = 0; i < d->n; i++) {
    assert_int_equal(cst_role_is(before.fold[0].role[i], CST_ROLE_TEST),
                     cst_role_is(f->role[i], CST_ROLE_TEST));
    if (d->clip[i].set == CST_SET_DEVELOPMENT) assert_int_equal(before.fold[0].role[i], f->role[i]);
  }
  assert_memory_equal(before.fold[0].held_out, f->held_out, d->cities.n);
  assert_memory_equal(before.fold[0].testable, f->testable, d->scenes.n);
  cst_overlap a, b;
  assert_ok(cst_fold_overlap(d, &before.fold[0], &a));
  assert_ok(cst_fold_overlap(d, f, &b));
  assert_int_equal(a.test_shared, b.test_shared);
  cst_text text = {0};
  assert_ok(cst_folds_report(d, &folds, &text));
  assert_non_null(strstr(text.data, "official: TRANSDUCTIVE: 3 of 4 test clips train, too"));
  cst_text_reset(&text);
  cst_folds_reset(&before);
  cst_folds_reset(&folds);
  cst_dataset_destroy(&d);
}

static void wrong_specifications_are_refused(void **state)
{
  (void)state;
  cst_dataset *d = made_csv(two_cities), *e = made_csv("filename,scene_label\nx,Bus\ny,Bus\n");
  cst_folds folds;
  cst_split_spec s = plain;
  s.held_out = (const char *[]){"b", "B"};
  s.n_held_out = 1;
  assert_fails(cst_folds_make(d, &s, &folds), CST_ERR_USAGE, "no fold 'b' (did you mean 'B'?)");
  s.held_out = (const char *[]){"B", "B"};
  s.n_held_out = 2;
  assert_fails(cst_folds_make(d, &s, &folds), CST_ERR_USAGE, "'B' is there twice");
  s = plain;
  assert_fails(cst_folds_make(e, &s, &folds), CST_ERR_DATA, "no table gives cities");
  s.protocol = CST_SPLIT_OFFICIAL;
  assert_fails(cst_folds_make(d, &s, &folds), CST_ERR_DATA, "there are no evaluation clips");
  s.transductive = true;
  assert_fails(cst_folds_make(d, &s, &folds), CST_ERR_DATA, "there are no evaluation clips");
  s = plain;
  s.protocol = CST_SPLIT_GROUPS;
  assert_fails(cst_folds_make(d, &s, &folds), CST_ERR_USAGE, "split.groups is empty");
  s.group_name = (const char *[]){"g", "g"};
  s.group_city = (const char *const *[]){(const char *[]){"A", "Bb"}, (const char *[]){"B"}};
  s.group_cities = (size_t[]){2, 1};
  s.n_groups = 1;
  assert_fails(cst_folds_make(d, &s, &folds), CST_ERR_USAGE, "'Bb' in group 'g' is no city of the");
  s.group_cities = (size_t[]){0, 1};
  assert_fails(cst_folds_make(d, &s, &folds), CST_ERR_USAGE, "group 'g' is empty");
  s.n_groups = 2;
  assert_fails(cst_folds_make(d, &s, &folds), CST_ERR_USAGE, "'g' is there twice");
  for (size_t i = 0; i < d->n; i++) d->clip[i].status = CST_AUDIO_MISSING;
  assert_fails(cst_folds_make(d, &plain, &folds), CST_ERR_DATA,
               "no city can be held out; A: it has");
  cst_dataset_destroy(&d);
  cst_dataset_destroy(&e);
}

int main(void)
{
  cst_log_set_level(CST_LOG_ERROR);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sessions_and_cities_are_kept_apart),
      cmocka_unit_test(order_of_clips_makes_no_difference),
      cmocka_unit_test(another_seed_draws_other_sessions),
      cmocka_unit_test(roles_follow_the_rules),
      cmocka_unit_test(validation_sessions_are_left_alone),
      cmocka_unit_test(a_class_keeps_its_last_session),
      cmocka_unit_test(labels_are_hidden_by_sessions_or_by_clips),
      cmocka_unit_test(cities_that_cannot_be_tested_are_left_out),
      cmocka_unit_test(groups_hold_out_their_cities),
      cmocka_unit_test(evaluation_clips_train_where_asked),
      cmocka_unit_test(wrong_specifications_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, made_no_blocks);
}
