/*
 * Help, from the tables.
 */
#include "cli.h"

#include "cassette/build_info.h"

#include <stdio.h>
#include <string.h>

enum { NAME_COLUMN = 26 };

static void print_choices(const cli_option *option)
{
  for (size_t i = 0; option->names[i]; i++) printf("%s%s", i ? "|" : "", option->names[i]);
}

static void print_option(const cli_option *option)
{
  char left[128];

  snprintf(left, sizeof left, "%s%s%s", option->name, option->value ? " " : "",
           option->value ? option->value : "");
  printf("  %-*s %s", NAME_COLUMN, left, option->help);
  if (option->kind == CLI_CHOICE) {
    printf(": ");
    print_choices(option);
  }
  if (option->fallback) printf(" (default: %s)", option->fallback);
  printf("\n");
}

static void print_command_help(const cli_command *command)
{
  printf("usage: cassette %s %s\n\n%s\n\noptions:\n", command->name, command->synopsis,
         command->help);
  for (const cli_option *o = command->options; o->name; o++) print_option(o);
  printf("  %-*s %s\n", NAME_COLUMN, "--help", "this text");
}

void cli_print_help(const cli_command *command)
{
  if (command) {
    print_command_help(command);
    return;
  }
  printf("usage: cassette COMMAND ...\n"
         "       mpirun -n N cassette COMMAND ...\n\n"
         "Trains acoustic scene classifiers from few labelled and many unlabelled recordings.\n\n"
         "commands:\n");
  for (size_t i = 0; cli_commands[i]; i++)
    printf("  %-10s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
  printf("\n'cassette COMMAND --help' tells more; 'cassette --version' names this build.\n\n"
         "exit status: 0 done, 1 internal error, 2 usage or configuration, 3 data,\n"
         "4 numbers (verification missed, NaN, divergence), 75 checkpointed: please resubmit.\n\n"
         "environment: OMP_NUM_THREADS (threads of a rank), CST_LOG=error|warn|info|debug,\n"
         "CST_ISA=plain|avx2|avx512 (vector kernels; the widest that the CPU has by default).\n");
}

void cli_print_version(void)
{
  printf("cassette %s (%s, %s)\n", cst_build_version(), cst_build_commit(), cst_build_compiler());
}
