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

static bool seen_before(const cst_record_file *record, size_t i)
{
  const char *job = record->segments.item[i].slurm_job;
  for (size_t j = 0; j < i; j++)
    if (strcmp(record->segments.item[j].slurm_job, job) == 0) return true;
  return false;
}

/* A requeued job keeps its number, and is one job of the accounting. */
static double accounted_energy(const cst_record_file *record)
{
  double sum = 0.0;
  for (size_t i = 0; i < record->segments.n; i++) {
    const char *job = record->segments.item[i].slurm_job;
    if (!job) return NAN;
    if (seen_before(record, i)) continue;
    const double joules = accounted(job);
    if (joules == 0.0) return NAN;
    sum += joules;
  }
  return record->segments.n > 0 ? sum : NAN;
}

double entry_energy(const run_files *run, const char **source)
{
  const cst_record_file *record = &run->record;
  double sum = 0.0;
  *source = "the processors' own counters (RAPL), of whole nodes";
  for (size_t i = 0; i < record->segments.n; i++) sum += record->segments.item[i].energy_j;
  if (record->segments.n > 0 && isfinite(sum)) return sum;
  *source = "Slurm's accounting, of whole jobs";
  sum = accounted_energy(record);
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
  const cst_metrics *m = &run->metrics;
  if (strncmp(answers, "ensemble", 8) != 0) return (double)m->folds.n;
  return m->ensemble.there ? (double)m->folds.n * (double)m->ensemble.runs : NAN;
}

static double known(int64_t count) { return count == CST_NO_COUNT ? NAN : (double)count; }

static cst_json *network(const run_files *run, const char *answers)
{
  const cst_record_segment *last = run_last_start(run);
  const double parameters = known(last->network_parameters);
  cst_json *out = cst_json_object();
  set_count(out, "parameters", parameters);
  set_count(out, "bytes_in_single_precision", 4.0 * parameters);
  set_count(out, "multiply_accumulates_per_clip", last->network_multiply_adds);
  set_count(out, "models", models(run, answers));
  return out;
}

static cst_json *training(const run_files *run)
{
  const cst_metrics *m = &run->metrics;
  const cst_record_segment *last = run_last_start(run);
  cst_json *out = cst_json_object();
  set_text(out, "strategy", m->strategy);
  set_copy(out, "parameters", m->parameters);
  cst_json_set_integer(out, "seed", m->seed);
  set_count(out, "updates", known(m->effort.updates));
  cst_json_set_number(out, "core_hours", run_core_seconds(run) / 3600.0);
  set_text(out, "command", last->command);
  set_text(out, "commit", last->commit);
  set_text(out, "version", last->version);
  set_text(out, "cpu", last->cpu);
  set_count(out, "ranks", known(last->ranks));
  set_count(out, "threads", known(last->threads));
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
  const cst_teachers_note *teachers = &run_last_start(run)->teachers;
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
  if (!teachers->there) teachers = &run->metrics.teachers;
  if (teachers->there)
    cst_json_set(out, "teachers", cst_rows_json(&cst_teachers_note_shape, teachers));
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
  cst_json_set_string(out, "training",
                      run->metrics.tier ? run->metrics.tier : cst_tier_text(CST_TIER_NONE));
  cst_json_set_string(out, "answers", cst_tier_text(tier_of_answers(run, answers)));
  cst_json_set_bool(out, "transductive", run->metrics.transductive);
  return out;
}

static cst_json *results(const run_files *run)
{
  cst_json *out = cst_json_object();
  set_text(out, "protocol", run->metrics.protocol);
  cst_json_set_number(out, "macro_accuracy", run->metrics.figures.headline.macro_accuracy);
  set_copy(out, "class_accuracy", run->metrics.figures.class_accuracy);
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
  cst_json *digests = cst_json_object();
  if (run->metrics.digests.data) cst_json_set_string(digests, "data", run->metrics.digests.data);
  if (run->metrics.digests.features)
    cst_json_set_string(digests, "features", run->metrics.digests.features);
  cst_json_set(out, "digests", digests);
  return out;
}
