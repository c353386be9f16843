/* What all plans are made with.  Contracts in synth_plan.h. */
#include "synth_plan.h"

#include "cassette/digest.h"
#include "cassette/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t synth_key(const char *a, const char *b)
{
  char text[2 * SYNTH_NAME_BYTES], hex[CST_DIGEST_HEX];
  const int n = snprintf(text, sizeof text, "%s%c%s", a, '\0', b);

  CST_ASSERT(n >= 0 && (size_t)n < sizeof text);
  cst_digest_bytes(text, (size_t)n, hex);
  hex[16] = '\0';
  return strtoull(hex, NULL, 16);
}

void synth_apportion(size_t total, size_t n, const double *weight, size_t *part)
{
  double sum = 0.0, so_far = 0.0;
  size_t given = 0;

  for (size_t i = 0; i < n; i++) sum += weight ? weight[i] : 1.0;
  for (size_t i = 0; i < n; i++) {
    so_far += weight ? weight[i] : 1.0;
    const size_t upto = i + 1 == n ? total : (size_t)floor((double)total * so_far / sum + 0.5);
    part[i] = upto - given;
    given = upto;
  }
}

synth_clip *synth_add_clip(cst_synth *self)
{
  if (self->n == self->capacity) {
    const size_t capacity = self->capacity ? 2 * self->capacity : 256;
    synth_clip *more = cst_realloc(self->clip, capacity, sizeof *more);
    if (!more) return NULL;
    self->clip = more;
    self->capacity = capacity;
  }
  return &self->clip[self->n++];
}

cst_text *synth_add_table(cst_synth *self, const char *name)
{
  CST_ASSERT(self->n_tables < SYNTH_TABLES && strlen(name) < sizeof self->table[0].name);
  synth_table *t = &self->table[self->n_tables++];
  strcpy(t->name, name);
  return &t->text;
}
