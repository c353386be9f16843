/*
 * Help, from the tables.
 */
#include "cli.h"

#include "cassette/build_info.h"
#include "cassette/conv.h"

#include <stdio.h>
#include <string.h>

enum { NAME_COLUMN = 26 };

const char cli_purpose[] =
    "Trains acoustic scene classifiers from few labelled and many unlabelled recordings, as an "
    "MPI\n"
    "job on a CPU cluster.  Any number of ranks and threads ends in the same bits.";

#define QUOTED(x) #x
const cli_note cli_exit_statuses[] = {
#define X(name, value, text) {QUOTED(value), text},
    CST_STATUS_LIST(X)
#undef X
        {NULL, NULL}};

const cli_note cli_signals[] = {
    {"USR1, USR2", "a batch system's notice: save, exit status 75; mpirun passes them on"},
    {"TERM, INT, HUP",
     "the same (HUP: the terminal is gone; nohup keeps it away); a second INT ends"},
    {"XCPU", "the same, at the soft limit of processor time (ulimit -St)"},
    {NULL, NULL}};

const cli_note cli_environment[] = {
    {"OMP_NUM_THREADS", "threads of each rank, where neither --threads nor run.threads says"},
    {"CST_LOG", "least important message shown: error, warn, info (default) or debug"},
#define LISTED(name) name ", "
    {"CST_ISA", "vector kernels: " CST_ISA_NAMES(LISTED) "or empty: the widest of the CPU"},
#undef LISTED
    {"CST_CHECK", "if set, memory that is still held at the end fails the command"},
    {"TMPDIR", "where short-lived files are, those of `bench features` too (default: /tmp)"},
    {NULL, NULL}};

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

static void print_notes(const char *title, const cli_note *note)
{
  printf("\n%s:\n", title);
  for (; note->name; note++) printf("  %-16s %s\n", note->name, note->help);
}

void cli_print_help(const cli_command *command)
{
  if (command) {
    print_command_help(command);
    return;
  }
  printf("usage: cassette COMMAND ...\n"
         "       mpirun -n N cassette COMMAND ...\n\n%s\n\ncommands:\n",
         cli_purpose);
  for (size_t i = 0; cli_commands[i]; i++)
    printf("  %-16s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
  printf("\noptions:\n");
  for (const cli_question *q = cli_questions; q->name; q++)
    printf("  %-16s %s\n", q->name, q->help);
  print_notes("exit status", cli_exit_statuses);
  print_notes("signals, while a job runs", cli_signals);
  print_notes("environment", cli_environment);
}

void cli_print_version(void)
{
  printf("cassette %s (%s, %s)\n", cst_build_version(), cst_build_commit(), cst_build_compiler());
}
