/* Exact sums on one rank against integers of 640 bits, for inputs made to hurt, and by properties:
 * order, grouping, threads. */
#include "cassette/exact.h"

#include "exact_inputs.h"
#include "exact_private.h"
#include "exact_reference.h"
#include "support/test_support.h"

#include <pthread.h>

/* ---- against integers ---- */

static void check(const kind *k, size_t n, const wide *want, const double *f64, const float *f32)
{
  for (size_t i = 0; i < n; i++) {
    if (!same_f64(f64[i], wide_f64(&want[i])))
      fail_msg("%s, sum %zu: got %a, want %a", k->name, i, f64[i], wide_f64(&want[i]));
    if (f32 && !same_f32(f32[i], wide_f32(&want[i])))
      fail_msg("%s, float sum %zu: got %a, want %a", k->name, i, (double)f32[i],
               (double)wide_f32(&want[i]));
  }
}

static void sums_match(const kind *k, size_t n, bool floats)
{
  double *x = test_zeros_f64(ROWS * n), *f64 = test_zeros_f64(n);
  float *row = test_zeros(n), *f32 = test_zeros(n);
  wide *want = cst_alloc(n, sizeof *want);
  cst_exact *sum;
  size_t bad, first_bad = n;

  fill(k, ROWS, n, x);
  assert_ok(cst_exact_create(n, &sum));
  for (int pass = 0; pass < 2; pass++) { /* the second starts from a cleared accumulator */
    memset(want, 0, n * sizeof *want);
    for (size_t r = 0; r < ROWS; r++) {
      for (size_t i = 0; i < n; i++) {
        row[i] = (float)x[r * n + i];
        const wide w = wide_from(floats ? (double)row[i] : x[r * n + i]);
        wide_add(&want[i], &w);
      }
      if (floats)
        cst_exact_add_f32(sum, 0, n, row);
      else
        cst_exact_add_f64(sum, 0, n, x + r * n);
    }
    if (pass == 0)
      cst_exact_total(sum, cst_comm_self(), f64, &bad);
    else
      cst_exact_total_f32(sum, cst_comm_self(), f32, NULL);
  }
  check(k, n, want, f64, f32);
  for (size_t i = n; i-- > 0;)
    if (want[i].bad) first_bad = i;
  assert_int_equal(bad, first_bad);
  cst_exact_destroy(&sum);
  cst_free(want);
}

static void floats_match_integers(void **state)
{
  (void)state;
  for (size_t k = 0; k < KINDS; k++) {
    sums_match(&kinds[k], 777, true);
    test_release(NULL);
  }
}

static void doubles_match_integers(void **state)
{
  (void)state;
  for (size_t k = 0; k < KINDS; k++) {
    sums_match(&kinds[k], 777, false);
    test_release(NULL);
  }
}

static void any_length_works(void **state)
{
  static const size_t lengths[] = {0, 1, 2, 255, 256, 257, 512, 4097};
  (void)state;
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    sums_match(&kinds[1], lengths[i], true);
    test_release(NULL);
  }
}

/* ---- by hand ---- */

static double sum_of(size_t count, const double *x)
{
  cst_exact *sum;
  double total;
  assert_ok(cst_exact_create(1, &sum));
  for (size_t i = 0; i < count; i++) cst_exact_add_f64(sum, 0, 1, &x[i]);
  cst_exact_total(sum, cst_comm_self(), &total, NULL);
  cst_exact_destroy(&sum);
  return total;
}

#define SUM(...)                                                                                   \
  sum_of(sizeof(double[]){__VA_ARGS__} / sizeof(double), (const double[]){__VA_ARGS__})

static void known_sums(void **state)
{
  (void)state;
  assert_true(same_f64(SUM(1e30, 1e-30, -1e30), 1e-30));
  assert_true(same_f64(SUM(1.0, 0x1p-53), 1.0));                     /* tie to even */
  assert_true(same_f64(SUM(1.0, 0x1p-53, 0x1p-190), 1.0 + 0x1p-52)); /* above the tie */
  assert_true(same_f64(SUM(1.0, 0x1p-53, -0x1p-190), 1.0));          /* below it */
  assert_true(same_f64(SUM(1.0 + 0x1p-52, 0x1p-53), 1.0 + 0x1p-51)); /* tie to even, upwards */
  assert_true(same_f64(SUM(0x1p127, 0x1p-149, -0x1p127), 0x1p-149));
  assert_true(same_f64(SUM(0x1p127, 0x1p20, 0x1p-60, 0x1p-149, -0x1p127, -0x1p20), 0x1p-60));
  assert_true(same_f64(SUM(-0.0, -0.0), 0.0)); /* one zero only */
  assert_true(same_f64(SUM(1.0, -1.0), 0.0));
  assert_true(same_f64(SUM(0x1p-191), 0.0)); /* ties to even at the last digit */
  assert_true(same_f64(SUM(0x1.8p-190), 0x1p-189));
  assert_true(same_f64(SUM(0x1.8p-191, 0x1.8p-191), 0x1p-189)); /* each is rounded by itself */
  assert_true(same_f64(SUM(DBL_TRUE_MIN, DBL_MIN), 0.0));
  assert_true(isnan(SUM(0x1p128, -0x1p128)));
  assert_true(same_f64(SUM(0x1.fffffffffffffp127, -0x1.fffffffffffffp127), 0.0));
  assert_true(isnan(SUM(1.0, NAN, 2.0)));
  assert_true(isnan(SUM(INFINITY, 1.0)));
  assert_true(isnan(SUM(INFINITY, -INFINITY)));
}

