/* Contract in entry_facts.h. */
#include "entry_facts.h"

#include "findings.h"
#include "process.h"

#include "cassette/memory.h"
#include "cassette/strategy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_copy(cst_json *out, const char *key, const cst_json *object)
{
  cst_json *copy = cst_json_object();
  if (object) cst_json_merge(copy, object);
  cst_json_set(out, key, copy);
}

static void set_text(cst_json *out, const char *key, const char *text)
{
  if (text && *text)
    cst_json_set_string(out, key, text);
  else
    cst_json_set_null(out, key);
}

/* A whole number, null where it is not known. */
static void set_count(cst_json *out, const char *key, double n)
{
  if (isfinite(n))
    cst_json_set_integer(out, key, llround(n));
  else
    cst_json_set_null(out, key);
}

/* --- energy --- */

/* What Slurm's accounting has of a job: joules, 0 where it has none. */
static double accounted(const char *job)
{
  const char *const argv[] = {"sacct", "-n", "-X", "-P", "-o", "ConsumedEnergyRaw",
                              "-j",    job,  NULL};
  process_result result = {0};
  double joules = 0.0;
  if (process_run(argv, "", 30.0, &result) != CST_OK)
    cst_clear();
  else if (result.found && result.exit == 0)
    joules = strtod(result.output, NULL);
  process_reset(&result);
  return isfinite(joules) && joules > 0.0 ? joules : 0.0;
}

static bool seen_before(const cst_json *segments, size_t i, const char *job)
{
  for (size_t j = 0; j < i; j++)
    if (strcmp(cst_json_get_string(cst_json_at(segments, j), "slurm_job", ""), job) == 0)
      return true;
  return false;
}

/* A requeued job keeps its number, and is one job of the accounting. */
static double accounted_energy(const cst_json *segments)
{
  double sum = 0.0;
  for (size_t i = 0; i < cst_json_size(segments); i++) {
    const char *job = cst_json_get_string(cst_json_at(segments, i), "slurm_job", NULL);
    if (!job) return NAN;
    if (seen_before(segments, i, job)) continue;
    const double joules = accounted(job);
    if (joules == 0.0) return NAN;
    sum += joules;
  }
  return cst_json_size(segments) > 0 ? sum : NAN;
}

double entry_energy(const run_files *run, const char **source)
{
  const cst_json *segments = cst_json_get(run->record, "segments");
  double sum = 0.0;
  *source = "the processors' own counters (RAPL), of whole nodes";
  for (size_t i = 0; i < cst_json_size(segments); i++)
    sum += cst_json_get_number(cst_json_at(segments, i), "energy_j", NAN);
  if (cst_json_size(segments) > 0 && isfinite(sum)) return sum;
  *source = "Slurm's accounting, of whole jobs";
  sum = accounted_energy(segments);
  if (isnan(sum)) *source = "";
  return sum;
}

static cst_json *energy(const run_files *run)
{
  const char *source;
  const double joules = entry_energy(run, &source);
  cst_json *out = cst_json_object();
  cst_json_set_number(out, "kwh", joules / 3.6e6);
  set_text(out, "told_by", source);
  return out;
}

/* --- the network, and how it came about --- */

/* Models whose answers are one: those of all folds, of all runs. */
static double models(const run_files *run, const char *answers)
{
  const double folds = (double)cst_json_size(run_metric(run, "folds"));
  if (strncmp(answers, "ensemble", 8) != 0) return folds;
  return folds * cst_json_get_number(run_metric(run, "ensemble"), "runs", NAN);
}

static cst_json *network(const run_files *run, const char *answers)
{
  const double parameters = cst_json_number(run_record(run, "network_parameters"), NAN);
  cst_json *out = cst_json_object();
  set_count(out, "parameters", parameters);
  set_count(out, "bytes_in_single_precision", 4.0 * parameters);
  set_count(out, "multiply_accumulates_per_clip",
            cst_json_number(run_record(run, "network_multiply_adds"), NAN));
  set_count(out, "models", models(run, answers));
  return out;
}

