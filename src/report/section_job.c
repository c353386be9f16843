/* The job itself: how to repeat it, its training, its data, its cost. */
#include "markdown.h"
#include "sections.h"

#include <math.h>
#include <string.h>

/* Whether an earlier start ran the same command: a job that was resumed is one command. */
static bool repeated(const cst_json *segments, size_t i, const char *command)
{
  for (size_t j = 0; j < i; j++)
    if (strcmp(cst_json_get_string(cst_json_at(segments, j), "command", ""), command) == 0)
      return true;
  return false;
}

/* A command may hold any character: it is fenced, not quoted. */
static void add_command(cst_text *out, const cst_json *start)
{
  const char *command = cst_json_get_string(start, "command", "");
  const double ranks = cst_json_get_number(start, "ranks", NAN);
  if (ranks > 1.0 && strncmp(command, "mpirun", 6) != 0)
    cst_text_add(out, "mpirun -n %.0f ", ranks);
  cst_text_add(out, "%s\n", command);
}

void section_repeat(cst_text *out, const run_files *run)
{
  const cst_json *segments = cst_json_get(run->record, "segments");
  const char *directory = cst_json_string(run_record(run, "directory"), NULL);
  const char *commit = cst_json_string(run_record(run, "commit"), NULL);
  if (!cst_json_string(run_record(run, "command"), NULL)) return;
  cst_text_add(out, "\n## To repeat it\n\n```sh\n");
  if (directory) cst_text_add(out, "cd '%s'\n", directory);
  if (cst_json_get(run->record, "command")) add_command(out, run->record);
  for (size_t i = 0; i < cst_json_size(segments); i++) {
    const cst_json *start = cst_json_at(segments, i);
    const char *command = cst_json_get_string(start, "command", NULL);
    if (command && !repeated(segments, i, command)) add_command(out, start);
  }
  cst_text_add(out, "```\n\n");
  if (commit) {
    cst_text_add(out, "Built from commit `");
    markdown_cell(out, commit);
    cst_text_add(out, "`. ");
  }
  cst_text_add(out,
               "Any number of ranks and threads, and any interruption, gives the same bits. The "
               "resolved configuration is `config.yaml` in the run directory.\n");
}

void section_training(cst_text *out, const run_files *run)
{
  if (run->n_stages == 0) return;
  cst_text_add(out, "\n## Training\n\n| fold | stage | epochs | loss, first to last epoch | best "
                    "validation | in epoch | clips/s |\n|---|---|---:|---:|---:|---:|---:|\n");
  for (size_t i = 0; i < run->n_stages; i++) {
    const stage_summary *s = &run->stages[i];
    cst_text_add(out, "| ");
    markdown_cell(out, s->fold[0] ? s->fold : "–");
    cst_text_add(out, " | ");
    markdown_cell(out, s->stage);
    if (s->round >= 0) cst_text_add(out, " (round %lld)", (long long)s->round);
    cst_text_add(out, " | %lld | ", (long long)s->epochs);
    if (isnan(s->last_loss))
      cst_text_add(out, "– | ");
    else
      cst_text_add(out, "%.4f to %.4f | ", s->first_loss, s->last_loss);
    markdown_percent(out, s->best);
    if (s->best_epoch == 0)
      cst_text_add(out, " | – | ");
    else
      cst_text_add(out, " | %lld | ", (long long)s->best_epoch);
    cst_text_add(out, isnan(s->speed) ? "– |\n" : "%.1f |\n", s->speed);
  }
  cst_text_add(out, "\nValidation is macro accuracy on held-out sessions of cities that train: it "
                    "chooses the epoch and says little about new cities.\n");
}

void section_data(cst_text *out, const run_files *run)
{
  if (!run->audit || !run->audit[0]) return;
  cst_text_add(out,
               "\n## Data\n\nSplits, leakage and rejected audio, as found before training:\n\n"
               "````text\n%s%s````\n",
               run->audit, run->audit[strlen(run->audit) - 1] == '\n' ? "" : "\n");
}

static void add_fact(cst_text *out, const run_files *run, const char *label, const char *key)
{
  const cst_json *value = run_record(run, key);
  const double number = cst_json_number(value, NAN);
  if (!value) return;
  cst_text_add(out, "| %s | ", label);
  const char *words = cst_json_string(value, "–");
  if (isnan(number))
    markdown_cell(out, words + strspn(words, " "));
  else
    cst_text_add(out, "%.10g", number);
  cst_text_add(out, " |\n");
}

static void add_libraries(cst_text *out, const run_files *run)
{
  const cst_json *libraries = run_record(run, "libraries"), *value;
  const char *name;
  for (size_t i = 0; (name = cst_json_member(libraries, i, &value)) != NULL; i++) {
    cst_text_add(out, "| ");
    markdown_cell(out, name);
    cst_text_add(out, " | ");
    markdown_cell(out, cst_json_string(value, "–"));
    cst_text_add(out, " |\n");
  }
}

static void add_timings(cst_text *out, const cst_json *timings, size_t start)
{
  const cst_json *value;
  const char *phase;
  for (size_t i = 0; (phase = cst_json_member(timings, i, &value)) != NULL; i++) {
    cst_text_add(out, "| %zu | ", start);
    markdown_cell(out, phase);
    static const char *const columns[] = {"min", "mean", "max"};
    for (size_t c = 0; c < 3; c++) {
      cst_text_add(out, " | ");
      markdown_duration(out, cst_json_get_number(value, columns[c], NAN));
    }
    cst_text_add(out, " |\n");
  }
}

void section_cost(cst_text *out, const run_files *run)
{
  const cst_json *segments = cst_json_get(run->record, "segments");
  const cst_json *own = cst_json_get(run->record, "timings");
  if (!run->record) return;
  cst_text_add(out, "\n## Cost and machine\n\n| start | phase | fastest rank | mean | slowest rank "
                    "|\n|---:|---|---:|---:|---:|\n");
  if (own) add_timings(out, own, 1);
  for (size_t i = 0; i < cst_json_size(segments) && !own; i++)
    add_timings(out, cst_json_get(cst_json_at(segments, i), "timings"), i + 1);
  cst_text_add(out, "\n| | last start |\n|---|---|\n");
  add_fact(out, run, "ranks", "ranks");
  add_fact(out, run, "ranks per node", "ranks_per_node");
  add_fact(out, run, "threads per rank", "threads");
  add_fact(out, run, "host", "host");
  add_fact(out, run, "CPU", "cpu");
  add_fact(out, run, "cores of rank 0", "binding");
  add_fact(out, run, "version", "version");
  add_fact(out, run, "commit", "commit");
  add_fact(out, run, "compiler", "compiler");
  add_fact(out, run, "flags", "flags");
  add_libraries(out, run);
}
