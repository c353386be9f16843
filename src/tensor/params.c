/* Contract in cassette/params.h. */
#include "cassette/params.h"

#include "cassette/memory.h"

#include <stdio.h>
#include <string.h>

enum { ALIGN_FLOATS = 16 }; /* 64 bytes: each tensor starts on a cache line */

cst_status cst_layout_add(cst_layout *self, const char *name, unsigned roles, size_t dims,
                          const size_t *shape)
{
  cst_status st = CST_OK;
  CST_ASSERT(dims <= CST_MAX_DIMS && strlen(name) < CST_NAME_BYTES);
  CST_ASSERT(!cst_layout_find(self, name));
  if (self->n == self->capacity) {
    const size_t capacity = self->capacity ? 2 * self->capacity : 64;
    cst_param *grown = cst_realloc(self->list, capacity, sizeof *grown);
    if (!grown) CST_TRY(cst_no_memory(name, capacity, sizeof *grown));
    self->list = grown;
    self->capacity = capacity;
  }
  cst_param *p = &self->list[self->n++];
  *p = (cst_param){.roles = roles, .dims = dims, .count = 1};
  snprintf(p->name, sizeof p->name, "%s", name);
  for (size_t d = 0; d < dims; d++) {
    p->shape[d] = shape[d];
    p->count *= shape[d];
  }
  p->offset = self->floats;
  self->floats += (p->count + ALIGN_FLOATS - 1) / ALIGN_FLOATS * ALIGN_FLOATS;
done:
  return st;
}

const cst_param *cst_layout_find(const cst_layout *self, const char *name)
{
  for (size_t i = 0; i < self->n; i++)
    if (strcmp(self->list[i].name, name) == 0) return &self->list[i];
  return NULL;
}

void cst_layout_reset(cst_layout *self)
{
  cst_free(self->list);
  *self = (cst_layout){0};
}
