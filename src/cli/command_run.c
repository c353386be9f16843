#include "commands.h"

#include "cassette/evaluate.h"
#include "cassette/feature_stage.h"
#include "cassette/job_report.h"
#include "cassette/predict.h"
#include "cassette/prepare.h"
#include "cassette/teach.h"
#include "cassette/training.h"

static const cli_option options[] = {CLI_OPTION_RUN, CLI_OPTION_THREADS, CLI_OPTIONS_END};

static cst_status run(const cli_call *call)
{
  static const cli_phase phases[] = {cst_job_prepare,
                                     cst_job_check,
                                     cst_job_check_teacher_files,
                                     cst_job_features,
                                     cst_job_ask_teacher_files,
                                     cst_job_train,
                                     cst_job_evaluate,
                                     cst_job_predict,
                                     cst_job_report};
  return cli_run_phases(call, phases, sizeof phases / sizeof *phases);
}

const cli_command cli_run = {
    .name = "run",
    .synopsis = CLI_CONFIG_SYNOPSIS,
    .summary = "all of it in order, skipping what is done and valid",
    .help = "prepare, features, train, evaluate, predict and report, one after another, in one run "
            "directory.\n"
            "What an earlier start has finished, and is still valid, is not done again.",
    .options = options,
    .min = 1,
    .max = 1,
    .takes_config = true,
    .run = run,
};
