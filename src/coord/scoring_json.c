/* The figures of metrics.json.  Contract in scoring.h. */
#include "scoring.h"

#include "cassette/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A set of scores under one set of classes. */
typedef struct {
  const cst_job *job;
  const cst_score *scores;
  size_t n;
  const bool *included; /* classes; NULL: all that occur */
} score_set;

static cst_json *interval_json(const cst_interval *interval)
{
  cst_json *json = cst_json_array();
  cst_json_append_number(json, interval->low);
  cst_json_append_number(json, interval->high);
  return json;
}

static int by_value(const void *a, const void *b)
{
  const int x = *(const int *)a, y = *(const int *)b;
  return (x > y) - (x < y);
}

static cst_status count_sessions(const score_set *set, int64_t *out)
{
  cst_status st = CST_OK;
  int *session = NULL;
  *out = 0;
  CST_ALLOC(session, set->n);
  for (size_t i = 0; i < set->n; i++) session[i] = set->scores[i].session;
  qsort(session, set->n, sizeof *session, by_value);
  for (size_t i = 0; i < set->n; i++) *out += i == 0 || session[i] != session[i - 1];
done:
  cst_free(session);
  return st;
}

/* macro_accuracy, ci95, accuracy, clips, sessions; null where there are no clips. */
static cst_status add_headline(const score_set *set, cst_json *out)
{
  cst_status st = CST_OK;
  const size_t K = set->job->data->scenes.n;
  const cst_config *c = set->job->config;
  int64_t *counts = NULL, sessions = 0;
  cst_interval interval;
  cst_calibration_bin bin[CALIBRATION_BINS];
  CST_ALLOC(counts, K * K);
  cst_confusion(set->n, set->scores, K, counts);
  cst_calibration(set->n, set->scores, CALIBRATION_BINS, bin);
  CST_TRY(cst_bootstrap_macro(set->n, set->scores, K, set->included, (size_t)c->evaluate.bootstrap,
                              (uint64_t)c->seed, &interval));
  CST_TRY(count_sessions(set, &sessions));
  cst_json_set_number(out, "macro_accuracy", cst_macro_accuracy(K, counts, set->included));
  cst_json_set(out, "ci95", interval_json(&interval));
  cst_json_set_number(out, "accuracy", cst_accuracy(K, counts));
  cst_json_set_number(out, "calibration_error", cst_calibration_error(CALIBRATION_BINS, bin));
  cst_json_set_integer(out, "clips", (int64_t)set->n);
  cst_json_set_integer(out, "sessions", sessions);
done:
  cst_free(counts);
  return st;
}

static cst_status add_classes(const score_set *set, cst_json *out)
{
  cst_status st = CST_OK;
  const cst_names *scenes = &set->job->data->scenes;
  const size_t K = scenes->n;
  int64_t *counts = NULL;
  cst_json *accuracy = cst_json_object(), *clips = cst_json_object(), *matrix = cst_json_array();
  CST_ALLOC(counts, K * K);
  cst_confusion(set->n, set->scores, K, counts);
  for (size_t k = 0; k < K; k++) {
    cst_json *row = cst_json_array();
    int64_t total = 0;
    for (size_t j = 0; j < K; j++) {
      cst_json_append_integer(row, counts[k * K + j]);
      total += counts[k * K + j];
    }
    cst_json_append(matrix, row);
    cst_json_set_number(accuracy, scenes->item[k], cst_class_accuracy(K, counts, k));
    cst_json_set_integer(clips, scenes->item[k], total);
  }
done:
  cst_json_set(out, "class_accuracy", accuracy);
  cst_json_set(out, "class_clips", clips);
  cst_json_set(out, "confusion", matrix);
  cst_free(counts);
  return st;
}

static cst_status add_cities(const score_set *set, cst_json *out)
{
  cst_status st = CST_OK;
  const cst_names *cities = &set->job->data->cities;
  const size_t K = set->job->data->scenes.n;
  cst_json *accuracy = cst_json_object(), *macro = cst_json_object(), *clips = cst_json_object();
  cst_score *part = NULL;
  int64_t *counts = NULL;
  CST_ALLOC(part, set->n);
  CST_ALLOC(counts, K * K);
  for (size_t c = 0; c < cities->n; c++) {
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++)
      if (set->scores[i].city == (int)c) part[n++] = set->scores[i];
    if (n == 0) continue;
    cst_confusion(n, part, K, counts);
    cst_json_set_number(accuracy, cities->item[c], cst_accuracy(K, counts));
    cst_json_set_number(macro, cities->item[c], cst_macro_accuracy(K, counts, set->included));
    cst_json_set_integer(clips, cities->item[c], (int64_t)n);
  }
done:
  cst_json_set(out, "city_accuracy", accuracy);
  cst_json_set(out, "city_macro_accuracy", macro);
  cst_json_set(out, "city_clips", clips);
  cst_free(part);
  cst_free(counts);
  return st;
}

