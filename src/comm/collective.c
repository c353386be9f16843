/*
 * Collectives on plain memory.  Counts of MPI calls are int: whatever is longer goes in chunks, and
 * all ranks cut it alike.
 */
#include "comm_private.h"

#include "cassette/memory.h"

#include <limits.h>
#include <math.h>
#include <string.h>

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

void cst_comm_barrier(const cst_comm *self)
{
  if (self->size > 1) must(MPI_Barrier(self->mpi));
}

/* ---- from one to all ---- */

static void broadcast_from(const cst_comm *self, int root, unsigned char *bytes, size_t n)
{
  for (size_t part; n > 0 && self->size > 1; bytes += part, n -= part) {
    part = smaller(n, self->chunk_bytes);
    must(MPI_Bcast(bytes, (int)part, MPI_BYTE, root, self->mpi));
  }
}

void cst_comm_broadcast(const cst_comm *self, void *bytes, size_t n)
{
  broadcast_from(self, 0, bytes, n);
}

cst_status cst_comm_share(const cst_comm *self, char **bytes, size_t *n)
{
  cst_status st = CST_OK;
  uint64_t length = *n;

  if (self->size == 1) return CST_OK;
  must(MPI_Bcast(&length, 1, MPI_UINT64_T, 0, self->mpi));
  if (self->rank != 0) {
    *n = 0;
    *bytes = cst_alloc((size_t)length + 1, 1);
    if (!*bytes) st = cst_no_memory("text from rank 0", (size_t)length, 1);
  }
  st = cst_comm_agree(self, st);
  if (st == CST_OK) {
    *n = (size_t)length;
    broadcast_from(self, 0, (unsigned char *)*bytes, *n);
  } else if (self->rank != 0) {
    cst_free(*bytes);
    *bytes = NULL;
  }
  return st;
}

cst_status cst_comm_share_text(const cst_comm *self, cst_status st, cst_text *text)
{
  CST_TRY(cst_comm_agree(self, st));
  CST_TRY(cst_comm_share(self, &text->data, &text->bytes));
  text->capacity = text->bytes + 1;
done:
  return st;
}

/* ---- from all to all ---- */

/* Starts are int as well, so only results below one chunk go in a single call. */
static void gather_at_once(const cst_comm *self, const void *bytes, size_t n,
                           const uint64_t *lengths, void *out)
{
  int start = 0;
  for (int r = 0; r < self->size; r++) {
    self->counts[r] = (int)lengths[r];
    self->starts[r] = start;
    start += (int)lengths[r];
  }
  must(MPI_Allgatherv(bytes, (int)n, MPI_BYTE, out, self->counts, self->starts, MPI_BYTE,
                      self->mpi));
}

static void gather_one_by_one(const cst_comm *self, const void *bytes, const uint64_t *lengths,
                              unsigned char *out)
{
  for (int r = 0; r < self->size; out += lengths[r++]) {
    if (r == self->rank && lengths[r] > 0) memcpy(out, bytes, (size_t)lengths[r]);
    broadcast_from(self, r, out, (size_t)lengths[r]);
  }
}

static void gather(const cst_comm *self, const void *bytes, size_t n, const uint64_t *lengths,
                   size_t total, void *out)
{
  if (self->size == 1 || total > self->chunk_bytes)
    gather_one_by_one(self, bytes, lengths, out);
  else
    gather_at_once(self, bytes, n, lengths, out);
}

cst_status cst_comm_gather(const cst_comm *self, const void *bytes, size_t n, void **out,
                           size_t *total)
{
  cst_status st = CST_OK;
  uint64_t *lengths = NULL;
  unsigned char *all = NULL;
  const uint64_t mine = n;

  *out = NULL;
  *total = 0;
  lengths = cst_alloc((size_t)self->size, sizeof *lengths);
  if (!lengths) st = cst_no_memory("lengths", (size_t)self->size, sizeof *lengths);
  CST_TRY(cst_comm_agree(self, st));

  lengths[0] = mine;
  if (self->size > 1)
    must(MPI_Allgather(&mine, 1, MPI_UINT64_T, lengths, 1, MPI_UINT64_T, self->mpi));
  for (int r = 0; r < self->size; r++) *total += (size_t)lengths[r];
  all = cst_alloc(*total, 1);
  if (!all) st = cst_no_memory("gathered bytes", *total, 1);
  CST_TRY(cst_comm_agree(self, st));

  gather(self, bytes, n, lengths, *total, all);
  *out = all;
  all = NULL;

done:
  if (st != CST_OK) *total = 0;
  cst_free(all);
  cst_free(lengths);
  return st;
}

/* ---- element by element ---- */

static void reduce(const cst_comm *self, void *values, size_t n, size_t bytes, MPI_Datatype type,
                   MPI_Op op)
{
  const size_t max = self->chunk_bytes / bytes > 0 ? self->chunk_bytes / bytes : 1;
  unsigned char *at = values;

  for (size_t part; n > 0 && self->size > 1; at += part * bytes, n -= part) {
    part = smaller(n, max);
    must(MPI_Allreduce(MPI_IN_PLACE, at, (int)part, type, op, self->mpi));
  }
}

void cst_comm_max_i64(const cst_comm *self, int64_t *values, size_t n)
{
  reduce(self, values, n, sizeof *values, MPI_INT64_T, MPI_MAX);
}

void cst_comm_min_i64(const cst_comm *self, int64_t *values, size_t n)
{
  reduce(self, values, n, sizeof *values, MPI_INT64_T, MPI_MIN);
}

void cst_comm_sum_i64(const cst_comm *self, int64_t *values, size_t n)
{
  reduce(self, values, n, sizeof *values, MPI_INT64_T, MPI_SUM);
}

void cst_comm_or_u8(const cst_comm *self, uint8_t *values, size_t n)
{
  reduce(self, values, n, sizeof *values, MPI_UINT8_T, MPI_BOR);
}

/* What MPI_MAX makes of a NaN, and of -0 next to +0, depends on the order of the ranks.  Integers
 * in the order of the doubles do not: the bits of a double, with all but the sign turned over when
 * it is negative.  The map is its own inverse.  A NaN becomes the outermost value, so it wins. */
static void turn_order(int64_t *keys, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (keys[i] < 0) keys[i] ^= INT64_MAX;
}

static void extreme_f64(const cst_comm *self, double *values, size_t n, int64_t nan_key, MPI_Op op)
{
  int64_t keys[64];
  for (size_t part; n > 0 && self->size > 1; values += part, n -= part) {
    part = smaller(n, sizeof keys / sizeof *keys);
    memcpy(keys, values, part * sizeof *keys);
    turn_order(keys, part);
    for (size_t i = 0; i < part; i++)
      if (isnan(values[i])) keys[i] = nan_key;
    reduce(self, keys, part, sizeof *keys, MPI_INT64_T, op);
    for (size_t i = 0; i < part; i++) {
      const bool nan = keys[i] == nan_key;
      turn_order(&keys[i], 1);
      if (nan)
        values[i] = NAN;
      else
        memcpy(&values[i], &keys[i], sizeof *values);
    }
  }
}

void cst_comm_max_f64(const cst_comm *self, double *values, size_t n)
{
  extreme_f64(self, values, n, INT64_MAX, MPI_MAX);
}

void cst_comm_min_f64(const cst_comm *self, double *values, size_t n)
{
  extreme_f64(self, values, n, INT64_MIN, MPI_MIN);
}
