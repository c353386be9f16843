/*
 * Words of the command line to a call, by the command's table.
 */
#include "cli.h"

#include "cassette/file.h"
#include "cassette/memory.h"
#include "cassette/spelling.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const cli_command *find_command(const char *name)
{
  for (size_t i = 0; cli_commands[i]; i++)
    if (strcmp(cli_commands[i]->name, name) == 0) return cli_commands[i];
  return NULL;
}

/* ", did you mean 'x'?" has this form wherever a word is unknown; "" without a near one. */
static cst_status unknown(const char *what, const char *word, const char *near, const char *see)
{
  return cst_raise(CST_ERR_USAGE, "unknown %s '%.80s'%s%s%s; see 'cassette%s --help'", what, word,
                   near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "", see);
}

static bool is_yaml(const char *word)
{
  const size_t n = strlen(word);
  return n > 5 && strcmp(word + n - 5, ".yaml") == 0;
}

static cst_status unknown_command(const char *word)
{
  const char *names[64];
  size_t n = 0;

  if (is_yaml(word))
    return cst_raise(CST_ERR_USAGE,
                     "'%.80s' is no command; for all that can be done with it: cassette run %.80s",
                     word, word);
  for (; cli_commands[n] && n < 64; n++) names[n] = cli_commands[n]->name;
  return unknown("command", word, cst_nearest(word, n, names), "");
}

enum { MAX_QUESTIONS = 4 };
const cli_question cli_questions[MAX_QUESTIONS + 1] = {
    {CLI_HELP, "--help", "-h", true, "what a command does and takes"},
    {CLI_VERSION, "--version", "-V", true, "version, commit and compiler of this build"},
    {CLI_MANUAL, "--man", NULL, false, "the manual page, for man -l -"},
    {CLI_COMPLETION, "--completion", NULL, false, "a completion script for bash"},
    {.name = NULL}};

/* The question that @p word asks at this place; NULL: none. */
static const cli_question *question(const cli_command *command, const char *word, size_t length)
{
  for (const cli_question *q = cli_questions; q->name; q++) {
    const bool named = (strlen(q->name) == length && memcmp(q->name, word, length) == 0) ||
                       (q->abbreviation && strcmp(q->abbreviation, word) == 0);
    if (named && (q->anywhere || !command)) return q;
  }
  return NULL;
}

static size_t position(const cli_command *command, const char *name, size_t length)
{
  size_t i = 0;

  for (; command->options[i].name; i++)
    if (strlen(command->options[i].name) == length &&
        memcmp(command->options[i].name, name, length) == 0)
      return i;
  return SIZE_MAX;
}

/* Whether @p name is an option of a command, and came before it, or an override with dashes. */
static cst_status check_place(const cli_command *command, const char *name)
{
  const char *dot = strchr(name, '.');

  if (command && command->takes_config && strncmp(name, "--", 2) == 0 && dot)
    return cst_raise(CST_ERR_USAGE, "%s: '%.80s' is no option; write %.80s=VALUE after CONFIG",
                     command->name, name, name + 2);
  for (size_t i = 0; !command && cli_commands[i]; i++)
    if (position(cli_commands[i], name, strlen(name)) != SIZE_MAX)
      return cst_raise(CST_ERR_USAGE, "%s goes after its command: cassette COMMAND ... %s", name,
                       name);
  return CST_OK;
}

static cst_status unknown_option(const cli_command *command, const char *word, size_t length)
{
  const char *names[CLI_MAX_OPTIONS + MAX_QUESTIONS];
  size_t n = 0;
  char *name = cst_strndup(word, length);
  char *see = cst_format("%s%s", command ? " " : "", command ? command->name : "");
  cst_status st = CST_OK;

  if (!name || !see) CST_TRY(cst_no_memory("a word", length, 1));
  if (question(command, word, length)) CST_FAIL(CST_ERR_USAGE, "%s takes no value", name);
  CST_TRY(check_place(command, name));
  for (const cli_question *q = cli_questions; q->name; q++)
    if (q->anywhere || !command) names[n++] = q->name;
  for (const cli_option *o = command ? command->options : NULL; o && o->name; o++)
    names[n++] = o->name;
  st = unknown("option", name, cst_nearest(name, n, names), see);
done:
  cst_free(see);
  cst_free(name);
  return st;
}

static cst_status read_count(const cli_command *command, const cli_option *option, const char *text,
                             int64_t *out)
{
  const char *digits = text + (*text == '-' || *text == '+');
  long long value;

  errno = 0;
  value = strtoll(text, NULL, 10);
  if (!*digits || digits[strspn(digits, "0123456789")] || errno || value < option->min ||
      value > option->max)
    return cst_raise(CST_ERR_USAGE, "%s: %s needs a whole number from %lld to %lld, not '%.80s'",
                     command->name, option->name, (long long)option->min, (long long)option->max,
                     text);
  *out = value;
  return CST_OK;
}

