/* Held-out evaluation of every fold's models: metrics.json. */
#include "cassette/evaluate.h"

#include "held_out.h"
#include "scoring.h"
#include "scoring_headline.h"
#include "scoring_json.h"
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
  fold_scores *final, *raw; /* [folds] */
} evaluation;

/* Figures without the average, beside those with it. */
static cst_status add_raw(const cst_job *job, const fold_scores *raw, size_t n, cst_json *out)
{
  cst_status st = CST_OK;
  score_set set = {0};
  cst_json *json = cst_json_object();
  CST_TRY(scoring_pool(job, raw, n, SCORED_TEST, NULL, &set));
  CST_TRY(scoring_headline(job, &set, json));
  CST_TRY(scoring_sides_json(job, raw, n, json));
done:
  cst_json_set(out, "raw", json);
  score_set_reset(&set);
  return st;
}

/* Of a fold up to stage @p s.  Local. */
static cst_status add_figures(const cst_job *job, const fold_scores *final, const fold_scores *raw,
                              cst_stage s, cst_json **out)
{
  cst_status st = CST_OK;
  cst_effort effort;
  CST_TRY(scoring_fold_json(job, final, out));
  if (raw->fold) CST_TRY(add_raw(job, raw, 1, *out));
  CST_TRY(cst_effort_read(job, final->fold, s, &effort));
  cst_rows_write(&cst_effort_shape, &effort, *out);
done:
  return st;
}

static cst_status evaluate_model(cst_job *job, const cst_fold *fold, cst_stage s, const int *truth,
                                 fold_scores *final, fold_scores *raw, cst_json **out)
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
                           const fold_scores *raw, cst_json **out)
{
  cst_status st = CST_OK;
  CST_TRY(add_figures(job, final, raw, CST_STAGE_DONE, out));
  CST_TRY(scoring_temperature_fold_json(job, final, *out));
  CST_TRY(held_out_split_digest(job, final->fold, *out));
  if (cst_job_root(job)) st = held_out_model_digest(job, model, *out);
done:
  return st;
}

/* All finished models of a fold, the final one last in @p self. */
static cst_status evaluate_fold(cst_job *job, size_t f, const cst_trained_fold *models,
                                const int *truth, const evaluation *self, cst_json *folds)
{
  cst_status st = CST_OK;
  const cst_fold *fold = &job->folds.fold[f];
  fold_scores *final = &self->final[f], *raw = &self->raw[f];
  cst_json *json = NULL, *figures = NULL, *all = cst_json_object();
  for (size_t m = 0; m < models->n; m++) {
    CST_TRY(evaluate_model(job, fold, models->stage[m], truth, final, raw, &figures));
    cst_json_set(all, cst_stage_name(models->stage[m]), figures);
    figures = NULL;
  }
  const cst_trained last = cst_trained_of(fold, models->stage[models->n - 1]);
  CST_TRY(cst_comm_agree(job->comm, add_fold(job, &last, final, raw, &json)));
  cst_json_set(json, "stages", all);
  all = NULL;
  cst_json_append(folds, json);
  json = NULL;
done:
  if (figures) cst_json_destroy(&figures);
  if (json) cst_json_destroy(&json);
  if (all) cst_json_destroy(&all);
  return st;
}

static double percent(const cst_json *json, const char *key)
{
  return 100.0 * cst_json_get_number(json, key, NAN);
}

static long long count(const cst_json *json, const char *key)
{
  return (long long)cst_json_get_integer(json, key, 0);
}

static double bound(const cst_json *interval, size_t i)
{
  return 100.0 * cst_json_number(cst_json_at(interval, i), NAN);
}

/* ", 95 % interval 1.0 to 2.0"; nothing where there is none (fewer than two sessions). */
static void say_interval(const cst_json *interval)
{
  if (isfinite(bound(interval, 0)))
    printf(", 95 %% interval %.1f to %.1f", bound(interval, 0), bound(interval, 1));
}

