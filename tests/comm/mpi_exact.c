/*
 * Exact sums over 1, 2, 3 and 5 ranks.  Every rank computes the integer sums of the whole data by
 * itself; the data do not depend on the number of ranks, so equal bits here are equal bits at
 * every number.
 */
#include "cassette/exact.h"

#include "cassette/memory.h"
#include "cassette/random.h"
#include "cassette/slice.h"
#include "comm_testing.h"
#include "exact_reference.h"
#include "mpi_support.h"

#include <stdlib.h>

/* Contribution of clip c to sum i: clips differ in scale, some numbers are zero or far away. */
static double value(size_t c, size_t i)
{
  const cst_random_key key = cst_random_key_make(7, CST_RANDOM_TEST, 0, c, i);
  const uint32_t j = cst_random_below(&key, 0, 20);
  const double x = cst_random_uniform(&key, 1) - 0.5;
  if (j == 0) return 0.0;
  if (j == 1) return ldexp(x, (int)cst_random_below(&key, 2, 240) - 130);
  return ldexp(x, -(int)(5 * c % 23));
}

/* Who adds which clip: dealt like cards with an offset, so that shares are uneven, and all to the
 * last rank when there are fewer clips than ranks. */
static bool is_mine(const cst_comm *comm, size_t c, size_t clips)
{
  const size_t p = (size_t)cst_comm_size(comm), r = (size_t)cst_comm_rank(comm);
  return clips < p ? r == p - 1 : (c * c + 1) % p == r;
}

typedef struct {
  size_t n, clips;
  size_t bad_clip, bad_sum; /* a NaN there unless bad_clip == clips */
} problem;

static double given(const problem *q, size_t c, size_t i)
{
  return c == q->bad_clip && i == q->bad_sum ? (double)NAN : value(c, i);
}

/* Whole blocks per thread are not needed here, but pieces of any length are. */
static void add(cst_exact *sum, const cst_comm *comm, const problem *q, bool floats)
{
  double *x = cst_alloc(q->n, sizeof *x);
  float *y = cst_alloc(q->n, sizeof *y);
  for (size_t c = 0; c < q->clips; c++) {
    if (!is_mine(comm, c, q->clips)) continue;
    for (size_t i = 0; i < q->n; i++) {
      x[i] = given(q, c, i);
      y[i] = (float)x[i];
    }
    const size_t cut = q->n / 3;
    if (floats) {
      cst_exact_add_f32(sum, cut, q->n - cut, y + cut);
      cst_exact_add_f32(sum, 0, cut, y);
    } else {
      cst_exact_add_f64(sum, cut, q->n - cut, x + cut);
      cst_exact_add_f64(sum, 0, cut, x);
    }
  }
  cst_free(y);
  cst_free(x);
}

static wide *reference(const problem *q, bool floats)
{
  wide *want = cst_alloc(q->n, sizeof *want);
  for (size_t c = 0; c < q->clips; c++)
    for (size_t i = 0; i < q->n; i++) {
      const double x = given(q, c, i);
      const wide w = wide_from(floats ? (double)(float)x : x);
      wide_add(&want[i], &w);
    }
  return want;
}

static void totals_match(const cst_comm *comm, const problem *q)
{
  const bool has_bad = q->bad_clip < q->clips && q->bad_sum < q->n;
  const size_t first_bad = has_bad ? q->bad_sum : q->n;
  double *f64 = cst_alloc(q->n, sizeof *f64);
  float *f32 = cst_alloc(q->n, sizeof *f32);
  wide *doubles = reference(q, false), *floats = reference(q, true);
  cst_exact *sum;
  size_t bad;

  check(cst_exact_create(q->n, &sum) == CST_OK);
  add(sum, comm, q, false);
  cst_exact_total(sum, comm, f64, &bad);
  check(bad == first_bad);
  for (size_t i = 0; i < q->n; i++) check(same_f64(f64[i], wide_f64(&doubles[i])));

  add(sum, comm, q, true); /* it was cleared */
  cst_exact_total_f32(sum, comm, f32, &bad);
  check(bad == first_bad);
  for (size_t i = 0; i < q->n; i++) check(same_f32(f32[i], wide_f32(&floats[i])));
  check((cst_exact_last_bytes(sum) > 0) == (cst_comm_size(comm) > 1 && q->n > 0));

  cst_exact_destroy(&sum);
  cst_free(floats);
  cst_free(doubles);
  cst_free(f32);
  cst_free(f64);
}

static void all_sizes(const cst_comm *comm)
{
  static const size_t lengths[] = {0, 1, 64, 256, 300, 2559, 2560, 2561, 5000};
  for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
    const problem q = {.n = lengths[k], .clips = 9, .bad_clip = 9};
    totals_match(comm, &q);
  }
}

static void few_clips(const cst_comm *comm)
{
  for (size_t clips = 0; clips < 4; clips++) {
    const problem few = {.n = 100, .clips = clips, .bad_clip = clips};
    const problem many = {.n = 3000, .clips = clips, .bad_clip = clips};
    totals_match(comm, &few);
    totals_match(comm, &many);
  }
}

