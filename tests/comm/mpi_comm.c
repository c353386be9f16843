/* The communicator at 1, 2, 3 and 5 ranks: every collective against what all ranks can compute
 * by themselves. */
#include "cassette/comm.h"

#include "cassette/log.h"
#include "cassette/memory.h"
#include "comm_testing.h"
#include "mpi_support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int rank, size;

static void identity(void)
{
  check(0 <= rank && rank < size);
  check(0 <= cst_comm_node_rank(world) && cst_comm_node_rank(world) < cst_comm_node_size(world));
  check(cst_comm_node_size(world) <= size);
  check(*cst_comm_host() && *cst_comm_library());
}

/* ---- agreement ---- */

static void agree_on_success(void)
{
  cst_clear();
  check(cst_comm_agree(world, CST_OK) == CST_OK);
  check(!*cst_message());
}

/* One rank fails; all get its status and its text. */
static void agree_on_one_failure(void)
{
  char want[200];
  for (int bad = 0; bad < size; bad++) {
    cst_status st = CST_OK;
    cst_clear();
    if (rank == bad) st = cst_raise(CST_ERR_NUMBERS, "loss of clip %d is NaN", bad);
    st = cst_comm_agree(world, st);
    check(st == CST_ERR_NUMBERS);
    snprintf(want, sizeof want, "loss of clip %d is NaN", bad);
    check(strncmp(cst_message(), want, strlen(want)) == 0);
    snprintf(want, sizeof want, " (rank %d of %d on ", bad, size);
    check((strstr(cst_message(), want) != NULL) == (size > 1));
  }
  cst_clear();
}

/* All but rank 0 fail, each in its own way; the lowest is heard, and its long text is cut. */
static void agree_on_the_lowest(void)
{
  char text[CST_MESSAGE_BYTES];
  cst_status st = CST_OK;
  memset(text, 'a' + rank, sizeof text - 1);
  text[sizeof text - 1] = '\0';
  cst_clear();
  if (rank > 0) st = cst_raise(rank == 1 ? CST_ERR_DATA : CST_ERR_INTERNAL, "%s", text);
  st = cst_comm_agree(world, st);
  check(st == (size > 1 ? CST_ERR_DATA : CST_OK));
  check(size == 1 || cst_message()[0] == 'b');
  check(size == 1 || strstr(cst_message(), " (rank 1 of "));
  cst_clear();
}

static void agree_without_a_text(void)
{
  cst_clear();
  check(cst_comm_agree(world, rank == size - 1 ? CST_INTERRUPTED : CST_OK) == CST_INTERRUPTED);
  check(size == 1 || strstr(cst_message(), cst_status_text(CST_INTERRUPTED)));
  cst_clear();
}

/* ---- bytes ---- */

static unsigned char byte_of(int from, size_t i)
{
  return (unsigned char)(31u * (unsigned)from + 7u * (unsigned)i + (unsigned)(i >> 8));
}

static void broadcasts(const cst_comm *comm, size_t n)
{
  unsigned char *bytes = cst_alloc(n, 1);
  for (size_t i = 0; i < n; i++) bytes[i] = cst_comm_rank(comm) == 0 ? byte_of(0, i) : 0xff;
  cst_comm_broadcast(comm, bytes, n);
  for (size_t i = 0; i < n; i++) check(bytes[i] == byte_of(0, i));
  cst_free(bytes);
}

static void shares(const cst_comm *comm, size_t length)
{
  char *text = NULL;
  size_t n = 12345; /* what is there on other ranks does not count */
  if (cst_comm_rank(comm) == 0) {
    text = cst_alloc(length + 1, 1);
    memset(text, 'x', length);
    n = length;
  }
  check(cst_comm_share(comm, &text, &n) == CST_OK);
  check(n == length && strlen(text) == length && strspn(text, "x") == length);
  cst_free(text);
}

/* Rank r gives r * unit bytes: rank 0 has none. */
static void gathers(const cst_comm *comm, size_t unit)
{
  const int r = cst_comm_rank(comm), p = cst_comm_size(comm);
  const size_t n = (size_t)r * unit;
  unsigned char *mine = cst_alloc(n, 1);
  void *all;
  size_t total, at = 0;
  for (size_t i = 0; i < n; i++) mine[i] = byte_of(r, i);
  check(cst_comm_gather(comm, n ? mine : NULL, n, &all, &total) == CST_OK);
  check(total == unit * (size_t)(p * (p - 1) / 2));
  for (int from = 0; from < p; from++)
    for (size_t i = 0; i < (size_t)from * unit; i++)
      check(((unsigned char *)all)[at++] == byte_of(from, i));
  cst_free(all);
  cst_free(mine);
}

/* ---- numbers ---- */

