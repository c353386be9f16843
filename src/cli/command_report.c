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
    {.name = "--reference",
     .kind = CLI_TEXT,
     .value = "NAME",
     .help = "setting or strategy that differences are to (default: ablation.reference, "
             "supervised)"},
    {.name = "--pdf",
     .kind = CLI_SWITCH,
     .help = "also report.pdf, printed by chromium or google-chrome"},
    {.name = "--latex",
     .kind = CLI_SWITCH,
     .help = "also latex/: tables for booktabs, figures as PDF, and report.tex that has them all"},
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

/* Name the page, and print it where that was asked for. */
static cst_status finish(const cli_call *call, const char *dir)
{
  cst_status st = CST_OK;
  printf("%s/report.html\n", dir);
  if (cli_given(call, "--latex")) printf("%s/latex/report.tex\n", dir);
  if (!cli_given(call, "--pdf")) goto done;
  CST_TRY(cst_report_pdf(dir));
  printf("%s/report.pdf\n", dir);
done:
  return st;
}

static cst_status report_run(const cli_call *call, const char *run_dir)
{
  cst_status st = CST_OK;
  char *dir = cst_path_join(run_dir, "report");

  if (!dir) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_report_run(run_dir, cli_given(call, "--latex")));
  CST_TRY(finish(call, dir));
done:
  cst_free(dir);
  return st;
}

/* A run alone is reported in its own directory, an ablation alone in its. */
static cst_status compare(const cli_call *call, const cst_run_list *runs)
{
  cst_status st = CST_OK;
  const bool ablation = call->words == 1 && is_ablation(call->word[0]);
  char *own = ablation ? cst_path_join(call->word[0], "report") : NULL;
  const char *out = own && !cli_given(call, "--out") ? own : cli_text(call, "--out");

  if (runs->n == 1 && !ablation) goto done;
  CST_TRY(cst_report_compare(runs->n, (const char *const *)runs->dir, cli_text(call, "--reference"),
                             out, cli_given(call, "--latex")));
  CST_TRY(finish(call, out));
done:
  cst_free(own);
  return st;
}

static cst_status run(const cli_call *call)
{
  cst_status st = CST_OK;
  cst_run_list runs = {0};

  if (cst_comm_rank(call->comm) != 0) goto done;
  if (cli_given(call, "--pdf")) CST_TRY(cst_report_pdf_check());
  for (size_t i = 0; i < call->words; i++) CST_TRY(check_run_dir(call->word[i]));
  for (size_t i = 0; i < call->words; i++) CST_TRY(cst_run_list_add(&runs, call->word[i]));
  for (size_t i = 0; i < runs.n; i++) CST_TRY(report_run(call, runs.dir[i]));
  CST_TRY(compare(call, &runs));
done:
  cst_run_list_reset(&runs);
  return st;
}

const cli_command cli_report = {
    .name = "report",
    .synopsis = "RUN ...",
    .summary = "report of a run, or comparison of several or of an ablation",
    .help = "Writes RUN/report/report.html (one page with figures, for any browser), report.md and "
            "report.json\n"
            "from the files of the run directory; given several runs, or the directory of an "
            "ablation in\n"
            "place of its cells, also their comparison: accuracy by strategy over seeds and "
            "held-out cities,\n"
            "differences to `supervised` with intervals and p-values.  Runs with other data, "
            "features or\n"
            "splits are refused.  Figures need gnuplot.  Prints the names of the pages.",
    .options = options,
    .min = 1,
    .max = CLI_ANY,
    .check = check,
    .run = run,
};