static void one_nan(const cst_comm *comm)
{
  const problem few = {.n = 200, .clips = 7, .bad_clip = 3, .bad_sum = 77};
  const problem many = {.n = 4000, .clips = 7, .bad_clip = 5, .bad_sum = 3999};
  totals_match(comm, &few);
  totals_match(comm, &many);
}

static void rows(const cst_comm *comm)
{
  enum { N = 128, CLIPS = 11 };
  const problem q = {.n = N, .clips = CLIPS, .bad_clip = CLIPS};
  double *x = cst_alloc(CLIPS * N, sizeof *x), total[N];
  wide *want = reference(&q, false);
  const cst_slice s = cst_slice_of(CLIPS, cst_comm_rank(comm), cst_comm_size(comm));
  cst_exact *sum;
  for (size_t c = 0; c < s.count; c++)
    for (size_t i = 0; i < N; i++) x[c * N + i] = value(s.first + c, i);
  check(cst_exact_create(1000, &sum) == CST_OK);
  for (int again = 0; again < 2; again++) {
    cst_exact_sum_rows(sum, comm, x, s.count, N, total);
    for (size_t i = 0; i < N; i++) check(same_f64(total[i], wide_f64(&want[i])));
  }
  cst_exact_destroy(&sum);
  cst_free(want);
  cst_free(x);
}

/* Messages that need more than one buffer: every sum has all its digits in use. */
static void crowded(const cst_comm *comm)
{
  enum { N = 30 * CST_EXACT_BLOCK };
  float *x = cst_alloc(N, sizeof *x);
  double *total = cst_alloc(N, sizeof *total);
  cst_exact *sum;
  const int p = cst_comm_size(comm);
  check(cst_exact_create(N, &sum) == CST_OK);
  for (int e = -149; e <= 120; e += 7) {
    for (size_t i = 0; i < N; i++) x[i] = ldexpf(i % 2 ? 1.0f : -1.0f, e);
    cst_exact_add_f32(sum, 0, N, x);
  }
  for (int e = 120; e > -149; e -= 7) {
    for (size_t i = 0; i < N; i++) x[i] = ldexpf(i % 2 ? -1.0f : 1.0f, e);
    if (cst_comm_rank(comm) == 0) cst_exact_add_f32(sum, 0, N, x); /* rank 0 keeps the last one */
  }
  cst_exact_total(sum, comm, total, NULL);
  wide want = {{0}, false};
  for (int e = -149; e <= 120; e += 7)
    for (int r = 0; r < p; r++) {
      const wide w = wide_from(ldexp(1.0, e));
      wide_add(&want, &w);
    }
  for (int e = 120; e > -149; e -= 7) {
    const wide w = wide_from(-ldexp(1.0, e));
    wide_add(&want, &w);
  }
  wide opposite = want; /* not -wide_f64(&want): eight ranks cancel, and there is no -0 */
  wide_negate(&opposite);
  for (size_t i = 0; i < N; i++) check(same_f64(total[i], wide_f64(i % 2 ? &want : &opposite)));
  cst_exact_destroy(&sum);
  cst_free(total);
  cst_free(x);
}

static void everything(const cst_comm *comm)
{
  all_sizes(comm);
  few_clips(comm);
  one_nan(comm);
  rows(comm);
  crowded(comm);
}

/* Two stages: four ranks in two make-believe nodes, the others alone; then every shape of nodes. */
static void grids(void)
{
  cst_comm *part;
  for (int ranks_per_node = 1; ranks_per_node <= 3; ranks_per_node++) {
    check(cst_comm_part(world, cst_comm_rank(world) / 4, ranks_per_node, 1 << 30, &part) == CST_OK);
    one_nan(part);
    crowded(part);
    cst_comm_part_destroy(&part);
  }
}

/* What may be claimed about traffic: a clip per rank sends no more than a plain float sum. */
static void traffic(void)
{
  cst_exact_bench_result r;
  const size_t n = 60000;
  const double p = cst_comm_size(world), plain = 8.0 * (double)n * (p - 1.0) / p;
  check(cst_exact_bench(world, n, 1, &r) == CST_OK);
  check(r.bytes <= 1.01 * plain + 1024.0);
  check(cst_exact_bench(world, n, 4, &r) == CST_OK);
  check(r.bytes <= 1.75 * plain + 1024.0);
}

int main(int argc, char **argv)
{
  if (cst_comm_init(&argc, &argv, &world) != CST_OK) {
    fprintf(stderr, "%s\n", cst_message());
    return 1;
  }
  everything(world);
  grids();
  traffic();
  cst_comm_finalize(&world);
  if (cst_memory_blocks() != 0) {
    fprintf(stderr, "%zu blocks are left\n", cst_memory_blocks());
    return 1;
  }
  return 0;
}
