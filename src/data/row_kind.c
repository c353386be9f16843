/* Contract in row_kind.h. */
#include "row_kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const sets[] = {"development", "evaluation", "pretrain"};
enum { SETS = sizeof sets / sizeof *sets };
static const char classes_word[] = "class";

void row_kind_text(const row_kind *self, char out[ROW_KIND_BYTES])
{
  const bool pretrain = self->set == CST_SET_PRETRAIN;
  char number[8] = "";
  if (self->source > 0) snprintf(number, sizeof number, "-%u", self->source + 1u);
  if (!self->classes)
    snprintf(out, ROW_KIND_BYTES, "%s%s", sets[self->set], number);
  else if (pretrain)
    snprintf(out, ROW_KIND_BYTES, "%s%s %s", sets[self->set], number, classes_word);
  else
    snprintf(out, ROW_KIND_BYTES, "%s", classes_word);
}

/* After the name of a set: nothing, or "-2" and so on. */
static bool read_number(const char *text, size_t n, uint8_t *source)
{
  char *end;
  *source = 0;
  if (n == 0) return true;
  if (*text != '-' || text[1] < '1' || text[1] > '9') return false;
  const long number = strtol(text + 1, &end, 10);
  *source = (uint8_t)(number - 1);
  return end == text + n && number >= 2 && number <= CST_MOST_PRETRAIN_SETS;
}

bool row_kind_read(const char *text, row_kind *out)
{
  const char *space = strchr(text, ' ');
  const size_t n = space ? (size_t)(space - text) : strlen(text);
  *out = (row_kind){.classes = space || strcmp(text, classes_word) == 0};
  if (out->classes && strcmp(space ? space + 1 : text, classes_word) != 0) return false;
  if (out->classes && !space) return true;
  for (size_t s = 0; s < SETS; s++) {
    const size_t m = strlen(sets[s]);
    out->set = (cst_set)s;
    if (n < m || strncmp(text, sets[s], m) != 0) continue;
    if (out->set != CST_SET_PRETRAIN) return !out->classes && n == m;
    return read_number(text + m, n - m, &out->source);
  }
  return false;
}