static cst_status read_choice(const cli_command *command, const cli_option *option,
                              const char *text, int64_t *out)
{
  cst_status st = CST_OK;
  cst_text all = {0};
  const char *near;
  size_t n = 0;

  for (; option->names[n]; n++) {
    if (strcmp(option->names[n], text) == 0) {
      *out = (int64_t)n;
      goto done;
    }
    cst_text_add(&all, "%s%s", n ? ", " : "", option->names[n]);
  }
  CST_TRY(cst_text_status(&all));
  near = cst_nearest(text, n, option->names);
  st = cst_raise(CST_ERR_USAGE, "%s: %s '%.80s' is unknown%s%s%s; allowed: %s", command->name,
                 option->name, text, near ? ", did you mean '" : "", near ? near : "",
                 near ? "'?" : "", all.data);
done:
  cst_text_reset(&all);
  return st;
}

static cst_status set_option(cli_call *call, size_t at, const char *text)
{
  const cli_option *option = &call->command->options[at];

  if (call->text[at] && option->kind != CLI_LIST)
    return cst_raise(CST_ERR_USAGE, "%s: %s is given twice", call->command->name, option->name);
  if ((option->kind == CLI_TEXT || option->kind == CLI_LIST) && !*text)
    return cst_raise(CST_ERR_USAGE, "%s: the value of %s is empty: %s %s", call->command->name,
                     option->name, option->name, option->value);
  call->text[at] = text;
  if (option->kind == CLI_LIST) call->listed[call->n_listed++] = text;
  if (option->kind == CLI_COUNT) return read_count(call->command, option, text, &call->count[at]);
  if (option->kind == CLI_CHOICE) return read_choice(call->command, option, text, &call->count[at]);
  return CST_OK;
}

/* One option at argv[*at]; its value may be the next word. */
static cst_status read_option(cli_call *call, int *at)
{
  const char *word = call->argv[*at], *equals = strchr(word, '=');
  const size_t length = equals ? (size_t)(equals - word) : strlen(word);
  const cli_command *command = call->command;
  const size_t i = command ? position(command, word, length) : SIZE_MAX;

  if (i == SIZE_MAX) return unknown_option(command, word, length);
  if (command->options[i].kind == CLI_SWITCH)
    return equals ? cst_raise(CST_ERR_USAGE, "%s: %s takes no value", command->name,
                              command->options[i].name)
                  : set_option(call, i, "");
  if (equals) return set_option(call, i, equals + 1);
  if (*at + 1 == call->argc)
    return cst_raise(CST_ERR_USAGE, "%s: %s needs a value: %s %s", command->name,
                     command->options[i].name, command->options[i].name, command->options[i].value);
  return set_option(call, i, call->argv[++*at]);
}

static cst_status read_word(cli_call *call, const char *word)
{
  if (!call->command) {
    if (strcmp(word, "help") == 0) {
      call->action = CLI_HELP; /* `help NAME` too: the name follows */
      return CST_OK;
    }
    call->command = find_command(word);
    return call->command ? CST_OK : unknown_command(word);
  }
  if (call->command->takes_config && call->words > 0 && strchr(word, '='))
    call->override[call->overrides++] = word;
  else
    call->word[call->words++] = word;
  return CST_OK;
}

static cst_status read_words(cli_call *call)
{
  cst_status st = CST_OK;
  bool options = true;

  for (int i = 1; i < call->argc; i++) {
    const char *word = call->argv[i];
    const cli_question *asked = question(call->command, word, strlen(word));
    if (options && strcmp(word, "--") == 0)
      options = false;
    else if (options && asked)
      call->action = asked->action;
    else if (options && word[0] == '-' && word[1])
      CST_TRY(read_option(call, &i));
    else
      CST_TRY(read_word(call, word));
  }
done:
  return st;
}

static cst_status check_words(const cli_call *call)
{
  const cli_command *command = call->command;

  for (size_t i = 0; i < call->words; i++)
    if (!*call->word[i])
      return cst_raise(CST_ERR_USAGE, "%s: an argument is empty; usage: cassette %s %s",
                       command->name, command->name, command->synopsis);
  if (command->takes_config && call->words > 0 && strchr(call->word[0], '=') &&
      !cst_file_exists(call->word[0]))
    return cst_raise(CST_ERR_USAGE, "%s: '%.80s' overrides nothing yet; usage: cassette %s %s",
                     command->name, call->word[0], command->name, command->synopsis);
  if (call->words < command->min)
    return cst_raise(CST_ERR_USAGE, "%s: arguments are missing; usage: cassette %s %s",
                     command->name, command->name, command->synopsis);
  if (call->words > command->max)
    return cst_raise(CST_ERR_USAGE, "%s: unexpected '%.80s'; usage: cassette %s %s", command->name,
                     call->word[command->max], command->name, command->synopsis);
  return command->check ? command->check(call) : CST_OK;
}

cst_status cli_parse(int argc, char **argv, cli_call *out)
{
  cst_status st = CST_OK;
  const size_t capacity = argc > 0 ? (size_t)argc : 1;

  *out = (cli_call){.action = CLI_RUN, .argc = argc, .argv = argv};
  CST_ALLOC(out->word, capacity);
  CST_ALLOC(out->override, capacity);
  CST_ALLOC(out->listed, capacity);
  CST_TRY(read_words(out));
  if (out->action != CLI_RUN) goto done;
  if (!out->command) CST_FAIL(CST_ERR_USAGE, "no command given; see 'cassette --help'");
  CST_TRY(check_words(out));
done:
  return st;
}