/* A float is rounded once: 1 + 2^-24 + 2^-70 is above the middle of two floats, but its nearest
 * double is on it. */
static void floats_are_rounded_once(void **state)
{
  (void)state;
  static const float x[2][3] = {{1.0f, 0x1p-24f, 0x1p-70f}, {1.0f, 0x1.8p-23f, -0x1p-70f}};
  static const float want[2] = {1.0f + 0x1p-23f, 1.0f + 0x1p-23f};
  for (int k = 0; k < 2; k++) {
    cst_exact *sum;
    float total;
    assert_ok(cst_exact_create(1, &sum));
    for (int i = 0; i < 3; i++) cst_exact_add_f32(sum, 0, 1, &x[k][i]);
    cst_exact_total_f32(sum, cst_comm_self(), &total, NULL);
    assert_true(same_f32(total, want[k]));
    cst_exact_destroy(&sum);
  }
}

static void float_overflow_is_reported(void **state)
{
  (void)state;
  const float x = FLT_MAX;
  cst_exact *sum;
  float total;
  size_t bad;
  assert_ok(cst_exact_create(1, &sum));
  for (int i = 0; i < 3; i++) cst_exact_add_f32(sum, 0, 1, &x);
  cst_exact_total_f32(sum, cst_comm_self(), &total, &bad);
  assert_true(isinf(total) && bad == 0);
  cst_exact_destroy(&sum);
}

/* Infinite or not a number, of either sign, alone or not: the bits are those of one NaN. */
static void bad_sums_are_one_nan(void **state)
{
  (void)state;
  static const float bad[] = {INFINITY, -INFINITY, NAN, -NAN};
  enum { N = sizeof bad / sizeof *bad };
  const double nan = NAN;
  double total[N];
  cst_exact *sum;
  assert_ok(cst_exact_create(N, &sum));
  for (int terms = 1; terms <= 3; terms++) {
    for (int k = 0; k < terms; k++) cst_exact_add_f32(sum, 0, N, bad);
    cst_exact_total(sum, cst_comm_self(), total, NULL);
    for (int i = 0; i < N; i++) assert_memory_equal(&total[i], &nan, sizeof nan);
  }
  cst_exact_destroy(&sum);
}

/* The largest sums there may be, many terms long. */
static void largest_sum_is_exact(void **state)
{
  (void)state;
  enum { N = 256, TERMS = 1 << 16 };
  float x[N];
  double total[N];
  cst_exact *sum;
  for (int i = 0; i < N; i++) x[i] = i % 2 ? FLT_MAX : FLT_TRUE_MIN;
  assert_ok(cst_exact_create(N, &sum));
  for (int k = 0; k < TERMS; k++) cst_exact_add_f32(sum, 0, N, x);
  for (int i = 0; i < N; i++) x[i] = FLT_MAX;
  for (int k = 0; k < TERMS; k++) cst_exact_add_f32(sum, 0, N, x);
  for (int i = 0; i < N; i++) x[i] = -FLT_MAX;
  for (int k = 0; k < 2 * TERMS; k++) cst_exact_add_f32(sum, 0, N, x);
  cst_exact_total(sum, cst_comm_self(), total, NULL);
  for (int i = 0; i < N; i++)
    assert_true(same_f64(total[i], i % 2 ? 0.0 : TERMS * (0x1p-149 - (double)FLT_MAX)));
  cst_exact_destroy(&sum);
}

/* ---- properties ---- */

/* Rows in the order and pieces given by @p seed. */
static void add_shuffled(cst_exact *sum, uint64_t seed, size_t n, const double *x)
{
  uint32_t order[ROWS];
  const cst_random_key key = key_of(1000, seed);
  cst_random_permutation(&key, ROWS, order);
  for (size_t r = 0; r < ROWS; r++) {
    const size_t cut = cst_random_below(&key, 1000 + r, (uint32_t)n + 1);
    cst_exact_add_f64(sum, cut, n - cut, x + order[r] * n + cut);
    cst_exact_add_f64(sum, 0, cut, x + order[r] * n);
  }
}

