#include "commands.h"

#include "cassette/submission.h"

static const cli_option options[] = {
    {.name = "--answers",
     .kind = CLI_TEXT,
     .value = "NAME",
     .fallback = "evaluation",
     .help = "which predictions/NAME.csv: evaluation, evaluation-vote, ensemble, ensemble-vote"},
    {.name = "--table",
     .kind = CLI_TEXT,
     .value = "CSV",
     .help = "the official evaluation table (default: the order of the run's manifest)"},
    {.name = "--out",
     .kind = CLI_TEXT,
     .value = "DIR",
     .help = "where it goes (default: RUN/submission)"},
    CLI_OPTIONS_END};

static cst_status run(const cli_call *call)
{
  const cst_submission submission = {.run = call->word[0],
                                     .answers = cli_text(call, "--answers"),
                                     .table = cli_text(call, "--table"),
                                     .out = cli_text(call, "--out")};
  return cst_comm_rank(call->comm) == 0 ? cst_submission_write(&submission) : CST_OK;
}

const cli_command cli_submission = {
    .name = "submission",
    .synopsis = "RUN [--answers NAME] [--table CSV]",
    .summary = "what is handed in: answers in the official order, and the facts of the system",
    .help =
        "Writes RUN/submission/predictions.csv, a label for every clip of the evaluation set in the "
        "order\n"
        "of its table, and facts.yaml: network and cost, training and energy, what came from "
        "elsewhere,\n"
        "tiers, results.  Refuses answers that are incomplete, double, or of other clips.  Prints "
        "the\n"
        "names of both files.",
    .options = options,
    .min = 1,
    .max = 1,
    .run = run,
};
