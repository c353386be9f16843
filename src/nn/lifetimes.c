/*
 * Contract in lifetimes.h.  Largest first, each at the lowest place that is free all its life; of
 * equal ones the last to die first.  The best places are a hard problem (dynamic storage
 * allocation), this order finds them for the networks that matter (test_lifetimes.c).
 */
#include "lifetimes.h"

#include <stdbool.h>

static size_t rounded(size_t floats) { return (floats + 15) / 16 * 16; }

static bool comes_before(const cst_lifetime *a, const cst_lifetime *b)
{
  if (a->floats != b->floats) return a->floats > b->floats;
  if (a->dies != b->dies) return a->dies > b->dies;
  return a->born > b->born;
}

/* Number of buffers that are placed before list[i]. */
static size_t rank_of(size_t n, const cst_lifetime *list, size_t i)
{
  size_t rank = 0;
  for (size_t j = 0; j < n; j++)
    rank += comes_before(&list[j], &list[i]) || (j < i && !comes_before(&list[i], &list[j]));
  return rank;
}

static bool meet(const cst_lifetime *a, const cst_lifetime *b)
{
  return a->born <= b->dies && b->born <= a->dies && a->offset < b->offset + rounded(b->floats) &&
         b->offset < a->offset + rounded(a->floats);
}

/* Up, past whatever is in the way, until nothing is. */
static void place(size_t n, cst_lifetime *list, size_t i, size_t rank)
{
  bool moved = true;
  list[i].offset = 0;
  while (moved) {
    moved = false;
    for (size_t j = 0; j < n; j++) {
      if (rank_of(n, list, j) >= rank || !meet(&list[i], &list[j])) continue;
      list[i].offset = list[j].offset + rounded(list[j].floats);
      moved = true;
    }
  }
}

size_t cst_lifetimes_place(size_t n, cst_lifetime *list)
{
  size_t total = 0;
  for (size_t rank = 0; rank < n; rank++)
    for (size_t i = 0; i < n; i++) {
      if (rank_of(n, list, i) != rank) continue;
      place(n, list, i, rank);
      if (list[i].offset + rounded(list[i].floats) > total)
        total = list[i].offset + rounded(list[i].floats);
    }
  return total;
}
