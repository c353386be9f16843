#include "commands.h"

#include "cassette/teach.h"

static const cli_option options[] = {CLI_OPTION_RUN, CLI_OPTION_THREADS, CLI_OPTIONS_END};

static cst_status run(const cli_call *call)
{
  static const cli_phase phases[] = {cst_job_teach};
  return cli_run_phases(call, phases, sizeof phases / sizeof *phases);
}

const cli_command cli_teach = {
    .name = "teach",
    .synopsis = CLI_CONFIG_SYNOPSIS,
    .summary = "write what a run's models make of its clips, to teach other runs",
    .help =
        "Writes the probabilities of all training, validation and unlabelled clips by the final "
        "model\n"
        "of each fold to teacher/FOLD.csv.  Another run learns from them with teacher.runs: [DIR], "
        "and\n"
        "from the mean of several with teacher.runs: [DIR, DIR...].",
    .options = options,
    .min = 1,
    .max = 1,
    .takes_config = true,
    .run = run,
};
