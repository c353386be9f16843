#include "commands.h"

#include "cassette/evaluate.h"

static const cli_option options[] = {CLI_OPTION_RUN, CLI_OPTION_WITH, CLI_OPTION_THREADS,
                                     CLI_OPTIONS_END};

static cst_status run(const cli_call *call)
{
  static const cli_phase phases[] = {cst_job_evaluate};
  return cli_run_phases(call, phases, sizeof phases / sizeof *phases);
}

const cli_command cli_evaluate = {
    .name = "evaluate",
    .synopsis = CLI_CONFIG_SYNOPSIS,
    .summary = "score a trained run on what was held out: metrics.json",
    .help =
        "Scores the best model of every fold on its held-out clips, and writes metrics.json: "
        "macro accuracy\n"
        "with its interval, per class, per city, seen and unseen cities, confusion.  --with RUN "
        "scores\n"
        "the models of several runs together, too: an ensemble.",
    .options = options,
    .min = 1,
    .max = 1,
    .takes_config = true,
    .run = run,
};
