/* Contract in scoring_temperature.h. */
#include "scoring_temperature.h"

#include "scoring_headline.h"
#include "scoring_sets.h"

#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/opinions.h"
#include "cassette/temperature.h"

#include <math.h>
#include <stdlib.h>

static const double UNKNOWN_SHARE = 0.05;

/* Probabilities of clips that count. */
typedef struct {
  size_t n, K;
  double *p;        /* [n][K] */
  int *truth;       /* [n] */
  cst_score *score; /* [n] scratch */
} opinions;

static cst_status opinions_create(size_t most, size_t K, opinions *out)
{
  cst_status st = CST_OK;
  *out = (opinions){.K = K};
  CST_ALLOC(out->p, cst_product(most, K));
  CST_ALLOC(out->truth, most);
  CST_ALLOC(out->score, most);
done:
  return st;
}

static void opinions_reset(opinions *self)
{
  cst_free(self->p);
  cst_free(self->truth);
  cst_free(self->score);
}

static void add(opinions *self, const float *p, int truth)
{
  for (size_t k = 0; k < self->K; k++) self->p[self->n * self->K + k] = (double)p[k];
  self->truth[self->n++] = truth;
}

/* --- figures --- */

static double likelihood(const opinions *self)
{
  double sum = 0.0;
  for (size_t i = 0; i < self->n; i++)
    sum -= cst_opinion_log(self->p[i * self->K + (size_t)self->truth[i]]);
  return sum / (double)self->n;
}

static double calibration_error(const opinions *self)
{
  cst_calibration_bin bin[CALIBRATION_BINS];
  for (size_t i = 0; i < self->n; i++) {
    const double *p = self->p + i * self->K;
    const size_t best = cst_argmax(self->K, p);
    self->score[i] =
        (cst_score){.truth = self->truth[i], .predicted = (int)best, .confidence = p[best]};
  }
  cst_calibration(self->n, self->score, CALIBRATION_BINS, bin);
  return cst_calibration_error(CALIBRATION_BINS, bin);
}

static int compare(const void *a, const void *b)
{
  const double x = ((const cst_score *)a)->confidence, y = ((const cst_score *)b)->confidence;
  return (x > y) - (x < y);
}

/* After calibration_error(), which it leaves in another order. */
static double low_confidence(const opinions *self)
{
  qsort(self->score, self->n, sizeof *self->score, compare);
  return self->score[(size_t)(UNKNOWN_SHARE * (double)self->n)].confidence;
}

static cst_calibrated figures(const opinions *before, const opinions *after)
{
  return (cst_calibrated){.there = true,
                          .clips = (int64_t)before->n,
                          .nll = likelihood(before),
                          .nll_scaled = likelihood(after),
                          .calibration_error = calibration_error(before),
                          .calibration_error_scaled = calibration_error(after)};
}

/* @p out := those of @p from at a temperature. */
static cst_status copy(const opinions *from, double T, opinions *out)
{
  cst_status st = CST_OK;
  CST_TRY(opinions_create(from->n, from->K, out));
  for (size_t i = 0; i < from->n; i++) {
    cst_opinion_temper(from->K, T, from->p + i * from->K, out->p + i * from->K);
    out->truth[i] = from->truth[i];
  }
  out->n = from->n;
done:
  return st;
}

/* --- temperatures --- */

static cst_status search(const opinions *self, double *T, cst_temperature_end *end)
{
  cst_status st = CST_OK;
  double *z = NULL;
  CST_ALLOC(z, cst_product(self->n, self->K));
  for (size_t i = 0; i < self->n * self->K; i++) z[i] = cst_opinion_log(self->p[i]);
  *end = cst_temperature_find(self->n, self->K, z, self->truth, T);
done:
  cst_free(z);
  return st;
}

/* value and what comes with it; *T is 0 without one. */
static cst_status add_temperature(const opinions *by, const char *none, double *T,
                                  cst_temperature_note *out)
{
  static const char *const why[] = {
      [CST_TEMPERATURE_TOO_COLD] = "nearly all validation clips are answered right: the more "
                                   "confident the better, without an end",
      [CST_TEMPERATURE_TOO_HOT] = "on the validation clips the answers are no better than chance"};
  cst_status st = CST_OK;
  opinions after = {0};
  cst_temperature_end end = CST_TEMPERATURE_NO_CLIPS;
  CST_TRY(search(by, T, &end));
  if (end != CST_TEMPERATURE_FOUND) {
    *T = 0.0;
    out->why = end == CST_TEMPERATURE_NO_CLIPS ? none : why[end];
    goto done;
  }
  out->value = *T;
  CST_TRY(copy(by, *T, &after));
  out->validation = figures(by, &after);
  out->unknown_below = low_confidence(&after);
done:
  opinions_reset(&after);
  return st;
}

