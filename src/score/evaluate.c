/* Held-out evaluation of every fold's models: metrics.json. */
#include "cassette/evaluate.h"

#include "held_out.h"
#include "model_answers.h"
#include "scoring.h"
#include "scoring_figures.h"
#include "scoring_headline.h"
#include "scoring_pools.h"
#include "scoring_sets.h"
#include "scoring_sides.h"
#include "scoring_temperature.h"

#include "cassette/clock.h"
#include "cassette/effort.h"
#include "cassette/interrupt.h"
#include "cassette/job_data.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/network.h"
#include "cassette/run_record.h"
#include "cassette/truth_file.h"
#include "cassette/watchdog.h"

#include <math.h>
#include <stdio.h>

/* What the last models of all folds say, and what their weights without the average say: nothing
 * (fold NULL) where there are none. */
typedef struct {
  fold_scores *final, *raw;    /* [folds] */
  fold_provenance *provenance; /* [folds] */
} evaluation;

/* Figures without the average, beside those with it. */
static cst_status add_raw(const cst_job *job, const fold_scores *raw, size_t n,
                          cst_raw_figures *out)
{
  cst_status st = CST_OK;
  score_set set = {0};
  out->there = true;
  CST_TRY(scoring_pool(job, raw, n, SCORED_TEST, NULL, &set));
  CST_TRY(scoring_headline(job, &set, &out->headline));
  CST_TRY(scoring_sides(job, raw, n, &out->sides));
done:
  score_set_reset(&set);
  return st;
}

/* Of a fold up to stage @p s.  Local. */
static cst_status add_figures(const cst_job *job, const fold_scores *final, const fold_scores *raw,
                              cst_stage s, cst_stage_metrics *out)
{
  cst_status st = CST_OK;
  CST_TRY(scoring_fold(job, final, out));
  if (raw->fold) CST_TRY(add_raw(job, raw, 1, &out->raw));
  CST_TRY(cst_effort_read(job, final->fold, s, &out->effort));
done:
  return st;
}

static cst_status evaluate_model(cst_job *job, const cst_fold *fold, cst_stage s, const int *truth,
                                 fold_scores *final, fold_scores *raw, cst_stage_metrics *out)
{
  cst_status st = CST_OK;
  const cst_trained name = cst_trained_of(fold, s);
  bool averaged;
  scoring_reset(final);
  scoring_reset(raw);
  CST_TRY(scoring_run(job, fold, s, false, truth, final));
  CST_TRY(cst_network_has_raw(job, &name, &averaged));
  if (averaged) CST_TRY(scoring_run(job, fold, s, true, truth, raw));
  CST_TRY(cst_comm_agree(job->comm, add_figures(job, final, raw, s, out)));
done:
  return st;
}

/* Of all that was learned in a fold.  Local. */
static cst_status add_fold(const cst_job *job, const cst_trained *model, fold_scores *final,
                           const fold_scores *raw, fold_provenance *digests, cst_fold_metrics *out)
{
  cst_status st = CST_OK;
  CST_TRY(add_figures(job, final, raw, CST_STAGE_DONE, &out->last));
  CST_TRY(scoring_temperature_fold(job, final, &out->temperature));
  CST_TRY(held_out_split_digest(job, final->fold, digests, out));
  if (cst_job_root(job)) st = held_out_model_digest(job, model, digests, out);
done:
  return st;
}

/* All finished models of a fold, the final one last in @p self. */
static cst_status evaluate_fold(cst_job *job, size_t f, const cst_trained_fold *models,
                                const int *truth, const evaluation *self, cst_fold_metrics *out)
{
  cst_status st = CST_OK;
  const cst_fold *fold = &job->folds.fold[f];
  fold_scores *final = &self->final[f], *raw = &self->raw[f];
  out->stages.there = true;
  for (size_t m = 0; m < models->n; m++)
    CST_TRY(evaluate_model(job, fold, models->stage[m], truth, final, raw,
                           models->stage[m] == CST_STAGE_STUDENT ? &out->stages.student
                                                                 : &out->stages.finetune));
  const cst_trained last = cst_trained_of(fold, models->stage[models->n - 1]);
  CST_TRY(cst_comm_agree(job->comm, add_fold(job, &last, final, raw, &self->provenance[f], out)));
done:
  return st;
}

