/* The commands, in the order of help. */
#include "commands.h"

const cli_command *const cli_commands[] = {
    &cli_synth,    &cli_prepare,    &cli_features, &cli_train, &cli_evaluate, &cli_predict,
    &cli_report,   &cli_submission, &cli_teach,    &cli_run,   &cli_ablate,   &cli_export,
    &cli_classify, &cli_verify,     &cli_bench,    &cli_info,  NULL};
