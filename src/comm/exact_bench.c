/*
 * What exact sums cost here, next to a plain MPI_Allreduce of floats.
 *
 * Synthetic gradients: normal numbers, each clip with a scale of its own between 1 and 10^-4, as
 * clips that are classified well have small gradients.  Such a spread is what makes doubles
 * insufficient now and then.
 */
#include "comm_private.h"
#include "exact_private.h"

#include "cassette/clock.h"
#include "cassette/memory.h"
#include "cassette/random.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 9, SMALL = 256, SMALL_REPEATS = 50 };

typedef struct {
  size_t n, clips;
  float *gradient, *total; /* [clips][n], [n] */
  double small_total[SMALL];
  cst_exact *large, *small;
  double add_s[ROUNDS], total_s[ROUNDS], small_s[ROUNDS], plain_s[ROUNDS];
  double bytes, digit_share;
} bench;

static void fill(bench *b, int rank)
{
  for (size_t c = 0; c < b->clips; c++) {
    const cst_random_key key =
        cst_random_key_make(1, CST_RANDOM_TEST, 0, (uint64_t)rank, (uint64_t)c);
    const double scale = pow(10.0, -4.0 * cst_random_uniform(&key, b->n));
    for (size_t i = 0; i < b->n; i++)
      b->gradient[c * b->n + i] = (float)(scale * cst_random_normal(&key, i));
  }
}

static double share_with_digits(const cst_exact *x)
{
  size_t count = 0;
  for (size_t b = 0; b < x->blocks; b++) count += x->spills[b] > 0;
  return x->blocks ? (double)count / (double)x->blocks : 0.0;
}

static double seconds_of_small(bench *b, const cst_comm *comm)
{
  const double ones[SMALL] = {1.0, 0x1p-40};
  const double start = cst_now_s();
  for (int k = 0; k < SMALL_REPEATS; k++)
    cst_exact_sum_rows(b->small, comm, ones, 1, SMALL, b->small_total);
  return (cst_now_s() - start) / SMALL_REPEATS;
}

static double seconds_of_plain(bench *b, const cst_comm *comm)
{
  const double start = cst_now_s();
  memcpy(b->total, b->gradient, b->n * sizeof *b->total);
  if (comm->size > 1)
    must(MPI_Allreduce(MPI_IN_PLACE, b->total, (int)b->n, MPI_FLOAT, MPI_SUM, comm->mpi));
  return cst_now_s() - start;
}

static void run_round(bench *b, const cst_comm *comm, int round)
{
  cst_comm_barrier(comm);
  const double start = cst_now_s();
  for (size_t c = 0; c < b->clips; c++)
    cst_exact_add_f32(b->large, 0, b->n, b->gradient + c * b->n);
  b->add_s[round] = (cst_now_s() - start) / (double)b->clips;
  b->digit_share = share_with_digits(b->large);

  cst_comm_barrier(comm);
  cst_exact_total_f32(b->large, comm, b->total, NULL);
  b->total_s[round] = cst_exact_last_s(b->large);
  b->bytes = (double)cst_exact_last_bytes(b->large);

  cst_comm_barrier(comm);
  b->plain_s[round] = seconds_of_plain(b, comm);
  cst_comm_barrier(comm);
  b->small_s[round] = seconds_of_small(b, comm);
}

/* The round that was disturbed least. */
static double least(const double *seconds)
{
  double best = seconds[0];
  for (int k = 1; k < ROUNDS; k++) best = fmin(best, seconds[k]);
  return best;
}

static void summarise(bench *b, const cst_comm *comm, cst_exact_bench_result *out)
{
  double worst[5] = {least(b->add_s), least(b->total_s), least(b->small_s), least(b->plain_s),
                     b->digit_share};
  int64_t bytes = (int64_t)b->bytes;
  cst_comm_max_f64(comm, worst, 5);
  cst_comm_sum_i64(comm, &bytes, 1);
  *out = (cst_exact_bench_result){.add_s = worst[0],
                                  .total_s = worst[1],
                                  .small_s = worst[2],
                                  .plain_s = worst[3],
                                  .digit_share = worst[4],
                                  .bytes = (double)bytes / comm->size};
}

cst_status cst_exact_bench(const cst_comm *comm, size_t n, size_t clips,
                           cst_exact_bench_result *out)
{
  cst_status st = CST_OK;
  bench b = {.n = n, .clips = clips > 0 ? clips : 1};

  *out = (cst_exact_bench_result){0};
  b.gradient = cst_alloc(b.clips * n, sizeof *b.gradient);
  b.total = cst_alloc(n, sizeof *b.total);
  if (!b.gradient || !b.total) st = cst_no_memory("gradients", b.clips * n, sizeof(float));
  if (st == CST_OK) st = cst_exact_create(n, &b.large);
  if (st == CST_OK) st = cst_exact_create(SMALL, &b.small);
  CST_TRY(cst_comm_agree(comm, st));

  fill(&b, comm->rank);
  for (int round = 0; round < ROUNDS; round++) run_round(&b, comm, round);
  summarise(&b, comm, out);

done:
  cst_exact_destroy(&b.small);
  cst_exact_destroy(&b.large);
  cst_free(b.total);
  cst_free(b.gradient);
  return st;
}