/* ", 95 % interval 1.0 to 2.0"; nothing where there is none (fewer than two sessions). */
static void say_interval(const double interval[2])
{
  if (isfinite(interval[0]))
    printf(", 95 %% interval %.1f to %.1f", 100.0 * interval[0], 100.0 * interval[1]);
}

static void say_side(const char *what, const cst_headline *side, const char *end)
{
  if (side->clips == 0)
    printf("%s: no clips%s", what, end);
  else
    printf("%s: %.1f %% (%lld clips)%s", what, 100.0 * side->macro_accuracy, (long long)side->clips,
           end);
}

/* Two sides are compared over the classes that both have, or not at all. */
static void say_cities(const cst_metrics *metrics)
{
  const cst_sides *sides = &metrics->figures.sides;
  const cst_drop *drop = &sides->seen_against_unseen.drop;
  if (!drop->there) {
    say_side("seen cities", &sides->seen_cities, "   ");
    say_side("unseen cities", &sides->unseen_cities, "\n");
    return;
  }
  printf("seen cities: %.1f %%   unseen cities: %.1f %%   drop: %.1f points",
         100.0 * drop->seen.macro_accuracy, 100.0 * drop->unseen.macro_accuracy,
         100.0 * drop->drop);
  say_interval(drop->drop_ci95);
  printf(" (the same %zu of %zu classes, %lld and %lld clips)\n",
         cst_json_size(sides->seen_against_unseen.classes), cst_json_size(metrics->classes),
         (long long)drop->seen.clips, (long long)drop->unseen.clips);
}

/* Where confidence can be brought in line with accuracy. */
static void say_temperature(const cst_calibrated *held_out)
{
  if (held_out->there)
    printf("calibration error: %.1f %%, %.1f %% by temperatures of the validation clips\n",
           100.0 * held_out->calibration_error, 100.0 * held_out->calibration_error_scaled);
}

static void say_pools(const cst_pooled *vote, const cst_pooled *ensemble)
{
  if (vote->there) {
    printf("clips recorded together with one voice: %.1f %%",
           100.0 * vote->headline.macro_accuracy);
    say_interval(vote->headline.ci95);
    printf(" (tier %s)\n", vote->tier);
  }
  if (ensemble->there) {
    printf("%lld runs together: %.1f %%", (long long)ensemble->runs,
           100.0 * ensemble->headline.macro_accuracy);
    say_interval(ensemble->headline.ci95);
    printf("\n");
  }
}

static void say(const cst_metrics *metrics)
{
  const cst_headline *h = &metrics->figures.headline;
  const cst_sides *sides = &metrics->figures.sides;
  const long long classes = (long long)cst_json_size(metrics->classes);
  const long long left_out = (long long)metrics->figures.not_testable_clips;
  if (isnan(h->macro_accuracy)) {
    if (left_out > 0)
      printf("macro accuracy: none; no fold trained on the classes of its %lld held-out clips\n",
             left_out);
    else
      printf("macro accuracy: no labels to score against; see predictions/\n");
    return;
  }
  printf("macro accuracy: %.1f %% (", 100.0 * h->macro_accuracy);
  if (isfinite(h->ci95[0]))
    printf("95 %% interval %.1f to %.1f by session bootstrap, ", 100.0 * h->ci95[0],
           100.0 * h->ci95[1]);
  if (h->classes_scored < classes)
    printf("%lld of %lld classes, ", (long long)h->classes_scored, classes);
  printf("%lld clips, %lld sessions)\n", (long long)h->clips, (long long)h->sessions);
  if (metrics->raw.there)
    printf("without the average of weights: %.1f %%\n",
           100.0 * metrics->raw.headline.macro_accuracy);
  say_temperature(&metrics->temperature.held_out);
  say_pools(&metrics->vote, &metrics->ensemble);
  say_cities(metrics);
  if (left_out > 0)
    printf("left out: %lld held-out clips of classes that their fold never trained on\n", left_out);
  if (sides->shared_sessions.clips > 0) {
    say_side("recording sessions that training saw", &sides->shared_sessions, "   ");
    say_side("other sessions", &sides->new_sessions, "\n");
  }
  fflush(stdout);
}

/* Answers of several voices, beside those of each clip and run. */
static cst_status add_pools(const cst_job *job, const evaluation *self, cst_metrics *metrics)
{
  cst_status st = CST_OK;
  if (job->config->evaluate.vote == CST_VOTE_SESSION)
    CST_TRY(scoring_vote(job, self->final, job->folds.n, &metrics->vote));
  if (job->config->evaluate.with.n > 0)
    CST_TRY(scoring_ensemble(job, self->final, job->folds.n, &metrics->ensemble));
done:
  return st;
}