/* --- which clips --- */

static cst_status list_validation(const fold_scores *s, size_t K, opinions *out)
{
  const cst_status st = opinions_create(s->n_validation, K, out);
  for (size_t i = 0; st == CST_OK && i < s->n_validation; i++)
    if (scoring_counts(s, &s->validation[i]))
      add(out, s->validation_p + i * K, s->validation[i].truth);
  return st;
}

static void add_test(const fold_scores *s, opinions *out)
{
  for (size_t i = 0; i < s->n_test; i++)
    if (scoring_counts(s, &s->test[i])) add(out, s->test_p + i * out->K, s->test[i].truth);
}

/* What a fold says of clips that it did not train on, added to the sums @p sum [data set][K]. */
static void add_answers(const fold_scores *s, size_t folds, size_t K, double *sum, size_t *answers)
{
  const struct {
    const cst_score *score;
    const uint32_t *clip;
    const float *p;
    size_t n;
  } of[] = {{s->validation, s->validation_clip, s->validation_p, s->n_validation},
            {s->test, s->test_clip, s->test_p, s->n_test}};
  for (size_t side = 0; side < 2; side++)
    for (size_t i = 0; i < of[side].n; i++) {
      const uint32_t clip = of[side].clip[i];
      if (!scoring_counts(s, &of[side].score[i])) continue;
      answers[clip]++;
      for (size_t k = 0; k < K; k++)
        sum[clip * K + k] += (double)of[side].p[i * K + k] / (double)folds;
    }
}

/* Clips of somebody's validation that nobody trained on, with the mean of all folds' opinions. */
static cst_status list_common(const cst_job *job, const fold_scores *final, size_t folds,
                              opinions *out)
{
  cst_status st = CST_OK;
  const size_t n = job->data->n, K = job->data->scenes.n;
  double *sum = NULL;
  size_t *answers = NULL;
  CST_ALLOC(sum, cst_product(n, K));
  CST_ALLOC(answers, n);
  CST_TRY(opinions_create(n, K, out));
  for (size_t f = 0; f < folds; f++) add_answers(&final[f], folds, K, sum, answers);
  for (size_t f = 0; f < folds; f++)
    for (size_t i = 0; i < final[f].n_validation; i++) {
      const uint32_t clip = final[f].validation_clip[i];
      if (answers[clip] != folds) continue;
      answers[clip] = 0; /* once */
      for (size_t k = 0; k < K; k++) out->p[out->n * K + k] = sum[clip * K + k];
      out->truth[out->n++] = final[f].validation[i].truth;
    }
done:
  cst_free(sum);
  cst_free(answers);
  return st;
}

/* Held-out clips of folds that have a temperature, by it. */
static cst_status add_held_out(const fold_scores *final, size_t folds, size_t K,
                               cst_temperature_note *out)
{
  cst_status st = CST_OK;
  opinions before = {0}, after = {0};
  size_t most = 0, at = 0;
  for (size_t f = 0; f < folds; f++) most += final[f].n_test;
  CST_TRY(opinions_create(most, K, &before));
  CST_TRY(opinions_create(most, K, &after));
  for (size_t f = 0; f < folds; f++) {
    if (!(final[f].temperature > 0.0)) continue;
    add_test(&final[f], &before);
    add_test(&final[f], &after);
    for (; at < after.n; at++)
      cst_opinion_temper(K, final[f].temperature, before.p + at * K, after.p + at * K);
  }
  if (before.n > 0) out->held_out = figures(&before, &after);
done:
  opinions_reset(&before);
  opinions_reset(&after);
  return st;
}

static const char *const no_validation = "no labelled validation clips";

cst_status scoring_temperature_fold(const cst_job *job, fold_scores *self,
                                    cst_temperature_note *out)
{
  cst_status st = CST_OK;
  const size_t K = job->data->scenes.n;
  opinions validation = {0};
  cst_rows_init(&cst_temperature_note_shape, out);
  out->there = true;
  CST_TRY(list_validation(self, K, &validation));
  CST_TRY(add_temperature(&validation, no_validation, &self->temperature, out));
  CST_TRY(add_held_out(self, 1, K, out));
done:
  opinions_reset(&validation);
  return st;
}

cst_status scoring_temperature(const cst_job *job, const fold_scores *final, size_t folds,
                               cst_temperature_note *out)
{
  cst_status st = CST_OK;
  opinions common = {0};
  double T;
  cst_rows_init(&cst_temperature_note_shape, out);
  out->there = true;
  CST_TRY(list_common(job, final, folds, &common));
  CST_TRY(add_temperature(
      &common, folds > 1 ? "no validation clip that no fold trained on" : no_validation, &T, out));
  CST_TRY(add_held_out(final, folds, job->data->scenes.n, out));
done:
  opinions_reset(&common);
  return st;
}
