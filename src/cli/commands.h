/* One declaration per command file. */
#ifndef CST_CLI_COMMANDS_H
#define CST_CLI_COMMANDS_H

#include "cli.h"

extern const cli_command cli_synth, cli_prepare, cli_features, cli_train, cli_evaluate, cli_predict,
    cli_teach, cli_report, cli_submission, cli_run, cli_ablate, cli_export, cli_classify,
    cli_verify, cli_bench, cli_info;

#endif