/* metrics.json last: it says that the run was evaluated. */
static cst_status write_metrics(const cst_job *job, const evaluation *self, cst_metrics *metrics)
{
  cst_status st = CST_OK;
  const cst_config *c = job->config;
  char *path = cst_job_path(job, "metrics.json");
  cst_json *json = NULL;
  provenance digests;
  bool averaged = true;
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  metrics->protocol = cst_protocol_names[c->split.spec.protocol];
  metrics->transductive = c->split.spec.transductive;
  metrics->crops = c->evaluate.crops;
  metrics->adapt = cst_adapt_text(c->evaluate.adapt);
  metrics->pretrain.there = true;
  CST_TRY(held_out_provenance(job, &digests, metrics));
  CST_TRY(cst_effort_read(job, NULL, CST_STAGE_DONE, &metrics->effort));
  CST_TRY(cst_effort_of_pretrained(job, &metrics->pretrain.effort));
  CST_TRY(scoring_pooled(job, self->final, job->folds.n, metrics));
  CST_TRY(scoring_temperature(job, self->final, job->folds.n, &metrics->temperature));
  for (size_t f = 0; f < job->folds.n; f++) averaged = averaged && self->raw[f].fold;
  if (averaged) CST_TRY(add_raw(job, self->raw, job->folds.n, &metrics->raw));
  CST_TRY(held_out_write(job, self->final, job->folds.n));
  CST_TRY(add_pools(job, self, metrics));
  json = cst_rows_json(&cst_metrics_shape, metrics);
  CST_TRY(cst_json_write(json, path));
  say(metrics);
done:
  if (json) cst_json_destroy(&json);
  cst_free(path);
  return st;
}

static cst_status open_evaluation(const cst_job *job, evaluation *self, int **truth,
                                  cst_metrics *metrics)
{
  cst_status st = CST_OK;
  CST_ALLOC(*truth, job->data->n);
  CST_ALLOC(self->final, job->folds.n);
  CST_ALLOC(self->raw, job->folds.n);
  CST_ALLOC(self->provenance, job->folds.n);
  CST_ALLOC(metrics->folds.item, job->folds.n);
  for (; metrics->folds.n < job->folds.n; metrics->folds.n++)
    cst_rows_init(&cst_fold_metrics_shape, &metrics->folds.item[metrics->folds.n]);
  CST_TRY(cst_job_truth(job, *truth));
done:
  return cst_comm_agree(job->comm, st);
}

static void close_evaluation(const cst_job *job, evaluation *self)
{
  for (size_t f = 0; self->final && f < job->folds.n; f++) scoring_reset(&self->final[f]);
  for (size_t f = 0; self->raw && f < job->folds.n; f++) scoring_reset(&self->raw[f]);
  cst_free(self->final);
  cst_free(self->raw);
  cst_free(self->provenance);
}

cst_status cst_job_evaluate(cst_job *job)
{
  cst_status st = CST_OK;
  const double started_s = cst_now_s();
  cst_trained_fold *models = NULL;
  evaluation self = {0};
  int *truth = NULL;
  cst_metrics metrics;
  cst_rows_init(&cst_metrics_shape, &metrics);
  CST_TRY(cst_job_load_data(job));
  CST_TRY(open_evaluation(job, &self, &truth, &metrics));
  CST_TRY(cst_job_open_features(job));
  CST_TRY(cst_trained_find(job, true, &models));
  for (size_t f = 0; f < job->folds.n; f++) {
    CST_TRY(cst_interrupt_agree(job->comm, "evaluation was done"));
    CST_TRY(evaluate_fold(job, f, &models[f], truth, &self, &metrics.folds.item[f]));
  }
  CST_TRY(model_answers_held_out(job, self.final, job->folds.n));
  cst_watchdog_enter("writing scores", "", -1, -1);
  st = cst_job_root(job) ? write_metrics(job, &self, &metrics) : CST_OK;
  cst_watchdog_wait();
  CST_TRY(cst_comm_agree(job->comm, st));
  CST_TRY(cst_record_phase(job, "evaluate", cst_now_s() - started_s));
done:
  close_evaluation(job, &self);
  cst_rows_destroy(&cst_metrics_shape, &metrics);
  cst_free(models);
  cst_free(truth);
  return st;
}
