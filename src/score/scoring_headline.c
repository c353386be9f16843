/* The figures that every set of scores has.  Contract in scoring_headline.h. */
#include "scoring_headline.h"

#include "cassette/memory.h"

#include <math.h>

static cst_json *interval_json(const cst_interval *interval)
{
  cst_json *json = cst_json_array();
  cst_json_append_number(json, interval->low);
  cst_json_append_number(json, interval->high);
  return json;
}

static int64_t count_classes(size_t K, const int64_t *counts)
{
  int64_t classes = 0;
  for (size_t k = 0; k < K; k++) classes += !isnan(cst_class_accuracy(K, counts, k));
  return classes;
}

cst_status scoring_headline(const cst_job *job, const score_set *set, cst_json *out)
{
  cst_status st = CST_OK;
  const size_t K = job->data->scenes.n;
  const cst_config *c = job->config;
  int64_t *counts = NULL;
  cst_interval interval;
  cst_calibration_bin bin[CALIBRATION_BINS];
  CST_ALLOC(counts, K * K);
  cst_confusion(set->n, set->scores, K, counts);
  cst_calibration(set->n, set->scores, CALIBRATION_BINS, bin);
  CST_TRY(cst_bootstrap_macro(set->n, set->scores, K, (size_t)c->evaluate.bootstrap,
                              (uint64_t)c->seed, &interval));
  cst_json_set_number(out, "macro_accuracy", cst_macro_accuracy(K, counts));
  cst_json_set(out, "ci95", interval_json(&interval));
  cst_json_set_number(out, "accuracy", cst_accuracy(K, counts));
  cst_json_set_number(out, "calibration_error", cst_calibration_error(CALIBRATION_BINS, bin));
  cst_json_set_integer(out, "classes_scored", count_classes(K, counts));
  cst_json_set_integer(out, "clips", (int64_t)set->clips);
  cst_json_set_integer(out, "answers", (int64_t)set->n);
  cst_json_set_integer(out, "sessions", (int64_t)set->sessions);
done:
  cst_free(counts);
  return st;
}