static void reductions(const cst_comm *comm)
{
  enum { N = 150 };
  const int r = cst_comm_rank(comm), p = cst_comm_size(comm);
  int64_t max[N], min[N], sum[N];
  uint8_t mask[N];
  for (int i = 0; i < N; i++) {
    max[i] = min[i] = (int64_t)((i + r) % p) * ((int64_t)1 << 40);
    sum[i] = ((int64_t)1 << 53) + 1; /* a double would round */
    mask[i] = (uint8_t)(1 << (r % 8));
  }
  cst_comm_max_i64(comm, max, N);
  cst_comm_min_i64(comm, min, N);
  cst_comm_sum_i64(comm, sum, N);
  cst_comm_or_u8(comm, mask, N);
  for (int i = 0; i < N; i++) {
    check(max[i] == (int64_t)(p - 1) * ((int64_t)1 << 40) && min[i] == 0);
    check(sum[i] == p * (((int64_t)1 << 53) + 1));
    check(mask[i] == (uint8_t)((1 << p) - 1));
  }
}

static void extremes(const cst_comm *comm)
{
  enum { N = 150 };
  const int r = cst_comm_rank(comm), p = cst_comm_size(comm);
  double max[N], min[N];
  for (int i = 0; i < N; i++) max[i] = min[i] = (i % 2 ? -1.0 : 1.0) * ((i + r) % p + 0.25);
  max[0] = min[0] = r == p - 1 ? NAN : 1.0; /* on one rank only: NaN everywhere */
  max[1] = min[1] = r == 0 ? -NAN : -1.0;
  max[2] = min[2] = r == 0 ? -0.0 : 0.0;
  max[3] = min[3] = r == 0 ? -INFINITY : INFINITY;
  cst_comm_max_f64(comm, max, N);
  cst_comm_min_f64(comm, min, N);
  check(isnan(max[0]) && isnan(min[0]) && isnan(max[1]) && isnan(min[1]));
  check(!signbit(max[2]) == (p > 1) && signbit(min[2]));
  check(max[3] == (p > 1 ? INFINITY : -INFINITY) && min[3] == -INFINITY);
  for (int i = 4; i < N; i++) {
    const double far = p - 1 + 0.25, near = 0.25;
    check(max[i] == (i % 2 ? -near : far) && min[i] == (i % 2 ? -far : near));
  }
}

static void collectives(const cst_comm *comm)
{
  cst_comm_barrier(comm);
  for (size_t n = 0; n < 300; n += 37) broadcasts(comm, n);
  for (size_t n = 0; n < 100; n += 33) shares(comm, n);
  for (size_t unit = 0; unit < 60; unit += 19) gathers(comm, unit);
  reductions(comm);
  extremes(comm);
}

/* The same with MPI calls of at most 24 bytes, as if the data were beyond 2 GiB. */
static void collectives_in_chunks(void)
{
  cst_comm *part;
  check(cst_comm_part(world, 0, 0, 24, &part) == CST_OK);
  collectives(part);
  cst_comm_part_destroy(&part);
}

/* ---- windows ---- */

static void window_is_shared(const cst_comm *comm, size_t bytes)
{
  const int r = cst_comm_node_rank(comm), p = cst_comm_node_size(comm);
  cst_window *window;
  void *base;
  check(cst_window_create(comm, bytes, &window, &base) == CST_OK);
  volatile unsigned char *b = base;
  for (size_t i = 0; i < bytes; i++) check(b[i] == 0);
  cst_window_sync(window);
  for (int turn = 0; turn < 3; turn++) {
    for (size_t i = (size_t)r; i < bytes; i += (size_t)p) b[i] = byte_of(turn, i);
    cst_window_sync(window);
    for (size_t i = 0; i < bytes; i++) check(b[i] == byte_of(turn, i));
    cst_window_sync(window);
  }
  cst_window_destroy(&window);
  check(!window);
}

/* More than there is: one message on all ranks, nobody waits, nothing is left. */
static void window_too_large(void)
{
  cst_window *window;
  void *base;
  cst_clear();
  if (cst_comm_node_size(world) == 1) return;
  check(cst_window_create(world, (size_t)1 << 46, &window, &base) == CST_ERR_DATA);
  check(!window && !base && strstr(cst_message(), "dataset.cache_gib"));
  cst_clear();
}

static void windows(void)
{
  cst_comm *part;
  const size_t sizes[] = {0, 1, 5000, 1 << 20};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) window_is_shared(world, sizes[i]);
  check(cst_comm_part(world, 0, 2, 1 << 20, &part) == CST_OK); /* nodes of two ranks */
  check(cst_comm_node_size(part) <= 2);
  window_is_shared(part, 70000);
  cst_comm_part_destroy(&part);
  window_too_large();
}

int main(int argc, char **argv)
{
  if (cst_comm_init(&argc, &argv, &world) != CST_OK) {
    fprintf(stderr, "%s\n", cst_message());
    return 1;
  }
  rank = cst_comm_rank(world);
  size = cst_comm_size(world);
  identity();
  agree_on_success();
  agree_on_one_failure();
  agree_on_the_lowest();
  agree_without_a_text();
  collectives(world);
  collectives_in_chunks();
  windows();
  cst_comm_finalize(&world);
  if (world || cst_memory_blocks() != 0) {
    fprintf(stderr, "%zu blocks are left\n", cst_memory_blocks());
    return 1;
  }
  return 0;
}