static void order_does_not_matter(void **state)
{
  enum { N = 600 };
  (void)state;
  for (size_t k = 0; k < KINDS; k++) {
    double *x = test_zeros_f64(ROWS * N), *first = test_zeros_f64(N), *again = test_zeros_f64(N);
    cst_exact *sum;
    fill(&kinds[k], ROWS, N, x);
    assert_ok(cst_exact_create(N, &sum));
    for (uint64_t seed = 0; seed < 5; seed++) {
      add_shuffled(sum, seed, N, x);
      cst_exact_total(sum, cst_comm_self(), seed ? again : first, NULL);
      if (seed) assert_memory_equal(first, again, N * sizeof *first);
    }
    cst_exact_destroy(&sum);
    test_release(NULL);
  }
}

enum { THREADS = 4, SHARED_N = 20 * CST_EXACT_BLOCK + 17 };

typedef struct {
  cst_exact *sum;
  const double *x;
  int id;
} worker;

/* Every fourth block, rows backwards. */
static void *work(void *argument)
{
  const worker *w = argument;
  for (size_t first = (size_t)w->id * BLOCK; first < SHARED_N; first += THREADS * BLOCK)
    for (size_t r = ROWS; r-- > 0;)
      cst_exact_add_f64(w->sum, first, SHARED_N - first < BLOCK ? SHARED_N - first : BLOCK,
                        w->x + r * SHARED_N + first);
  return NULL;
}

static void threads_may_share_blocks_out(void **state)
{
  (void)state;
  double *x = test_zeros_f64(ROWS * SHARED_N);
  double *serial = test_zeros_f64(SHARED_N), *parallel = test_zeros_f64(SHARED_N);
  pthread_t thread[THREADS];
  worker w[THREADS];
  cst_exact *sum;

  fill(&kinds[2], ROWS, SHARED_N, x);
  assert_ok(cst_exact_create(SHARED_N, &sum));
  for (size_t r = 0; r < ROWS; r++) cst_exact_add_f64(sum, 0, SHARED_N, x + r * SHARED_N);
  cst_exact_total(sum, cst_comm_self(), serial, NULL);
  for (int t = 0; t < THREADS; t++) {
    w[t] = (worker){sum, x, t};
    assert_int_equal(pthread_create(&thread[t], NULL, work, &w[t]), 0);
  }
  for (int t = 0; t < THREADS; t++) assert_int_equal(pthread_join(thread[t], NULL), 0);
  cst_exact_total(sum, cst_comm_self(), parallel, NULL);
  assert_memory_equal(serial, parallel, SHARED_N * sizeof *serial);
  cst_exact_destroy(&sum);
}

static void rows_are_summed(void **state)
{
  enum { N = 70, ROOM = 400 };
  (void)state;
  double *x = test_zeros_f64(ROWS * N), *total = test_zeros_f64(N);
  wide want[N];
  cst_exact *sum;
  fill(&kinds[1], ROWS, N, x);
  memset(want, 0, sizeof want);
  for (size_t i = 0; i < ROWS * N; i++) {
    const wide w = wide_from(x[i]);
    wide_add(&want[i % N], &w);
  }
  assert_ok(cst_exact_create(ROOM, &sum));
  for (int again = 0; again < 2; again++) {
    cst_exact_sum_rows(sum, cst_comm_self(), x, ROWS, N, total);
    check(&kinds[1], N, want, total, NULL);
  }
  cst_exact_sum_rows(sum, cst_comm_self(), x, 0, N, total);
  for (size_t i = 0; i < N; i++) assert_true(same_f64(total[i], 0.0));
  cst_exact_destroy(&sum);
}

static void clear_forgets(void **state)
{
  (void)state;
  const float x = NAN, one = 1.0f;
  double total[2];
  cst_exact *sum;
  assert_ok(cst_exact_create(2, &sum));
  cst_exact_add_f32(sum, 1, 1, &x);
  cst_exact_clear(sum);
  cst_exact_add_f32(sum, 1, 1, &one);
  cst_exact_total(sum, cst_comm_self(), total, NULL);
  assert_true(same_f64(total[0], 0.0) && same_f64(total[1], 1.0));
  cst_exact_destroy(&sum);
  assert_null(sum);
  cst_exact_destroy(&sum);
}

static void nothing_is_left(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(known_sums, test_release),
      cmocka_unit_test_teardown(floats_are_rounded_once, test_release),
      cmocka_unit_test_teardown(float_overflow_is_reported, test_release),
      cmocka_unit_test_teardown(floats_match_integers, test_release),
      cmocka_unit_test_teardown(doubles_match_integers, test_release),
      cmocka_unit_test_teardown(any_length_works, test_release),
      cmocka_unit_test_teardown(bad_sums_are_one_nan, test_release),
      cmocka_unit_test_teardown(largest_sum_is_exact, test_release),
      cmocka_unit_test_teardown(order_does_not_matter, test_release),
      cmocka_unit_test_teardown(threads_may_share_blocks_out, test_release),
      cmocka_unit_test_teardown(rows_are_summed, test_release),
      cmocka_unit_test_teardown(clear_forgets, test_release),
      cmocka_unit_test(nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
