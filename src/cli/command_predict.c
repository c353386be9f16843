#include "commands.h"

#include "cassette/predict.h"

static const cli_option options[] = {CLI_OPTION_RUN, CLI_OPTION_WITH, CLI_OPTION_THREADS,
                                     CLI_OPTIONS_END};

static cst_status run(const cli_call *call)
{
  static const cli_phase phases[] = {cst_job_predict};
  return cli_run_phases(call, phases, sizeof phases / sizeof *phases);
}

const cli_command cli_predict = {
    .name = "predict",
    .synopsis = CLI_CONFIG_SYNOPSIS,
    .summary = "classify the evaluation set, in the format of the challenge",
    .help =
        "Classifies the evaluation set with the trained model and writes "
        "predictions/evaluation.csv\n"
        "(filename,scene_label, in the order of the metadata) and the probabilities; --with RUN "
        "writes\n"
        "what several runs answer together to predictions/ensemble.csv.",
    .options = options,
    .min = 1,
    .max = 1,
    .takes_config = true,
    .run = run,
};
