/*
 * The manual page, in the man macros of roff, from the same tables as --help.
 *
 * Source: groff_man(7).  Texts may hold Markdown's `code`, which comes out bold.
 *
 * help2man was tried in its place: it reads one --help, which gives 118 lines without the options of
 * any command, the keys of CONFIG or the files of a run, where this gives 810; a page for each of
 * the commands would be sixteen, still without the keys, and a build dependency.
 */
#include "cli.h"

#include "cassette/build_info.h"
#include "cassette/config.h"

#include <stdio.h>
#include <string.h>

/* What roff would take for a request, an escape, or a hyphen is none. */
static void print_text(const char *text)
{
  bool line_starts = true, bold = false;

  for (; *text; text++) {
    if (line_starts && (*text == '.' || *text == '\'')) printf("\\&");
    line_starts = *text == '\n';
    if (*text == '`')
      printf("%s", (bold = !bold) ? "\\fB" : "\\fR");
    else if (*text == '\\')
      printf("\\e");
    else if (*text == '-')
      printf("\\-");
    else
      putchar(*text);
  }
}

static void print_heading(const char *macro, const char *text)
{
  printf("%s \"", macro);
  print_text(text);
  printf("\"\n");
}

/* Lines are filled, but those that begin with a space stand as they are: lists of --help. */
static void print_paragraphs(const char *text)
{
  bool as_is = false;

  while (*text) {
    const size_t n = strcspn(text, "\n");
    char line[256];
    snprintf(line, sizeof line, "%.*s", (int)n, text);
    if ((line[0] == ' ') != as_is) {
      as_is = !as_is;
      printf("%s\n", as_is ? ".PP\n.nf" : ".fi\n.PP");
    }
    print_text(line);
    printf("\n");
    text += n + (text[n] == '\n');
  }
  if (as_is) printf(".fi\n");
}

/* The tag of an indented paragraph; its text follows. */
static void print_tag(const char *name, const char *value)
{
  printf(".TP\n\\fB");
  print_text(name);
  printf("\\fR");
  if (value) printf(" \\fI%s\\fR", value);
  printf("\n");
}

static void print_choices(const char *const *names)
{
  for (size_t i = 0; names[i]; i++) {
    printf("%s\\fB", i ? ", " : "");
    print_text(names[i]);
    printf("\\fR");
  }
}

static void print_option(const cli_option *option)
{
  print_tag(option->name, option->value);
  print_text(option->help);
  if (option->kind == CLI_CHOICE) {
    printf(": ");
    print_choices(option->names);
  }
  if (option->fallback) {
    printf(" (default: ");
    print_text(option->fallback);
    printf(")");
  }
  printf("\n");
}

static void print_command(const cli_command *command)
{
  char usage[256];

  snprintf(usage, sizeof usage, "%s %s", command->name, command->synopsis);
  print_heading(".SS", usage);
  print_paragraphs(command->help);
  for (const cli_option *o = command->options; o->name; o++) print_option(o);
}

static void print_notes(const char *title, const cli_note *note)
{
  print_heading(".SH", title);
  for (; note->name; note++) {
    print_tag(note->name, NULL);
    print_text(note->help);
    printf("\n");
  }
}

static void print_key(const cst_config_key *key)
{
  char path[128];

  snprintf(path, sizeof path, "%s%s%s", key->section, *key->section ? "." : "", key->key);
  print_tag(path, NULL);
  print_text(key->help);
  if (key->names) {
    printf(" One of ");
    print_choices(key->names);
    printf(".");
  }
  if (key->inherits)
    printf(" Default: that of \\fB%s.%s\\fR.", key->inherits, key->key);
  else if (key->absent || (key->fallback && *key->fallback))
    printf(" Default: %s.", key->absent ? key->absent : key->fallback);
  printf("\n");
}

static void print_configuration(void)
{
  cst_config_key key;

  print_heading(".SH", "CONFIGURATION");
  print_paragraphs(
      "CONFIG is a YAML file of sections with keys, such as those that are installed in\n"
      "share/cassette/configs.  `extends: other.yaml` starts from another file.  Words\n"
      "section.key=value after CONFIG override it; the last one counts.  `cassette info --keys`\n"
      "prints what follows with all ranges.");
  for (size_t i = 0; cst_config_key_at(i, &key); i++) print_key(&key);
}

static void print_files(void)
{
  static const cli_note files[] = {
      {"config.yaml", "the resolved configuration; a configuration itself"},
      {"manifest.csv, split.txt", "which clip trains, selects, tests"},
      {"features/", "log-mel shards, unless features.store names a directory to share"},
      {"checkpoints/", "the last ones and the best"},
      {"metrics.jsonl", "one JSON object per event of training"},
      {"pseudo_labels/, predictions/", "CSV tables"},
      {"metrics.json", "final figures"},
      {"report/", "the report for people, and the same as JSON"},
      {"record.json", "command, build, machine and times of every start"},
      {NULL, NULL}};

  print_notes("FILES", files);
  printf(".PP\nThese are in the run directory, runs/NAME by default.\n");
}

void cli_print_manual(void)
{
  printf(
      ".TH CASSETTE 1 \"\" \"cassette %s\" \"User Commands\"\n.SH NAME\ncassette \\- "
      "semi\\-supervised "
      "acoustic scene classification as an MPI job\n.SH SYNOPSIS\n.B cassette\n.I COMMAND\n\\&...\n"
      ".br\n.B mpirun \\-n\n.I N\n.B cassette\n.I COMMAND\n\\&...\n",
      cst_build_version());
  print_heading(".SH", "DESCRIPTION");
  print_paragraphs(cli_purpose);
  print_heading(".SH", "OPTIONS");
  for (const cli_question *q = cli_questions; q->name; q++) {
    print_tag(q->name, NULL);
    print_text(q->help);
    printf("\n");
  }
  print_heading(".SH", "COMMANDS");
  for (size_t i = 0; cli_commands[i]; i++) print_command(cli_commands[i]);
  print_configuration();
  print_notes("EXIT STATUS", cli_exit_statuses);
  print_notes("SIGNALS", cli_signals);
  print_notes("ENVIRONMENT", cli_environment);
  print_files();
  printf(".SH EXAMPLES\n.nf\n");
  print_text("cassette synth --preset demo --out data/demo\n"
             "cassette synth --preset demo --layout tau --out data/demo-tau\n"
             "mpirun -n 2 cassette run configs/demo.yaml\n");
  printf(".fi\n.SH SEE ALSO\n.BR mpirun (1),\n.BR srun (1)\n");
}