static void set_record(cst_json *out, const run_files *run, const char *key)
{
  const cst_json *value = run_record(run, key);
  if (cst_json_string(value, NULL))
    cst_json_set_string(out, key, cst_json_string(value, ""));
  else
    set_count(out, key, cst_json_number(value, NAN));
}

static cst_json *training(const run_files *run)
{
  static const char *const facts[] = {"command", "commit", "version", "cpu", "ranks", "threads"};
  cst_json *out = cst_json_object();
  set_text(out, "strategy", cst_json_get_string(run->metrics, "strategy", ""));
  set_copy(out, "parameters", run_metric(run, "parameters"));
  cst_json_set_integer(out, "seed", cst_json_get_integer(run->metrics, "seed", -1));
  set_count(out, "updates", cst_json_get_number(run->metrics, "updates", NAN));
  cst_json_set_number(out, "core_hours", run_core_seconds(run) / 3600.0);
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) set_record(out, run, facts[i]);
  return out;
}

/* --- what came from elsewhere --- */

/* A list as the configuration has it; NULL: an empty one, or none.  New. */
static char *list_of(const run_files *run, const char *key)
{
  char *text = config_lines_text(&run->config, key);
  if (!text || strcmp(text, "[]") != 0) return text;
  cst_free(text);
  return NULL;
}

/* Earlier versions knew one directory.  New. */
static char *pretraining_data(const run_files *run)
{
  char *text = list_of(run, "dataset.pretrain");
  return text ? text : config_lines_text(&run->config, "dataset.pretrain_root");
}

static cst_json *external(const run_files *run)
{
  cst_json *out = cst_json_object();
  const cst_json *teachers = run_record(run, "teachers");
  char *text = pretraining_data(run);
  static const struct {
    const char *fact, *key;
  } files[] = {{"pretrained_weights", "dataset.pretrain_weights"},
               {"impulse_responses", "augment.responses"}};
  set_text(out, "pretraining_data", text);
  cst_free(text);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    text = config_lines_text(&run->config, files[i].key);
    set_text(out, files[i].fact, text);
    cst_free(text);
  }
  if (!teachers) teachers = run_metric(run, "teachers");
  if (teachers)
    set_copy(out, "teachers", teachers);
  else
    cst_json_set_null(out, "teachers");
  return out;
}

/* What the answers know of their clips besides the sound. */
static cst_tier tier_of_answers(const run_files *run, const char *answers)
{
  char *told = list_of(run, "model.metadata");
  const cst_tier own = told ? CST_TIER_METADATA : CST_TIER_NONE;
  cst_free(told);
  return strstr(answers, "-vote") ? CST_TIER_SESSION : own;
}

static cst_json *tiers(const run_files *run, const char *answers)
{
  cst_json *out = cst_json_object();
  cst_json_set_string(out, "training", cst_json_get_string(run->metrics, "tier", "none"));
  cst_json_set_string(out, "answers", cst_tier_text(tier_of_answers(run, answers)));
  cst_json_set_bool(out, "transductive", cst_json_get_bool(run->metrics, "transductive", false));
  return out;
}

static cst_json *results(const run_files *run)
{
  cst_json *out = cst_json_object();
  set_text(out, "protocol", cst_json_get_string(run->metrics, "protocol", ""));
  cst_json_set_number(out, "macro_accuracy",
                      cst_json_get_number(run->metrics, "macro_accuracy", NAN));
  set_copy(out, "class_accuracy", run_metric(run, "class_accuracy"));
  return out;
}

cst_json *entry_facts(const run_files *run, const char *answers)
{
  cst_json *out = cst_json_object();
  set_text(out, "run", run->name);
  cst_json_set(out, "network", network(run, answers));
  cst_json_set(out, "training", training(run));
  cst_json_set(out, "energy", energy(run));
  cst_json_set(out, "external", external(run));
  cst_json_set(out, "tiers", tiers(run, answers));
  cst_json_set(out, "results", results(run));
  set_copy(out, "digests", run_metric(run, "digests"));
  return out;
}
