#include "commands.h"

#include "cassette/file.h"
#include "cassette/report.h"

#include <stdio.h>
#include <string.h>

static const cli_option options[] = {{.name = "--out",
                                      .kind = CLI_TEXT,
                                      .value = "DIR",
                                      .fallback = "runs/comparison",
                                      .help = "where the comparison of several runs goes"},
                                     CLI_OPTIONS_END};

static cst_status check(const cli_call *call)
{
  if (call->words == 1 && cli_given(call, "--out"))
    return cst_raise(CST_ERR_USAGE,
                     "report: --out goes with several runs; the report of one run goes"
                     " into its own directory");
  return CST_OK;
}

/* People type the configuration's name here. */
static cst_status check_run_dir(const char *path)
{
  if (cst_dir_exists(path)) return CST_OK;
  if (cst_file_exists(path))
    return cst_raise(CST_ERR_USAGE,
                     "%s: is a file; report takes run directories, such as runs/NAME", path);
  return cst_raise(CST_ERR_DATA, "%s: no such run directory; `cassette run` makes one", path);
}

static cst_status run(const cli_call *call)
{
  cst_status st = CST_OK;

  if (cst_comm_rank(call->comm) != 0) goto done;
  for (size_t i = 0; i < call->words; i++) CST_TRY(check_run_dir(call->word[i]));
  for (size_t i = 0; i < call->words; i++) {
    CST_TRY(cst_report_run(call->word[i]));
    printf("%s/report/report.md\n", call->word[i]);
  }
  if (call->words == 1) goto done;
  CST_TRY(cst_report_compare(call->words, call->word, cli_text(call, "--out")));
  printf("%s/report.md\n", cli_text(call, "--out"));
done:
  return st;
}

const cli_command cli_report = {
    .name = "report",
    .synopsis = "RUN ...",
    .summary = "report of a run, or comparison of several",
    .help = "Writes RUN/report/report.md and report.json from the files of the run directory; "
            "given several\n"
            "runs, also their comparison.  Prints the names of the files.",
    .options = options,
    .least = 1,
    .most = CLI_ANY,
    .check = check,
    .run = run,
};
