/*
 * A completion script for bash: tables from the tables of --help and of the configuration, and one
 * function that reads them.  It needs nothing but bash 4.3.  Tables are global (declare -g): the
 * package bash-completion reads such scripts inside a function.
 */
#include "cli.h"

#include "cassette/config.h"

#include <stdio.h>
#include <string.h>

static void print_words(const char *const *words)
{
  for (size_t i = 0; words && words[i]; i++) printf("%s%s", i ? " " : "", words[i]);
}

/* What may stand for an option's value: words, or ":dir", ":file", ":none". */
static void print_value(const cli_option *option)
{
  if (option->kind == CLI_CHOICE)
    print_words(option->names);
  else if (option->kind == CLI_COUNT)
    printf(":none");
  else
    printf(strcmp(option->value, "DIR") == 0 ? ":dir" : ":file");
}

static void print_commands(void)
{
  printf("_cassette_commands='help");
  for (size_t i = 0; cli_commands[i]; i++) printf(" %s", cli_commands[i]->name);
  printf("'\n_cassette_questions='");
  for (const cli_question *q = cli_questions; q->name; q++)
    printf("%s%s", q == cli_questions ? "" : " ", q->name);
  printf("'\n\n# COMMAND: its options; COMMAND.--option: its value; COMMAND.first: its first word\n"
         "declare -gA _cassette_table=(\n");
  for (size_t i = 0; cli_commands[i]; i++) {
    const cli_command *c = cli_commands[i];
    printf("  [%s]='--help", c->name);
    for (const cli_option *o = c->options; o->name; o++) printf(" %s", o->name);
    printf("'\n  [%s.first]='", c->name);
    if (c->first)
      print_words(c->first);
    else
      printf(c->max == 0 ? ":none" : c->takes_config && c->min > 0 ? ":config" : ":file");
    printf("'\n");
    for (const cli_option *o = c->options; o->name; o++) {
      if (o->kind == CLI_SWITCH) continue;
      printf("  [%s.%s]='", c->name, o->name);
      print_value(o);
      printf("'\n");
    }
  }
  printf(")\n");
}

static void print_keys(void)
{
  cst_config_key key;

  printf("\n# section.key of the configuration: its values\ndeclare -gA _cassette_keys=(\n");
  for (size_t i = 0; cst_config_key_at(i, &key); i++) {
    printf("  [%s%s%s]='", key.section, *key.section ? "." : "", key.key);
    if (key.names)
      print_words(key.names);
    else
      printf(strcmp(key.type, "text") == 0 ? ":file" : ":none");
    printf("'\n");
  }
  printf(")\n");
}

/* What looks into the tables. */
static const char functions[] =
    "\n# _cassette_reply WHAT PART PREFIX: words or kinds of files that begin with PART\n"
    "_cassette_reply()\n"
    "{\n"
    "  local found=''\n"
    "  case $1 in\n"
    "    :none) ;;\n"
    "    :dir) found=$(compgen -d -- \"$2\") ;;\n"
    "    :file) found=$(compgen -f -- \"$2\") ;;\n"
    "    :config) found=$(compgen -f -X '!*.y*ml' -- \"$2\"; compgen -d -- \"$2\") ;;\n"
    "    *) found=$(compgen -W \"$1\" -- \"$2\") ;;\n"
    "  esac\n"
    "  [[ $1 == :* ]] && compopt -o filenames 2>/dev/null\n"
    "  [[ -z $found ]] || mapfile -t COMPREPLY <<<\"$found\"\n"
    "  COMPREPLY=(\"${COMPREPLY[@]/#/$3}\")\n"
    "}\n\n"
    "_cassette()\n"
    "{\n"
    "  local words=() word part prefix='' command='' before='' option='' plain=0\n"
    "  COMPREPLY=()\n"
    "  # bash takes '=' for a word of its own\n"
    "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD}\"; do\n"
    "    if [[ ${#words[@]} -gt 0 && ($word == =* || (-n $word && ${words[-1]} == *=)) ]]; then\n"
    "      words[-1]+=$word\n"
    "    else\n"
    "      words+=(\"$word\")\n"
    "    fi\n"
    "  done\n"
    "  word=${words[-1]} part=${words[-1]}\n"
    "  if [[ $word == *=* ]]; then\n"
    "    part=${word#*=}\n"
    "    [[ $COMP_WORDBREAKS == *=* ]] || prefix=${word%%=*}=\n"
    "  fi\n"
    "  for before in \"${words[@]::${#words[@]}-1}\"; do\n"
    "    if [[ $before == -* ]]; then\n"
    "      :\n"
    "    elif [[ -z $command ]]; then\n"
    "      command=$before\n"
    "    elif [[ $option != -* || -z ${_cassette_table[$command.$option]-} ]]; then\n"
    "      plain=$((plain + 1))\n"
    "    fi\n"
    "    option=$before\n"
    "  done\n"
    "  if [[ -z $command ]]; then\n"
    "    if [[ $word == -* ]]; then command=$_cassette_questions; else "
    "command=$_cassette_commands; "
    "fi\n"
    "    _cassette_reply \"$command\" \"$word\" ''\n"
    "    return\n"
    "  fi\n"
    "  before=${words[-2]}\n"
    "  if [[ $command == help ]]; then\n"
    "    _cassette_reply \"$_cassette_commands\" \"$word\" ''\n"
    "  elif [[ $before == -* && -n ${_cassette_table[$command.$before]-} ]]; then\n"
    "    _cassette_reply \"${_cassette_table[$command.$before]}\" \"$word\" ''\n"
    "  elif [[ $word == -*=* ]]; then\n"
    "    _cassette_reply \"${_cassette_table[$command.${word%%=*}]-:none}\" \"$part\" \"$prefix\"\n"
    "  elif [[ $word == -* ]]; then\n"
    "    _cassette_reply \"${_cassette_table[$command]-}\" \"$word\" ''\n"
    "  elif [[ $plain -eq 0 ]]; then\n"
    "    _cassette_reply \"${_cassette_table[$command.first]-:file}\" \"$word\" ''\n"
    "  elif [[ $plain -eq 1 && ${_cassette_table[$command.first]-:} != :* ]]; then\n"
    "    _cassette_reply :config \"$word\" ''\n"
    "  elif [[ ${_cassette_table[$command.first]-} == :file ]]; then\n"
    "    _cassette_reply :file \"$word\" ''\n"
    "  elif [[ $word == *=* ]]; then\n"
    "    _cassette_reply \"${_cassette_keys[${word%%=*}]-:none}\" \"$part\" \"$prefix\"\n"
    "  else\n"
    "    compopt -o nospace 2>/dev/null\n"
    "    _cassette_reply \"$(printf '%s= ' \"${!_cassette_keys[@]}\")\" \"$word\" ''\n"
    "  fi\n"
    "}\n"
    "complete -F _cassette cassette\n";

void cli_print_completion(void)
{
  printf("# Completion of cassette for bash, as `cassette --completion` prints it.\n"
         "# shellcheck shell=bash\n");
  print_commands();
  print_keys();
  printf("%s", functions);
}
