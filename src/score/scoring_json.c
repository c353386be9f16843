/* The figures of metrics.json.  Contract in scoring_json.h. */
#include "scoring_json.h"

#include "scoring_headline.h"
#include "scoring_maps.h"
#include "scoring_sets.h"
#include "scoring_sides.h"

#include "cassette/memory.h"

#include <math.h>

static cst_status add_classes(const cst_job *job, const score_set *set, cst_json *out)
{
  cst_status st = CST_OK;
  const cst_names *scenes = &job->data->scenes;
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

static cst_status add_cities(const cst_job *job, const score_set *set, cst_json *out)
{
  cst_status st = CST_OK;
  const cst_names *cities = &job->data->cities;
  const size_t K = job->data->scenes.n;
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
    cst_json_set_number(macro, cities->item[c], cst_macro_accuracy(K, counts));
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

/* Classes that the fold cannot score, why, and their held-out clips, which are in no figure.
 * Returns how many those are. */
static int64_t add_not_testable(const cst_job *job, const fold_scores *s, cst_json *array)
{
  const cst_dataset *data = job->data;
  int64_t left_out = 0;
  for (size_t k = 0; k < data->scenes.n; k++) {
    int64_t clips = 0;
    for (size_t i = 0; i < s->n_test; i++) clips += s->test[i].truth == (int)k;
    if (s->trained[k] && clips > 0) continue;
    cst_json *json = cst_json_object();
    cst_json_set_string(json, "fold", s->fold->name);
    cst_json_set_string(json, "class", data->scenes.item[k]);
    cst_json_set_string(json, "why",
                        s->trained[k] ? "no labelled clip is held out" : "not in training");
    cst_json_set_integer(json, "clips", clips);
    cst_json_append(array, json);
    left_out += clips;
  }
  return left_out;
}

/* Figures of the folds' held-out clips, all over one set. */
static cst_status add_figures(const cst_job *job, const fold_scores *folds, size_t n, cst_json *out)
{
  cst_status st = CST_OK;
  score_set set = {0};
  int64_t left_out = 0;
  cst_json *not_testable = cst_json_array();
  for (size_t f = 0; f < n; f++) left_out += add_not_testable(job, &folds[f], not_testable);
  CST_TRY(scoring_pool(job, folds, n, SCORED_TEST, NULL, &set));
  CST_TRY(scoring_headline(job, &set, out));
  CST_TRY(add_classes(job, &set, out));
  CST_TRY(add_cities(job, &set, out));
  CST_TRY(scoring_sides_json(job, folds, n, out));
done:
  cst_json_set(out, "not_testable", not_testable);
  cst_json_set_integer(out, "not_testable_clips", left_out);
  score_set_reset(&set);
  return st;
}

cst_status scoring_fold_json(const cst_job *job, const fold_scores *scores, cst_json **out)
{
  cst_status st = CST_OK;
  cst_overlap overlap;
  *out = cst_json_object();
  CST_TRY(cst_fold_overlap(job->data, scores->fold, &overlap));
  cst_json_set_string(*out, "name", scores->fold->name);
  cst_json_set_string(*out, "stage", cst_stage_name(scores->stage));
  cst_json_set_number(*out, "validation_leakage", cst_overlap_leakage(&overlap));
  cst_json_set_integer(*out, "test_clips", (int64_t)overlap.test);
  cst_json_set_integer(*out, "test_clips_of_seen_sessions", (int64_t)overlap.test_shared);
  CST_TRY(add_figures(job, scores, 1, *out));
done:
  return st;
}

cst_status scoring_pooled_json(const cst_job *job, const fold_scores *final, size_t folds,
                               cst_json *out)
{
  cst_status st = CST_OK;
  score_set set = {0};
  cst_json *classes = cst_json_array(), *cells = NULL;
  for (size_t k = 0; k < job->data->scenes.n; k++)
    cst_json_append_string(classes, job->data->scenes.item[k]);
  cst_json_set(out, "classes", classes);
  CST_TRY(add_figures(job, final, folds, out));
  CST_TRY(scoring_pool(job, final, folds, SCORED_TEST, NULL, &set));
  cst_json_set(out, "calibration", scoring_calibration_json(set.n, set.scores));
  CST_TRY(scoring_cells_json(job, final, folds, &cells));
  cst_json_set(out, "cells", cells);
done:
  score_set_reset(&set);
  return st;
}
