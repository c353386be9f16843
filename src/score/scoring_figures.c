/* The figures of a fold, and of all.  Contract in scoring_figures.h. */
#include "scoring_figures.h"

#include "scoring_headline.h"
#include "scoring_maps.h"
#include "scoring_sets.h"
#include "scoring_sides.h"

#include "cassette/memory.h"

#include <math.h>

static cst_status add_classes(const cst_job *job, const score_set *set, cst_figures *out)
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
  out->class_accuracy = accuracy;
  out->class_clips = clips;
  out->confusion = matrix;
  cst_free(counts);
  return st;
}

static cst_status add_cities(const cst_job *job, const score_set *set, cst_figures *out)
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
  out->city_accuracy = accuracy;
  out->city_macro_accuracy = macro;
  out->city_clips = clips;
  cst_free(part);
  cst_free(counts);
  return st;
}

/* Classes that the folds cannot score, why, and their held-out clips, which are in no figure. */
static cst_status add_not_testable(const cst_job *job, const fold_scores *folds, size_t n,
                                   cst_figures *out)
{
  cst_status st = CST_OK;
  const cst_names *scenes = &job->data->scenes;
  out->not_testable_clips = 0;
  CST_ALLOC(out->not_testable.item, n * scenes->n);
  for (size_t f = 0; f < n; f++)
    for (size_t k = 0; k < scenes->n; k++) {
      const fold_scores *s = &folds[f];
      int64_t clips = 0;
      for (size_t i = 0; i < s->n_test; i++) clips += s->test[i].truth == (int)k;
      if (s->trained[k] && clips > 0) continue;
      out->not_testable.item[out->not_testable.n++] = (cst_not_testable){
          .fold = s->fold->name,
          .class = scenes->item[k],
          .why = s->trained[k] ? "no labelled clip is held out" : "not in training",
          .clips = clips};
      out->not_testable_clips += clips;
    }
done:
  return st;
}

/* Figures of the folds' held-out clips, all over one set. */
static cst_status add_figures(const cst_job *job, const fold_scores *folds, size_t n,
                              cst_figures *out)
{
  cst_status st = CST_OK;
  score_set set = {0};
  CST_TRY(add_not_testable(job, folds, n, out));
  CST_TRY(scoring_pool(job, folds, n, SCORED_TEST, NULL, &set));
  CST_TRY(scoring_headline(job, &set, &out->headline));
  CST_TRY(add_classes(job, &set, out));
  CST_TRY(add_cities(job, &set, out));
  CST_TRY(scoring_sides(job, folds, n, &out->sides));
done:
  score_set_reset(&set);
  return st;
}

cst_status scoring_fold(const cst_job *job, const fold_scores *scores, cst_stage_metrics *out)
{
  cst_status st = CST_OK;
  cst_overlap overlap;
  cst_rows_init(&cst_stage_metrics_shape, out);
  out->there = true;
  CST_TRY(cst_fold_overlap(job->data, scores->fold, &overlap));
  out->name = scores->fold->name;
  out->stage = cst_stage_name(scores->stage);
  out->validation_leakage = cst_overlap_leakage(&overlap);
  out->test_clips = (int64_t)overlap.test;
  out->test_clips_of_seen_sessions = (int64_t)overlap.test_shared;
  CST_TRY(add_figures(job, scores, 1, &out->figures));
done:
  return st;
}

cst_status scoring_pooled(const cst_job *job, const fold_scores *final, size_t folds,
                          cst_metrics *out)
{
  cst_status st = CST_OK;
  score_set set = {0};
  cst_json *classes = cst_json_array();
  out->classes = classes;
  for (size_t k = 0; k < job->data->scenes.n; k++)
    cst_json_append_string(classes, job->data->scenes.item[k]);
  CST_TRY(add_figures(job, final, folds, &out->figures));
  CST_TRY(scoring_pool(job, final, folds, SCORED_TEST, NULL, &set));
  CST_TRY(scoring_reliability(set.n, set.scores, out));
  CST_TRY(scoring_cells(job, final, folds, out));
done:
  score_set_reset(&set);
  return st;
}
