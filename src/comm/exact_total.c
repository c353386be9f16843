/*
 * Totals over all ranks.  Because sums are exact, messages may be as short and travel as they like.
 *
 * Few sums (BatchNorm): recursive doubling.  Rank r exchanges all its sums with r ^ 1, r ^ 2,
 * r ^ 4, ...; after log2 P exchanges every rank has everything.  Ranks beyond a power of two hand
 * their sums to a neighbour first and get the result from it.
 *
 * Many sums (gradients): each block has one owner.  Every rank sends the owner what it holds
 * of that block, so a sum travels in its shortest form, a float while it comes from one clip; the
 * owner adds, rounds, and all gather the rounded numbers.  A rank sends
 *     n (4..8 + a little) (P - 1)/P bytes of sums and as much of results (4 or 8 bytes each),
 * where a plain float all-reduce sends 8 n (P - 1)/P; digits summed by MPI_Allreduce would be
 * 3 planes * 8 bytes * 2.  When nodes hold equal numbers of ranks this happens in two stages,
 * inside the nodes and then between the ranks with the same node rank, so that each sum crosses
 * the network once per node and not once per rank.
 *
 * Messages have a bounded size and a block may need more than its neighbours: a slice of blocks
 * travels in as many messages as it takes, whole blocks each, until the receiver has them all.
 */
#include "comm_private.h"
#include "exact_private.h"

#include "cassette/clock.h"
#include "cassette/slice.h"

#include <math.h>
#include <string.h>

enum { TAG = 1, STAGES = 2 };

/* Where totals go: one of the two. */
typedef struct {
  double *f64;
  float *f32;
} sink;

static size_t columns(size_t block, size_t n) /* of n sums, in this block */
{
  const size_t left = n - block * BLOCK;
  return left < BLOCK ? left : BLOCK;
}

/* ---- messages ---- */

/* Encode blocks from the front of @p s while they fit; s keeps the rest. */
static int pack(cst_exact *self, size_t n, cst_slice *s)
{
  cst_parts parts;
  size_t used = 0;
  while (s->count > 0 && self->buffer_bytes - used >= MAX_CODE_BYTES) {
    cst_exact_distil(self, s->first, &parts);
    used += cst_exact_encode(&parts, columns(s->first, n), self->send + used);
    s->first++, s->count--;
  }
  self->last_bytes += used;
  return (int)used;
}

static void unpack(cst_exact *self, size_t n, cst_slice *s, size_t bytes)
{
  for (size_t used = 0; used < bytes; s->first++, s->count--)
    used += cst_exact_decode(self, s->first, columns(s->first, n), self->receive + used);
}

/* Send the blocks of @p out to one rank and add those of @p in from another.  The k-th message
 * of one side meets the k-th receive of the other, so unequal numbers of messages cannot block.
 * Where @p out and @p in overlap, @p out must fit one message, for it is packed before the rest is
 * added to. */
static void swap(cst_exact *self, size_t n, MPI_Comm comm, int to, cst_slice out, int from,
                 cst_slice in)
{
  while (out.count > 0 || in.count > 0) {
    MPI_Request request[2] = {MPI_REQUEST_NULL, MPI_REQUEST_NULL};
    MPI_Status status[2];
    int bytes = 0;
    const bool receiving = in.count > 0;
    if (receiving)
      must(MPI_Irecv(self->receive, (int)self->buffer_bytes, MPI_BYTE, from, TAG, comm,
                     &request[0]));
    if (out.count > 0) {
      const int used = pack(self, n, &out);
      must(MPI_Isend(self->send, used, MPI_BYTE, to, TAG, comm, &request[1]));
    }
    must(MPI_Waitall(2, request, status));
    if (receiving) {
      must(MPI_Get_count(&status[0], MPI_BYTE, &bytes));
      unpack(self, n, &in, (size_t)bytes);
    }
  }
}

/* ---- rounding ---- */

static void round_blocks(cst_exact *self, size_t n, cst_slice s, sink out)
{
  cst_parts parts;
  double rounded[BLOCK];
  for (size_t b = s.first; b < s.first + s.count; b++) {
    const size_t m = columns(b, n), first = b * BLOCK;
    cst_exact_distil(self, b, &parts);
    cst_exact_round(&parts, m, out.f32 != NULL, out.f64 ? out.f64 + first : rounded);
    for (size_t i = 0; out.f32 && i < m; i++) out.f32[first + i] = (float)rounded[i];
  }
}

/* ---- many sums ---- */

/* Share @p s among the ranks of @p comm: send away the others' blocks, collect one's own. */
static cst_slice scatter(cst_exact *self, size_t n, MPI_Comm comm, cst_slice s)
{
  int rank, size;
  must(MPI_Comm_rank(comm, &rank));
  must(MPI_Comm_size(comm, &size));

  cst_slice mine = cst_slice_of(s.count, rank, size);
  mine.first += s.first;
  for (int step = 1; step < size; step++) {
    const int to = (rank + step) % size, from = (rank - step + size) % size;
    cst_slice theirs = cst_slice_of(s.count, to, size);
    theirs.first += s.first;
    swap(self, n, comm, to, theirs, from, mine);
  }
  return mine;
}