/* Scores of folds in heard or unheard cities (see scoring_validation_is_seen()). */
static cst_status add_city_group(const cst_job *job, const fold_scores *const *folds,
                                 size_t n_folds, bool seen, const bool *included, cst_json *out)
{
  cst_status st = CST_OK;
  cst_score *part = NULL;
  size_t room = 0, n = 0;
  cst_json *json = cst_json_object();
  for (size_t f = 0; f < n_folds; f++) room += folds[f]->n_test + folds[f]->n_validation;
  CST_ALLOC(part, room);
  for (size_t f = 0; f < n_folds; f++) {
    const fold_scores *s = folds[f];
    for (size_t i = 0; i < s->n_test; i++)
      if (scoring_is_seen(s, &s->test[i]) == seen) part[n++] = s->test[i];
    if (seen && scoring_validation_is_seen(s))
      for (size_t i = 0; i < s->n_validation; i++) part[n++] = s->validation[i];
  }
  const score_set set = {job, part, n, included};
  CST_TRY(add_headline(&set, json));
done:
  cst_json_set_number(out, seen ? "seen" : "unseen",
                      cst_json_get_number(json, "macro_accuracy", NAN));
  cst_json_set(out, seen ? "seen_cities" : "unseen_cities", json);
  cst_free(part);
  return st;
}

/* Classes that the fold cannot score, and why. */
static void add_not_testable(const cst_job *job, const fold_scores *s, cst_json *array)
{
  const cst_dataset *data = job->data;
  for (size_t k = 0; k < data->scenes.n; k++) {
    bool trained = false;
    if (s->testable[k]) continue;
    for (size_t i = 0; i < data->n && !trained; i++)
      trained = s->fold->role[i] == CST_ROLE_TRAIN && data->clip[i].scene == (int)k;
    cst_json *json = cst_json_object();
    cst_json_set_string(json, "fold", s->fold->name);
    cst_json_set_string(json, "class", data->scenes.item[k]);
    cst_json_set_string(json, "why", trained ? "no labelled clip is held out" : "not in training");
    cst_json_append(array, json);
  }
}

static cst_status add_figures(const score_set *set, cst_json *out)
{
  cst_status st = CST_OK;
  CST_TRY(add_headline(set, out));
  CST_TRY(add_classes(set, out));
  CST_TRY(add_cities(set, out));
done:
  return st;
}

cst_status scoring_fold_json(const cst_job *job, const fold_scores *scores, cst_json **out)
{
  cst_status st = CST_OK;
  const score_set set = {job, scores->test, scores->n_test, scores->testable};
  cst_json *not_testable = cst_json_array();
  *out = cst_json_object();
  cst_json_set_string(*out, "name", scores->fold->name);
  cst_json_set_string(*out, "stage", stage_name(scores->stage));
  CST_TRY(add_figures(&set, *out));
  CST_TRY(add_city_group(job, &scores, 1, true, NULL, *out));
  CST_TRY(add_city_group(job, &scores, 1, false, scores->testable, *out));
  add_not_testable(job, scores, not_testable);
  cst_json_set_number(*out, "validation_leakage", cst_fold_leakage(job->data, scores->fold));
done:
  cst_json_set(*out, "not_testable", not_testable);
  return st;
}

cst_status scoring_pooled_json(const cst_job *job, const fold_scores *final, size_t folds,
                               cst_json *out)
{
  cst_status st = CST_OK;
  const size_t K = job->data->scenes.n;
  size_t room = 0, n = 0;
  cst_score *pooled = NULL;
  bool *testable = NULL;
  const fold_scores **pointer = NULL;
  cst_json *not_testable = cst_json_array(), *classes = cst_json_array(), *cells = NULL;
  for (size_t f = 0; f < folds; f++) room += final[f].n_test;
  CST_ALLOC(pooled, room);
  CST_ALLOC(testable, K);
  CST_ALLOC(pointer, folds);
  for (size_t f = 0; f < folds; f++) {
    pointer[f] = &final[f];
    add_not_testable(job, &final[f], not_testable);
    for (size_t i = 0; i < final[f].n_test; i++)
      if (final[f].testable[final[f].test[i].truth]) pooled[n++] = final[f].test[i];
    for (size_t k = 0; k < K; k++) testable[k] |= final[f].testable[k];
  }
  const score_set set = {job, pooled, n, testable};
  for (size_t k = 0; k < K; k++) cst_json_append_string(classes, job->data->scenes.item[k]);
  cst_json_set(out, "classes", classes);
  CST_TRY(add_figures(&set, out));
  cst_json_set(out, "calibration", scoring_calibration_json(n, pooled));
  CST_TRY(scoring_cells_json(job, final, folds, &cells));
  cst_json_set(out, "cells", cells);
  CST_TRY(add_city_group(job, pointer, folds, true, NULL, out));
  CST_TRY(add_city_group(job, pointer, folds, false, testable, out));
done:
  cst_json_set(out, "not_testable", not_testable);
  cst_free(pointer);
  cst_free(testable);
  cst_free(pooled);
  return st;
}