static void say_side(const char *what, const cst_json *side, const char *end)
{
  if (count(side, "clips") == 0)
    printf("%s: no clips%s", what, end);
  else
    printf("%s: %.1f %% (%lld clips)%s", what, percent(side, "macro_accuracy"),
           count(side, "clips"), end);
}

/* Two sides are compared over the classes that both have, or not at all. */
static void say_cities(const cst_json *metrics)
{
  const cst_json *both = cst_json_get(metrics, "seen_against_unseen");
  const cst_json *seen = cst_json_get(both, "seen"), *unseen = cst_json_get(both, "unseen");
  if (!seen) {
    say_side("seen cities", cst_json_get(metrics, "seen_cities"), "   ");
    say_side("unseen cities", cst_json_get(metrics, "unseen_cities"), "\n");
    return;
  }
  printf("seen cities: %.1f %%   unseen cities: %.1f %%   drop: %.1f points",
         percent(seen, "macro_accuracy"), percent(unseen, "macro_accuracy"), percent(both, "drop"));
  say_interval(cst_json_get(both, "drop_ci95"));
  printf(" (the same %zu of %zu classes, %lld and %lld clips)\n",
         cst_json_size(cst_json_get(both, "classes")),
         cst_json_size(cst_json_get(metrics, "classes")), count(seen, "clips"),
         count(unseen, "clips"));
}

/* Where confidence can be brought in line with accuracy. */
static void say_temperature(const cst_json *metrics)
{
  const cst_json *of = cst_json_get(cst_json_get(metrics, "temperature"), "held_out");
  if (of)
    printf("calibration error: %.1f %%, %.1f %% by temperatures of the validation clips\n",
           percent(of, "calibration_error"), percent(of, "calibration_error_scaled"));
}

static void say_pools(const cst_json *metrics)
{
  const cst_json *vote = cst_json_get(metrics, "vote"), *all = cst_json_get(metrics, "ensemble");
  if (vote) {
    printf("clips recorded together with one voice: %.1f %%", percent(vote, "macro_accuracy"));
    say_interval(cst_json_get(vote, "ci95"));
    printf(" (tier session)\n");
  }
  if (all) {
    printf("%lld runs together: %.1f %%", count(all, "runs"), percent(all, "macro_accuracy"));
    say_interval(cst_json_get(all, "ci95"));
    printf("\n");
  }
}

static void say(const cst_json *metrics)
{
  const cst_json *interval = cst_json_get(metrics, "ci95");
  const long long classes = (long long)cst_json_size(cst_json_get(metrics, "classes"));
  const long long left_out = count(metrics, "not_testable_clips");
  if (isnan(percent(metrics, "macro_accuracy"))) {
    if (left_out > 0)
      printf("macro accuracy: none; no fold trained on the classes of its %lld held-out clips\n",
             left_out);
    else
      printf("macro accuracy: no labels to score against; see predictions/\n");
    return;
  }
  printf("macro accuracy: %.1f %% (", percent(metrics, "macro_accuracy"));
  if (isfinite(bound(interval, 0)))
    printf("95 %% interval %.1f to %.1f by session bootstrap, ", bound(interval, 0),
           bound(interval, 1));
  if (count(metrics, "classes_scored") < classes)
    printf("%lld of %lld classes, ", count(metrics, "classes_scored"), classes);
  printf("%lld clips, %lld sessions)\n", count(metrics, "clips"), count(metrics, "sessions"));
  if (cst_json_get(metrics, "raw"))
    printf("without the average of weights: %.1f %%\n",
           percent(cst_json_get(metrics, "raw"), "macro_accuracy"));
  say_temperature(metrics);
  say_pools(metrics);
  say_cities(metrics);
  if (left_out > 0)
    printf("left out: %lld held-out clips of classes that their fold never trained on\n", left_out);
  if (count(cst_json_get(metrics, "shared_sessions"), "clips") > 0) {
    say_side("recording sessions that training saw", cst_json_get(metrics, "shared_sessions"),
             "   ");
    say_side("other sessions", cst_json_get(metrics, "new_sessions"), "\n");
  }
  fflush(stdout);
}