/* The inverse for results: every rank of @p comm has its share of @p s, and gets the rest. */
static void collect(cst_exact *self, const cst_comm *c, size_t n, MPI_Comm comm, cst_slice s,
                    sink out)
{
  int rank, size;
  size_t total = 0;
  must(MPI_Comm_rank(comm, &rank));
  must(MPI_Comm_size(comm, &size));

  for (int r = 0; r < size; r++) {
    const cst_slice share = cst_slice_of(s.count, r, size);
    const size_t first = (s.first + share.first) * BLOCK, end = first + share.count * BLOCK;
    c->starts[r] = (int)(first < n ? first : n);
    c->counts[r] = (int)(end < n ? end : n) - c->starts[r];
    total += (size_t)c->counts[r];
  }
  const MPI_Datatype type = out.f32 ? MPI_FLOAT : MPI_DOUBLE;
  void *values = out.f32 ? (void *)out.f32 : (void *)out.f64;
  must(
      MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values, c->counts, c->starts, type, comm));
  self->last_bytes +=
      (total - (size_t)c->counts[rank]) * (out.f32 ? sizeof(float) : sizeof(double));
}

static void total_of_many(cst_exact *self, const cst_comm *c, size_t n, sink out)
{
  const bool grid = c->peers != MPI_COMM_NULL;
  const MPI_Comm comm[STAGES] = {grid ? c->node : c->mpi, c->peers};
  const int stages = grid ? 2 : 1;
  cst_slice s[STAGES + 1] = {{0, (n + BLOCK - 1) / BLOCK}};

  for (int k = 0; k < stages; k++) s[k + 1] = scatter(self, n, comm[k], s[k]);
  round_blocks(self, n, s[stages], out);
  for (int k = stages - 1; k >= 0; k--) collect(self, c, n, comm[k], s[k], out);
}

/* ---- few sums ---- */

static void total_of_few(cst_exact *self, const cst_comm *c, size_t n, sink out)
{
  const cst_slice all = {0, (n + BLOCK - 1) / BLOCK}, none = {0, 0};
  const int bytes = (int)(n * (out.f32 ? sizeof(float) : sizeof(double)));
  void *values = out.f32 ? (void *)out.f32 : (void *)out.f64;
  int power = 1;
  while (2 * power <= c->size) power *= 2;

  /* Of the first 2 * extra ranks the even ones pass their sums on and wait for the result. */
  const int extra = c->size - power, rank = c->rank;
  const bool paired = rank < 2 * extra;
  if (paired && rank % 2 == 0) {
    swap(self, n, c->mpi, rank + 1, all, MPI_PROC_NULL, none);
    must(MPI_Recv(values, bytes, MPI_BYTE, rank + 1, TAG, c->mpi, MPI_STATUS_IGNORE));
    return;
  }
  if (paired) swap(self, n, c->mpi, MPI_PROC_NULL, none, rank - 1, all);

  const int place = paired ? rank / 2 : rank - extra;
  for (int bit = 1; bit < power; bit *= 2) {
    const int other = place ^ bit, partner = other < extra ? 2 * other + 1 : other + extra;
    swap(self, n, c->mpi, partner, all, partner, all);
  }
  round_blocks(self, n, all, out);
  if (paired) {
    must(MPI_Send(values, bytes, MPI_BYTE, rank - 1, TAG, c->mpi));
    self->last_bytes += (size_t)bytes;
  }
}

/* ---- public ---- */

static void total(cst_exact *self, const cst_comm *c, size_t n, sink out)
{
  const double start = cst_now_s();
  const size_t blocks = (n + BLOCK - 1) / BLOCK;

  self->last_bytes = 0;
  if (c->size == 1)
    round_blocks(self, n, (cst_slice){0, blocks}, out);
  else if (blocks <= FEW_BLOCKS)
    total_of_few(self, c, n, out);
  else
    total_of_many(self, c, n, out);
  cst_exact_clear(self);
  self->last_s = cst_now_s() - start;
}

void cst_exact_total(cst_exact *self, const cst_comm *comm, double *out, size_t *bad)
{
  size_t i = 0;
  total(self, comm, self->n, (sink){.f64 = out});
  if (!bad) return;
  while (i < self->n && isfinite(out[i])) i++;
  *bad = i;
}

void cst_exact_total_f32(cst_exact *self, const cst_comm *comm, float *out, size_t *bad)
{
  size_t i = 0;
  total(self, comm, self->n, (sink){.f32 = out});
  if (!bad) return;
  while (i < self->n && isfinite(out[i])) i++;
  *bad = i;
}

void cst_exact_sum_rows(cst_exact *self, const cst_comm *comm, const double *rows, size_t clips,
                        size_t n, double *out)
{
  CST_ASSERT(n <= self->n);
  for (size_t k = 0; k < clips; k++) cst_exact_add_f64(self, 0, n, rows + k * n);
  total(self, comm, n, (sink){.f64 = out});
}
