/*
 * Lists of distinct names with an index by hash: linear probing over a table at most half full,
 * FNV-1a (Fowler, Noll, Vo; public domain) as hash.  An index by hash keeps reading ten thousand
 * clips linear; the order of the list is the order of addition, whatever the hash.
 */
#include "cassette/dataset.h"
#include "cassette/fnv.h"
#include "cassette/memory.h"
#include "grow.h"

#include <string.h>

/* Slot of `name`, or the free slot where it belongs.  Slots hold index + 1. */
static size_t probe(const cst_names *self, const char *name)
{
  const size_t mask = self->slots - 1;
  size_t at = (size_t)cst_fnv1a_64(name) & mask;
  while (self->slot[at] && strcmp(self->item[self->slot[at] - 1], name) != 0) at = (at + 1) & mask;
  return at;
}

static bool widen(cst_names *self)
{
  const size_t slots = self->slots ? self->slots * 2 : 32;
  uint32_t *fresh = cst_alloc(slots, sizeof *fresh);
  if (!fresh) return false;
  cst_free(self->slot);
  self->slot = fresh;
  self->slots = slots;
  for (size_t i = 0; i < self->n; i++) fresh[probe(self, self->item[i])] = (uint32_t)i + 1;
  return true;
}

int cst_names_find(const cst_names *self, const char *name)
{
  if (!self->n) return CST_NONE;
  return (int)self->slot[probe(self, name)] - 1; /* CST_NONE where the slot is free */
}

int cst_names_add(cst_names *self, const char *name)
{
  const int known = cst_names_find(self, name);
  void *items = self->item;
  if (known != CST_NONE) return known;
  if (self->n >= INT32_MAX - 1) return CST_NONE;
  if (2 * (self->n + 1) > self->slots && !widen(self)) return CST_NONE;
  if (!grow(&items, self->n, &self->capacity, sizeof *self->item)) return CST_NONE;
  self->item = items;
  char *copy = cst_strdup(name);
  if (!copy) return CST_NONE;
  self->slot[probe(self, name)] = (uint32_t)self->n + 1;
  self->item[self->n++] = copy;
  return (int)self->n - 1;
}

void cst_names_reset(cst_names *self)
{
  for (size_t i = 0; i < self->n; i++) cst_free(self->item[i]);
  cst_free(self->item);
  cst_free(self->slot);
  *self = (cst_names){0};
}
