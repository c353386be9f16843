#include "commands.h"

#include "cassette/teach.h"
#include "cassette/training.h"

static const cli_option options[] = {CLI_OPTION_RUN, CLI_OPTION_THREADS, CLI_OPTIONS_END};

static cst_status run(const cli_call *call)
{
  static const cli_phase phases[] = {cst_job_check, cst_job_ask_teacher_files, cst_job_train};
  return cli_run_phases(call, phases, sizeof phases / sizeof *phases);
}

const cli_command cli_train = {
    .name = "train",
    .synopsis = CLI_CONFIG_SYNOPSIS,
    .summary = "train: pre-train, fine-tune, pseudo-label, student",
    .help = "Runs the training stages for every fold, from the newest whole checkpoint if there is "
            "one.  Any\n"
            "number of ranks and threads ends in the same bits, and so does an interrupted run "
            "that is\n"
            "continued on another number.  Signals (cassette --help) and run.walltime_s lead to a "
            "checkpoint "
            "and\n"
            "exit status 75: submit the same command again.",
    .options = options,
    .min = 1,
    .max = 1,
    .takes_config = true,
    .run = run,
};
