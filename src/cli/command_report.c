#include "commands.h"

#include "cassette/file.h"
#include "cassette/memory.h"
#include "cassette/report.h"

#include <stdio.h>
#include <string.h>

static const cli_option options[] = {
    {.name = "--out",
     .kind = CLI_TEXT,
     .value = "DIR",
     .fallback = "runs/comparison",
     .help = "where a comparison goes (of one ablation alone: its report/)"},
    CLI_OPTIONS_END};

static bool holds(const char *dir, const char *name)
{
  char *path = cst_path_join(dir, name);
  const bool is = path && cst_file_exists(path);
  cst_free(path);
  return is;
}

static bool is_ablation(const char *path) { return holds(path, "ablation.yaml"); }

static cst_status check(const cli_call *call)
{
  if (call->words == 1 && cli_given(call, "--out") && !is_ablation(call->word[0]))
    return cst_raise(CST_ERR_USAGE,
                     "report: --out goes with several runs; the report of one run goes"
                     " into its own directory");
  return CST_OK;
}

/* People type the configuration's name here. */
static cst_status check_run_dir(const char *path)
{
  if (is_ablation(path) || holds(path, "config.yaml")) return CST_OK;
  if (cst_dir_exists(path))
    return cst_raise(CST_ERR_DATA,
                     "%s: holds neither config.yaml (a run) nor ablation.yaml; report takes run "
                     "directories, such as runs/NAME",
                     path);
  if (cst_file_exists(path))
    return cst_raise(CST_ERR_USAGE,
                     "%s: is a file; report takes run directories, such as runs/NAME", path);
  return cst_raise(CST_ERR_DATA, "%s: no such run directory; `cassette run` makes one", path);
}

/* A run alone is reported in its own directory, an ablation alone in its. */
static cst_status compare(const cli_call *call, const cst_run_list *runs)
{
  cst_status st = CST_OK;
  const bool ablation = call->words == 1 && is_ablation(call->word[0]);
  char *own = ablation ? cst_path_join(call->word[0], "report") : NULL;
  const char *out = own && !cli_given(call, "--out") ? own : cli_text(call, "--out");

  if (runs->n == 1 && !ablation) goto done;
  CST_TRY(cst_report_compare(runs->n, (const char *const *)runs->dir, out));
  printf("%s/report.md\n", out);
done:
  cst_free(own);
  return st;
}

static cst_status run(const cli_call *call)
{
  cst_status st = CST_OK;
  cst_run_list runs = {0};

  if (cst_comm_rank(call->comm) != 0) goto done;
  for (size_t i = 0; i < call->words; i++) CST_TRY(check_run_dir(call->word[i]));
  for (size_t i = 0; i < call->words; i++) CST_TRY(cst_run_list_add(&runs, call->word[i]));
  for (size_t i = 0; i < runs.n; i++) {
    CST_TRY(cst_report_run(runs.dir[i]));
    printf("%s/report/report.md\n", runs.dir[i]);
  }
  CST_TRY(compare(call, &runs));
done:
  cst_run_list_reset(&runs);
  return st;
}

const cli_command cli_report = {
    .name = "report",
    .synopsis = "RUN ...",
    .summary = "report of a run, or comparison of several or of an ablation",
    .help = "Writes RUN/report/report.md and report.json from the files of the run directory; "
            "given several\n"
            "runs, or the directory of an ablation in place of its cells, also their comparison: "
            "accuracy by\n"
            "strategy over seeds and held-out cities, differences to `supervised` with intervals "
            "and p-values.\n"
            "Runs with other data, features or splits are refused.  Prints the names of the files.",
    .options = options,
    .least = 1,
    .most = CLI_ANY,
    .check = check,
    .run = run,
};
