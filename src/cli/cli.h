/**
 * @file cli.h
 * The command line: one table per command, from which parsing, checks and help all come.
 *
 * A command is src/cli/command_NAME.c with one `const cli_command`, listed in commands.c.
 */
#ifndef CST_CLI_H
#define CST_CLI_H

#include "cassette/comm.h"
#include "cassette/config.h"
#include "cassette/job.h"
#include "cassette/status.h"
#include "cassette/threads.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  CLI_SWITCH, /**< no value */
  CLI_TEXT,
  CLI_LIST,  /**< texts, as often as it is given; one such option a command */
  CLI_COUNT, /**< whole number, min..max */
  CLI_CHOICE /**< one of `names` */
} cli_kind;

typedef struct {
  const char *name; /**< "--run" */
  cli_kind kind;
  const char *value;    /**< what stands for the value in help: "DIR" */
  const char *fallback; /**< default as text, NULL: none */
  int64_t min, max;
  const char *const *names; /**< NULL-terminated */
  const char *help;         /**< one line */
} cli_option;

enum { CLI_MAX_OPTIONS = 12, CLI_ANY = 1 << 20 };

typedef struct cli_call cli_call;

typedef struct {
  const char *name;
  const char *synopsis;      /**< arguments: "CONFIG [section.key=value ...]" */
  const char *summary;       /**< one line, for the list of commands */
  const char *help;          /**< paragraphs, for --help */
  const cli_option *options; /**< ends with a NULL name */
  size_t min, max;           /**< words besides options */
  const char *const *first;  /**< what the first word may be, NULL-terminated; NULL: anything */
  bool takes_config;         /**< words with '=' after the first are overrides, not counted */
  /** Checks what the tables cannot say, before MPI starts; NULL: nothing more.  CST_ERR_USAGE. */
  cst_status (*check)(const cli_call *call);
  /** Collective.  Every rank may fail on its own: main() agrees. */
  cst_status (*run)(const cli_call *call);
} cli_command;

/** What the program is asked for; all but CLI_RUN are answered from the tables, without MPI. */
typedef enum { CLI_RUN, CLI_HELP, CLI_VERSION, CLI_MANUAL, CLI_COMPLETION } cli_action;

/** An option of the program itself. */
typedef struct {
  cli_action action;
  const char *name, *abbreviation; /**< "--help", "-h" or NULL */
  bool anywhere;                   /**< after a command too */
  const char *help;                /**< one line */
} cli_question;

/** Ends with a NULL name. */
extern const cli_question cli_questions[];

struct cli_call {
  cli_action action;
  const cli_command *command;        /**< NULL: none named */
  const char *text[CLI_MAX_OPTIONS]; /**< values by position in the command's table; NULL: absent */
  int64_t count[CLI_MAX_OPTIONS];
  const char **word; /**< [words] positional, borrowed from argv */
  size_t words;
  const char **override; /**< [overrides] */
  size_t overrides;
  const char **listed; /**< [n_listed] values of the CLI_LIST option */
  size_t n_listed;
  int argc;
  char **argv;
  cst_comm *comm; /**< while the command runs */
};

/** Every command, in the order of help; ends with NULL. */
extern const cli_command *const cli_commands[];

/** Read the command line.  CST_ERR_USAGE with one line and its cure; @p out is then still fit for
 *  cli_call_reset(). */
cst_status cli_parse(int argc, char **argv, cli_call *out);
void cli_call_reset(cli_call *self);

/** Print on stdout: the help of a command, or of the program (NULL); a manual page in roff; a
 *  completion script for bash. */
void cli_print_help(const cli_command *command);
void cli_print_version(void);
void cli_print_manual(void);
void cli_print_completion(void);

/** Names and meanings for people, in pairs; end with a NULL name. */
typedef struct {
  const char *name, *help;
} cli_note;
extern const cli_note cli_exit_statuses[], cli_signals[], cli_environment[];
extern const char cli_purpose[];

/** Value of an option, its default if it was not given, NULL if it has none. */
const char *cli_text(const cli_call *self, const char *option);
bool cli_given(const cli_call *self, const char *option);
int64_t cli_count(const cli_call *self, const char *option);
/** Index of a choice among its names. */
size_t cli_choice(const cli_call *self, const char *option);

/** Read word @p word as configuration on rank 0, with overrides and --threads, and share it: every
 *  rank parses the same bytes.  Collective. */
cst_status cli_config(const cli_call *self, size_t word, cst_config **out);
/** Take the job of CONFIG through @p n phases (job.h).  Collective. */
typedef cst_status (*cli_phase)(cst_job *job);
cst_status cli_run_phases(const cli_call *self, const cli_phase *phases, size_t n);
/** Threads of this rank: --threads, else as cst_threads_choose() says. */
cst_status cli_threads(const cli_call *self, int *out);

/* Rows that several commands share. */
#define CLI_OPTION_RUN                                                                             \
  {                                                                                                \
    .name = "--run", .kind = CLI_TEXT, .value = "DIR",                                             \
    .help = "run directory (default: runs/NAME, NAME from the configuration)"                      \
  }
#define CLI_OPTION_THREADS                                                                         \
  {                                                                                                \
    .name = "--threads", .kind = CLI_COUNT, .value = "N", .min = 1, .max = CST_MAX_THREADS,        \
    .help = "threads of each rank (default: OMP_NUM_THREADS if set, else 1)"                       \
  }
#define CLI_OPTION_WITH                                                                            \
  {                                                                                                \
    .name = "--with", .kind = CLI_LIST, .value = "RUN",                                            \
    .help = "answer together with this run or exported model, too (evaluate.with)"                 \
  }
#define CLI_OPTIONS_END                                                                            \
  {                                                                                                \
    .name = NULL                                                                                   \
  }
#define CLI_CONFIG_SYNOPSIS "CONFIG [section.key=value ...]"

#endif
