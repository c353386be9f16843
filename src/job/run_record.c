/*
 * record.json: what ran, where, with what, and how long each phase took.  One segment per start of
 * the program in this run directory, so that a requeued job shows its whole history.
 */
#include "cassette/run_record.h"

#include "cassette/clock.h"
#include "cassette/energy.h"
#include "cassette/environment.h"
#include "cassette/job_teachers.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/network_spec.h"
#include "cassette/record_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The command so that a shell takes it back. */
static void command_text(const cst_job *self, cst_text *out)
{
  for (int i = 0; i < self->argc; i++) {
    const char *word = self->argv[i];
    const bool plain = word[0] && !strpbrk(word, " '\"\\$`*?[]{}()<>|&;!#~\t");
    if (i) cst_text_add(out, " ");
    if (plain) {
      cst_text_add(out, "%s", word);
      continue;
    }
    cst_text_add(out, "'");
    for (; *word; word++) {
      if (*word == '\'')
        cst_text_add(out, "'\\''");
      else
        cst_text_add_bytes(out, word, 1);
    }
    cst_text_add(out, "'");
  }
}

/* A start, new. */
static cst_json *describe(const cst_job *self)
{
  cst_json *segment = cst_environment(self->comm, self->threads), *timings = cst_json_object();
  cst_text command = {0};
  char directory[1024], started[64];
  cst_record_segment start;
  cst_rows_init(&cst_record_segment_shape, &start);
  command_text(self, &command);
  cst_wall_text(started);
  start.command = command.data;
  start.directory = getcwd(directory, sizeof directory);
  start.started = started;
  start.slurm_job = getenv("SLURM_JOB_ID");
  start.strategy = self->config->strategy.name;
  start.transductive = self->config->split.spec.transductive;
  start.parameters = self->parameters;
  start.timings = timings;
  cst_rows_write(&cst_record_segment_shape, &start, segment);
  cst_json_destroy(&timings);
  cst_text_reset(&command);
  return segment;
}

/* The record so far; one that cannot be read is set aside with a warning, since a run must not fail
 * for its log book. */
static cst_json *read_record(const char *path)
{
  cst_json *record = NULL;
  if (cst_file_exists(path) && cst_json_read(path, &record) != CST_OK) {
    cst_log(CST_LOG_WARN, "%s; a new record is begun", cst_message());
    cst_clear();
  }
  if (!record) {
    record = cst_json_object();
    cst_json_set(record, "segments", cst_json_array());
  }
  return record;
}

/* NULL: there is none. */
static cst_json *last_segment(cst_json *record)
{
  const cst_json *segments = cst_json_get(record, "segments");
  const size_t n = cst_json_size(segments);
  return n ? (cst_json *)(uintptr_t)cst_json_at(segments, n - 1) : NULL;
}

cst_status cst_record_start(cst_job *self)
{
  cst_status st = CST_OK;
  if (cst_comm_node_rank(self->comm) == 0) cst_energy_start(CST_ENERGY_ROOT);
  if (cst_job_root(self)) {
    char *path = cst_job_path(self, "record.json");
    cst_json *record = path ? read_record(path) : NULL;
    cst_json *segments = (cst_json *)(uintptr_t)cst_json_get(record, "segments");
    cst_json_append(segments, describe(self));
    st = path ? cst_json_write(record, path) : cst_no_memory("path", 1, 1);
    cst_json_destroy(&record);
    cst_free(path);
  }
  return cst_comm_agree(self->comm, st);
}

/* Joules of this start so far, which one rank of each node tells; of the others none. */
static double joules_of_node(const cst_job *self)
{
  return cst_comm_node_rank(self->comm) == 0 ? cst_energy_joules() : 0.0;
}

/* What the network costs; the classes are known once the data is. */
static void add_network(const cst_job *self, cst_record_segment *start)
{
  cst_model_spec spec;
  cst_model_cost cost;
  if (!self->data) return;
  cst_network_spec(self->config, self->spec.bins, self->data->scenes.n,
                   cst_dataset_cities(self->data), &spec);
  if (cst_model_count(&spec, &cost) != CST_OK) {
    cst_clear();
    return;
  }
  start->network_parameters = (int64_t)cost.parameters;
  start->network_multiply_adds = cost.multiply_adds;
}

/* Into the last start of the record; rank 0. */
static cst_status note_phase(const cst_job *self, const char *phase, const cst_phase_time *time,
                             double joules, double peak_bytes)
{
  cst_status st = CST_OK;
  char *path = cst_job_path(self, "record.json");
  cst_json *record = path ? read_record(path) : NULL;
  cst_json *last = last_segment(record), *timings = cst_json_object();
  cst_record_segment start;
  cst_teachers_note teachers = {0};
  CST_TRY(cst_rows_read(&cst_record_segment_shape, last, &start));
  cst_json_merge(timings, start.timings);
  cst_json_set(timings, phase, cst_rows_json(&cst_phase_time_shape, time));
  start.timings = timings;
  add_network(self, &start);
  if (self->teachers) {
    cst_job_teachers_note(self, true, &teachers);
    start.teachers = teachers;
  }
  if (isfinite(joules)) start.energy_j = joules;
  start.peak_bytes_per_rank = (int64_t)peak_bytes;
  cst_rows_write(&cst_record_segment_shape, &start, last);
  st = path ? cst_json_write(record, path) : cst_no_memory("path", 1, 1);
done:
  cst_rows_destroy(&cst_teachers_note_shape, &teachers);
  cst_json_destroy(&timings);
  cst_json_destroy(&record);
  cst_free(path);
  return st;
}

cst_status cst_record_phase(cst_job *self, const char *phase, double seconds)
{
  cst_status st = CST_OK;
  const double mine[] = {seconds, joules_of_node(self)};
  double min = seconds, max = seconds, sum = 0.0, joules = 0.0, *all = NULL;
  double peak_bytes = (double)cst_peak_resident_bytes();
  size_t bytes = 0;
  CST_TRY(cst_comm_gather(self->comm, mine, sizeof mine, (void **)&all, &bytes));
  const size_t ranks = bytes / sizeof mine;
  for (size_t i = 0; i < ranks; i++) {
    sum += all[2 * i];
    joules += all[2 * i + 1];
  }
  cst_comm_min_f64(self->comm, &min, 1);
  cst_comm_max_f64(self->comm, &max, 1);
  cst_comm_max_f64(self->comm, &peak_bytes, 1);
  const cst_phase_time time = {true, min, sum / (double)ranks, max};
  if (cst_job_root(self)) st = note_phase(self, phase, &time, joules, peak_bytes);
  st = cst_comm_agree(self->comm, st);
done:
  cst_free(all);
  return st;
}
