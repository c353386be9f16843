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
#include "cassette/elementary.h"
#include "cassette/memory.h"
#include "cassette/random.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 9, SMALL = 256, SMALL_REPEATS = 50 };

/* What a round times. */
enum { ADD, TOTAL, SMALL_TOTAL, PLAIN_ADD, PLAIN_TOTAL, PLAIN_SMALL, TIMES };

typedef struct {
  size_t n, clips;
  float *gradient, *total; /* [clips][n], [n] */
  double *rows;            /* [clips][SMALL] */
  double small_total[SMALL];
  cst_exact *large, *small;
  double seconds[TIMES][ROUNDS];
  double digit_share;
} bench;

static void fill(bench *b, int rank)
{
  for (size_t c = 0; c < b->clips; c++) {
    const cst_random_key key =
        cst_random_key_make(1, CST_RANDOM_TEST, 0, (uint64_t)rank, (uint64_t)c);
    const double scale = cst_pow(10.0, -4.0 * cst_random_uniform(&key, b->n));
    for (size_t i = 0; i < b->n; i++)
      b->gradient[c * b->n + i] = (float)(scale * cst_random_normal(&key, i));
    for (size_t i = 0; i < SMALL; i++) /* sums over pixels have all bits of a double in use */
      b->rows[c * SMALL + i] = cst_random_normal(&key, b->n + 1 + i);
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
  const double start = cst_now_s();
  for (int k = 0; k < SMALL_REPEATS; k++)
    cst_exact_sum_rows(b->small, comm, b->rows, b->clips, SMALL, b->small_total);
  return (cst_now_s() - start) / SMALL_REPEATS;
}

static void all_reduce(float *x, size_t n, const cst_comm *comm)
{
  if (comm->size > 1) must(MPI_Allreduce(MPI_IN_PLACE, x, (int)n, MPI_FLOAT, MPI_SUM, comm->mpi));
}

static double seconds_of_plain_small(const bench *b, const cst_comm *comm)
{
  const double start = cst_now_s();
  for (int k = 0; k < SMALL_REPEATS; k++) {
    float sum[SMALL] = {0};
    for (size_t c = 0; c < b->clips; c++)
      for (size_t i = 0; i < SMALL; i++) sum[i] += (float)b->rows[c * SMALL + i];
    all_reduce(sum, SMALL, comm);
  }
  return (cst_now_s() - start) / SMALL_REPEATS;
}

static void run_exact(bench *b, const cst_comm *comm, int round)
{
  cst_comm_barrier(comm);
  const double start = cst_now_s();
  for (size_t c = 0; c < b->clips; c++)
    cst_exact_add_f32(b->large, 0, b->n, b->gradient + c * b->n);
  b->seconds[ADD][round] = (cst_now_s() - start) / (double)b->clips;
  b->digit_share = share_with_digits(b->large);

  cst_comm_barrier(comm);
  cst_exact_total_f32(b->large, comm, b->total, NULL);
  b->seconds[TOTAL][round] = cst_exact_last_s(b->large);
  cst_comm_barrier(comm);
  b->seconds[SMALL_TOTAL][round] = seconds_of_small(b, comm);
}

static void run_plain(bench *b, const cst_comm *comm, int round)
{
  memset(b->total, 0, b->n * sizeof *b->total);
  cst_comm_barrier(comm);
  double start = cst_now_s();
  for (size_t c = 0; c < b->clips; c++) {
    const float *x = b->gradient + c * b->n;
    for (size_t i = 0; i < b->n; i++) b->total[i] += x[i];
  }
  b->seconds[PLAIN_ADD][round] = (cst_now_s() - start) / (double)b->clips;

  cst_comm_barrier(comm);
  start = cst_now_s();
  all_reduce(b->total, b->n, comm);
  b->seconds[PLAIN_TOTAL][round] = cst_now_s() - start;
  cst_comm_barrier(comm);
  b->seconds[PLAIN_SMALL][round] = seconds_of_plain_small(b, comm);
}

/* The round that was disturbed least. */
static double min(const double *seconds)
{
  double best = seconds[0];
  for (int k = 1; k < ROUNDS; k++) best = fmin(best, seconds[k]);
  return best;
}

static void summarise(bench *b, const cst_comm *comm, cst_exact_bench_result *out)
{
  double worst[TIMES + 1] = {[TIMES] = b->digit_share};
  int64_t bytes[] = {(int64_t)cst_exact_last_bytes(b->large),
                     (int64_t)cst_exact_last_bytes(b->small)};

  for (int k = 0; k < TIMES; k++) worst[k] = min(b->seconds[k]);
  cst_comm_max_f64(comm, worst, TIMES + 1);
  cst_comm_sum_i64(comm, bytes, 2);
  *out = (cst_exact_bench_result){.add_s = worst[ADD],
                                  .total_s = worst[TOTAL],
                                  .small_s = worst[SMALL_TOTAL],
                                  .plain_add_s = worst[PLAIN_ADD],
                                  .plain_s = worst[PLAIN_TOTAL],
                                  .plain_small_s = worst[PLAIN_SMALL],
                                  .digit_share = worst[TIMES],
                                  .bytes = (double)bytes[0] / comm->size,
                                  .small_bytes = (double)bytes[1] / comm->size};
}

cst_status cst_exact_bench(const cst_comm *comm, size_t n, size_t clips,
                           cst_exact_bench_result *out)
{
  cst_status st = CST_OK;
  bench b = {.n = n, .clips = clips > 0 ? clips : 1};

  *out = (cst_exact_bench_result){0};
  b.gradient = cst_alloc(b.clips * n, sizeof *b.gradient);
  b.total = cst_alloc(n, sizeof *b.total);
  b.rows = cst_alloc(b.clips * SMALL, sizeof *b.rows);
  if (!b.gradient || !b.total || !b.rows)
    st = cst_no_memory("gradients", b.clips * n, sizeof(float));
  if (st == CST_OK) st = cst_exact_create(n, &b.large);
  if (st == CST_OK) st = cst_exact_create(SMALL, &b.small);
  CST_TRY(cst_comm_agree(comm, st));

  fill(&b, comm->rank);
  for (int round = 0; round < ROUNDS; round++) {
    run_exact(&b, comm, round);
    run_plain(&b, comm, round);
  }
  summarise(&b, comm, out);

done:
  cst_exact_destroy(&b.small);
  cst_exact_destroy(&b.large);
  cst_free(b.rows);
  cst_free(b.total);
  cst_free(b.gradient);
  return st;
}
