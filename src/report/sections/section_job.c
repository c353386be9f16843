/* The job itself: its cost, how to repeat it, and where it ran. */
#include "findings.h"
#include "sections.h"

#include <math.h>
#include <string.h>

static void add_timings(pen *page, const cst_json *timings, size_t start)
{
  static const char *const columns[] = {"min", "mean", "max"};
  const cst_json *value;
  const char *phase;
  for (size_t i = 0; (phase = cst_json_member(timings, i, &value)) != NULL; i++) {
    pen_row(page);
    pen_cell(page);
    pen_say(page, "%zu", start);
    pen_cell(page);
    pen_name(page, phase);
    for (size_t c = 0; c < 3; c++) {
      pen_cell(page);
      pen_duration(page, cst_json_get_number(value, columns[c], NAN));
    }
  }
}

static void add_phases(pen *page, const run_files *run)
{
  const cst_json *segments = cst_json_get(run->record, "segments");
  const cst_json *own = cst_json_get(run->record, "timings");
  pen_table(page, "Time of each phase");
  pen_column(page, 'r', "start");
  pen_column(page, 'l', "phase");
  pen_column(page, 'r', "fastest rank");
  pen_column(page, 'r', "mean");
  pen_column(page, 'r', "slowest rank");
  if (own) add_timings(page, own, 1);
  for (size_t i = 0; i < cst_json_size(segments) && !own; i++)
    add_timings(page, cst_json_get(cst_json_at(segments, i), "timings"), i + 1);
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
  const double bytes = cst_json_number(run_record(run, "peak_bytes_per_rank"), NAN);
  const double ranks = cst_json_number(run_record(run, "ranks"), NAN);
  const double threads = cst_json_number(run_record(run, "threads"), NAN);
  pen_table(page, "Cost");
  pen_column(page, 'l', "cost");
  pen_column(page, 'r', "");
  begin_fact(page, "core-hours, all starts");
  pen_real(page, core_s < 360.0 ? 3 : 1, core_s / 3600.0);
  begin_fact(page, "training, clips/s");
  pen_real(page, 1, speed);
  begin_fact(page, "ranks");
  pen_real(page, 0, ranks);
  begin_fact(page, "threads per rank");
  pen_real(page, 0, threads);
  begin_fact(page, "peak memory per rank, MiB");
  pen_real(page, 0, bytes / (1024.0 * 1024.0));
  pen_end_table(page);
}

cst_status section_cost(pen *page, const run_files *run)
{
  if (!run->record) return CST_OK;
  pen_section(page, "cost", "Cost");
  pen_beside(page);
  add_totals(page, run);
  add_phases(page, run);
  pen_end_beside(page);
  return CST_OK;
}

/* Whether an earlier start ran the same command: a job that was resumed is one command. */
static bool repeated(const cst_json *segments, size_t i, const char *command)
{
  for (size_t j = 0; j < i; j++)
    if (strcmp(cst_json_get_string(cst_json_at(segments, j), "command", ""), command) == 0)
      return true;
  return false;
}

static void add_command(cst_text *out, const cst_json *start)
{
  const char *command = cst_json_get_string(start, "command", "");
  const double ranks = cst_json_get_number(start, "ranks", NAN);
  if (ranks > 1.0 && strncmp(command, "mpirun", 6) != 0)
    cst_text_add(out, "mpirun -n %.0f ", ranks);
  cst_text_add(out, "%s\n", command);
}

cst_status section_repeat(pen *page, const run_files *run)
{
  cst_status st = CST_OK;
  const cst_json *segments = cst_json_get(run->record, "segments");
  const char *directory = cst_json_string(run_record(run, "directory"), NULL);
  const char *commit = cst_json_string(run_record(run, "commit"), NULL);
  cst_text commands = {0};
  if (!cst_json_string(run_record(run, "command"), NULL)) return st;
  if (directory) cst_text_add(&commands, "cd '%s'\n", directory);
  if (cst_json_get(run->record, "command")) add_command(&commands, run->record);
  for (size_t i = 0; i < cst_json_size(segments); i++) {
    const cst_json *start = cst_json_at(segments, i);
    const char *command = cst_json_get_string(start, "command", NULL);
    if (command && !repeated(segments, i, command)) add_command(&commands, start);
  }
  CST_TRY(cst_text_status(&commands));
  pen_section(page, "repeat", "To repeat it");
  if (commands.data) pen_listing(page, "sh", commands.data);
  pen_paragraph(page);
  if (commit) {
    pen_say(page, "Built from commit ");
    pen_code(page, commit);
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

static void add_fact(pen *page, const run_files *run, const char *name, const char *key)
{
  const cst_json *value = run_record(run, key);
  const double number = cst_json_number(value, NAN);
  const char *words = cst_json_string(value, "–");
  if (!value) return;
  begin_fact(page, name);
  if (isnan(number))
    pen_name(page, words + strspn(words, " "));
  else
    pen_say(page, "%.10g", number);
}

/* The last start: what it ran on and with. */
cst_status section_record(pen *page, const run_files *run)
{
  static const char *const facts[][2] = {{"started", "started"},
                                         {"ranks", "ranks"},
                                         {"ranks per node", "ranks_per_node"},
                                         {"threads per rank", "threads"},
                                         {"parameters of the network", "network_parameters"},
                                         {"its multiply-adds a clip", "network_multiply_adds"},
                                         {"host", "host"},
                                         {"system", "system"},
                                         {"CPU", "cpu"},
                                         {"kernels", "kernels"},
                                         {"cores of rank 0", "binding"},
                                         {"version", "version"},
                                         {"commit", "commit"},
                                         {"compiler", "compiler"},
                                         {"flags", "flags"},
                                         {"numerics", "numerics"}};
  const cst_json *libraries = run_record(run, "libraries"), *value;
  const char *name;
  if (!run->record) return CST_OK;
  pen_section(page, "record", "Run record");
  pen_table(page, "Run record");
  pen_column(page, 'l', "last start");
  pen_column(page, 'l', "");
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
    add_fact(page, run, facts[i][0], facts[i][1]);
  for (size_t i = 0; (name = cst_json_member(libraries, i, &value)) != NULL; i++) {
    begin_fact(page, name);
    pen_name(page, cst_json_string(value, "–"));
  }
  pen_end_table(page);
  return CST_OK;
}
