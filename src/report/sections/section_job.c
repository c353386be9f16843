/* The job itself: its cost, how to repeat it, and where it ran. */
#include "findings.h"
#include "sections.h"

#include <math.h>
#include <string.h>

static void add_timings(pen *page, const cst_record_segment *segment, size_t start)
{
  cst_phase_time time;
  const char *phase;
  for (size_t i = 0; (phase = cst_record_phase_at(segment, i, &time)) != NULL; i++) {
    pen_row(page);
    pen_cell(page);
    pen_say(page, "%zu", start);
    pen_cell(page);
    pen_name(page, phase);
    pen_cell(page);
    pen_duration(page, time.min);
    pen_cell(page);
    pen_duration(page, time.mean);
    pen_cell(page);
    pen_duration(page, time.max);
  }
}

static void add_phases(pen *page, const run_files *run)
{
  pen_table(page, "Time of each phase");
  pen_column(page, 'r', "start");
  pen_column(page, 'l', "phase");
  pen_column(page, 'r', "fastest rank");
  pen_column(page, 'r', "mean");
  pen_column(page, 'r', "slowest rank");
  for (size_t i = 0; i < run->record.segments.n; i++)
    add_timings(page, &run->record.segments.item[i], i + 1);
  pen_end_table(page);
}

/* Clips per second over all epochs of training that say. */
static double mean_speed(const run_files *run)
{
  double sum = 0.0, n = 0.0;
  for (size_t i = 0; i < run->n_stages; i++) {
    const stage_summary *s = &run->stages[i];
    if (s->speeds == 0) continue;
    sum += s->speed * (double)s->speeds;
    n += (double)s->speeds;
  }
  return n > 0.0 ? sum / n : NAN;
}

static void begin_fact(pen *page, const char *name)
{
  pen_row(page);
  pen_cell(page);
  pen_name(page, name);
  pen_cell(page);
}

static void add_totals(pen *page, const run_files *run)
{
  const double core_s = run_core_seconds(run), speed = mean_speed(run);
  const cst_record_segment *last = run_last_start(run);
  const int64_t bytes = last->peak_bytes_per_rank;
  pen_table(page, "Cost");
  pen_column(page, 'l', "cost");
  pen_column(page, 'r', "");
  begin_fact(page, "core-hours, all starts");
  pen_real(page, core_s < 360.0 ? 3 : 1, core_s / 3600.0);
  begin_fact(page, "training, clips/s");
  pen_real(page, 1, speed);
  begin_fact(page, "ranks");
  pen_count(page, last->ranks);
  begin_fact(page, "threads per rank");
  pen_count(page, last->threads);
  begin_fact(page, "peak memory per rank, MiB");
  pen_real(page, 0, bytes < 0 ? NAN : (double)bytes / (1024.0 * 1024.0));
  pen_end_table(page);
}

cst_status section_cost(pen *page, const run_files *run)
{
  if (!run->record_document) return CST_OK;
  pen_section(page, "cost", "Cost");
  pen_beside(page);
  add_totals(page, run);
  add_phases(page, run);
  pen_end_beside(page);
  return CST_OK;
}

/* Whether an earlier start ran the same command: a job that was resumed is one command. */
static bool repeated(const cst_record_file *record, size_t i)
{
  const char *command = record->segments.item[i].command;
  for (size_t j = 0; j < i; j++) {
    const char *before = record->segments.item[j].command;
    if (before && strcmp(before, command) == 0) return true;
  }
  return false;
}

static void add_command(cst_text *out, const cst_record_segment *start)
{
  if (start->ranks > 1 && strncmp(start->command, "mpirun", 6) != 0)
    cst_text_add(out, "mpirun -n %lld ", (long long)start->ranks);
  cst_text_add(out, "%s\n", start->command);
}

cst_status section_repeat(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  const cst_record_segment *last = run_last_start(run);
  cst_text commands = {0};
  if (!last->command) return st;
  if (last->directory) cst_text_add(&commands, "cd '%s'\n", last->directory);
  for (size_t i = 0; i < run->record.segments.n; i++) {
    const cst_record_segment *start = &run->record.segments.item[i];
    if (start->command && !repeated(&run->record, i)) add_command(&commands, start);
  }
  CST_TRY(cst_text_status(&commands));
  pen_section(page, "repeat", "To repeat it");
  if (commands.data) pen_listing(page, "sh", commands.data);
  pen_paragraph(page);
  if (last->commit) {
    pen_say(page, "Built from commit ");
    pen_code(page, last->commit);
    pen_say(page, ". ");
  }
  pen_say(page, "Any number of ranks and threads, and any interruption, gives the same bits. The "
                "resolved configuration is ");
  pen_code(page, "config.yaml");
  pen_say(page, " in the run directory.");
  pen_end_paragraph(page);
done:
  cst_text_reset(&commands);
  return st;
}

static void add_text(pen *page, const char *name, const char *text)
{
  if (!text) return;
  begin_fact(page, name);
  pen_name(page, text + strspn(text, " "));
}

static void add_number(pen *page, const char *name, double value)
{
  if (!(value >= 0.0)) return;
  begin_fact(page, name);
  pen_say(page, "%.10g", value);
}

/* The last start: what it ran on and with. */
cst_status section_record(pen *page, const run_files *run)
{
  const cst_record_segment *last = run_last_start(run);
  const struct {
    const char *name, *text;
  } facts[] = {
      {"host", last->host},        {"system", last->system},           {"CPU", last->cpu},
      {"kernels", last->kernels},  {"cores of rank 0", last->binding}, {"version", last->version},
      {"commit", last->commit},    {"compiler", last->compiler},       {"flags", last->flags},
      {"numerics", last->numerics}};
  const cst_json *value;
  const char *name;
  if (!run->record_document) return CST_OK;
  pen_section(page, "record", "Run record");
  pen_table(page, "Run record");
  pen_column(page, 'l', "last start");
  pen_column(page, 'l', "");
  add_text(page, "started", last->started);
  add_number(page, "ranks", (double)last->ranks);
  add_number(page, "ranks per node", (double)last->ranks_per_node);
  add_number(page, "threads per rank", (double)last->threads);
  add_number(page, "parameters of the network", (double)last->network_parameters);
  add_number(page, "its multiply-adds a clip", last->network_multiply_adds);
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
    add_text(page, facts[i].name, facts[i].text);
  for (size_t i = 0; (name = cst_json_member(last->libraries, i, &value)) != NULL; i++) {
    begin_fact(page, name);
    pen_name(page, cst_json_string(value, "–"));
  }
  pen_end_table(page);
  return CST_OK;
}
