/* The figures that every set of scores has.  Contract in scoring_headline.h. */
#include "scoring_headline.h"

#include "cassette/memory.h"

#include <math.h>

static int64_t count_classes(size_t K, const int64_t *counts)
{
  int64_t classes = 0;
  for (size_t k = 0; k < K; k++) classes += !isnan(cst_class_accuracy(K, counts, k));
  return classes;
}

cst_status scoring_headline(const cst_job *job, const score_set *set, cst_headline *out)
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
  *out = (cst_headline){.there = true,
                        .macro_accuracy = cst_macro_accuracy(K, counts),
                        .ci95 = {interval.low, interval.high},
                        .accuracy = cst_accuracy(K, counts),
                        .calibration_error = cst_calibration_error(CALIBRATION_BINS, bin),
                        .classes_scored = count_classes(K, counts),
                        .clips = (int64_t)set->clips,
                        .answers = (int64_t)set->n,
                        .sessions = (int64_t)set->sessions};
done:
  cst_free(counts);
  return st;
}
