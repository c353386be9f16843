/* What a call says, by its command's table.  Contracts in cli.h. */
#include "cli.h"

#include "cassette/memory.h"

#include <stdlib.h>
#include <string.h>

void cli_call_reset(cli_call *self)
{
  cst_free(self->word);
  cst_free(self->override);
  cst_free(self->listed);
  *self = (cli_call){0};
}

/* The table says what a command may ask for. */
static size_t known(const cli_call *self, const char *option)
{
  size_t i = 0;
  while (self->command->options[i].name && strcmp(self->command->options[i].name, option) != 0) i++;
  CST_ASSERT(self->command->options[i].name);
  return i;
}

bool cli_given(const cli_call *self, const char *option)
{
  return self->text[known(self, option)] != NULL;
}

const char *cli_text(const cli_call *self, const char *option)
{
  const size_t i = known(self, option);
  return self->text[i] ? self->text[i] : self->command->options[i].fallback;
}

int64_t cli_count(const cli_call *self, const char *option)
{
  const size_t i = known(self, option);
  const char *fallback = self->command->options[i].fallback;
  return self->text[i] ? self->count[i] : fallback ? strtoll(fallback, NULL, 10) : 0;
}

size_t cli_choice(const cli_call *self, const char *option)
{
  const size_t i = known(self, option);
  const cli_option *row = &self->command->options[i];
  size_t n = 0;

  if (self->text[i]) return (size_t)self->count[i];
  while (row->names[n] && strcmp(row->names[n], row->fallback) != 0) n++;
  return n;
}