/* Answers of several voices, beside those of each clip and run. */
static cst_status add_pools(const cst_job *job, const evaluation *self, cst_json *metrics)
{
  cst_status st = CST_OK;
  if (job->config->evaluate.vote == CST_VOTE_SESSION)
    CST_TRY(scoring_vote_json(job, self->final, job->folds.n, metrics));
  if (job->config->evaluate.with.n > 0)
    CST_TRY(scoring_ensemble_json(job, self->final, job->folds.n, metrics));
done:
  return st;
}

/* metrics.json last: it says that the run was evaluated. */
static cst_status write_metrics(const cst_job *job, const evaluation *self, cst_json *metrics)
{
  cst_status st = CST_OK;
  char *path = cst_job_path(job, "metrics.json");
  cst_json *pretrain = cst_json_object();
  cst_effort effort;
  bool averaged = true;
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  cst_json_set_string(metrics, "protocol", cst_protocol_names[job->config->split.spec.protocol]);
  cst_json_set_bool(metrics, "transductive", job->config->split.spec.transductive);
  cst_json_set_integer(metrics, "crops", job->config->evaluate.crops);
  cst_json_set_string(metrics, "adapt", cst_adapt_text(job->config->evaluate.adapt));
  CST_TRY(held_out_provenance(job, metrics));
  CST_TRY(cst_effort_read(job, NULL, CST_STAGE_DONE, &effort));
  cst_rows_write(&cst_effort_shape, &effort, metrics);
  CST_TRY(cst_effort_of_pretrained(job, &effort));
  cst_rows_write(&cst_effort_shape, &effort, pretrain);
  cst_json_set(metrics, "pretrain", pretrain);
  pretrain = NULL;
  CST_TRY(scoring_pooled_json(job, self->final, job->folds.n, metrics));
  CST_TRY(scoring_temperature_json(job, self->final, job->folds.n, metrics));
  for (size_t f = 0; f < job->folds.n; f++) averaged = averaged && self->raw[f].fold;
  if (averaged) CST_TRY(add_raw(job, self->raw, job->folds.n, metrics));
  CST_TRY(held_out_write(job, self->final, job->folds.n));
  CST_TRY(add_pools(job, self, metrics));
  CST_TRY(cst_json_write(metrics, path));
  say(metrics);
done:
  if (pretrain) cst_json_destroy(&pretrain);
  cst_free(path);
  return st;
}

static cst_status open_evaluation(const cst_job *job, evaluation *self, int **truth)
{
  cst_status st = CST_OK;
  CST_ALLOC(*truth, job->data->n);
  CST_ALLOC(self->final, job->folds.n);
  CST_ALLOC(self->raw, job->folds.n);
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
}

cst_status cst_job_evaluate(cst_job *job)
{
  cst_status st = CST_OK;
  const double started_s = cst_now_s();
  cst_trained_fold *models = NULL;
  evaluation self = {0};
  int *truth = NULL;
  cst_json *metrics = cst_json_object(), *folds = cst_json_array();
  CST_TRY(cst_job_load_data(job));
  CST_TRY(open_evaluation(job, &self, &truth));
  CST_TRY(cst_job_open_features(job));
  CST_TRY(cst_trained_find(job, true, &models));
  for (size_t f = 0; f < job->folds.n; f++) {
    CST_TRY(cst_interrupt_agree(job->comm, "evaluation was done"));
    CST_TRY(evaluate_fold(job, f, &models[f], truth, &self, folds));
  }
  cst_json_set(metrics, "folds", folds);
  folds = NULL;
  cst_watchdog_enter("writing scores", "", -1, -1);
  st = cst_job_root(job) ? write_metrics(job, &self, metrics) : CST_OK;
  cst_watchdog_wait();
  CST_TRY(cst_comm_agree(job->comm, st));
  CST_TRY(cst_record_phase(job, "evaluate", cst_now_s() - started_s));
done:
  close_evaluation(job, &self);
  cst_free(models);
  cst_free(truth);
  if (folds) cst_json_destroy(&folds);
  cst_json_destroy(&metrics);
  return st;
}
