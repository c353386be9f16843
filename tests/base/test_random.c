#include "support/test_support.h"

#include "cassette/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static cst_random_key key_of(uint64_t seed, uint32_t stage, uint64_t a, uint64_t b)
{
  return cst_random_key_make(seed, CST_RANDOM_TEST, stage, a, b);
}

/* The numbers are part of what "the same bits" means: they must never change. */
static void numbers_are_pinned(void **state)
{
  (void)state;
  const cst_random_key key = key_of(1234, 1, 2, 3);
  static const uint32_t want[] = {0xab2b5f5du, 0x0b01f51au, 0xec346386u,
                                  0x45ec7642u, 0xd2f6766cu, 0x7a0cdf03u};
  for (size_t i = 0; i < sizeof want / sizeof *want; i++)
    assert_int_equal(cst_random_u32(&key, i), want[i]);
}

static void every_part_of_the_key_counts(void **state)
{
  (void)state;
  const cst_random_key base = key_of(1, 1, 1, 1);
  const cst_random_key other[] = {key_of(2, 1, 1, 1), key_of(1, 2, 1, 1), key_of(1, 1, 2, 1),
                                  key_of(1, 1, 1, 2),
                                  cst_random_key_make(1, CST_RANDOM_SHUFFLE, 1, 1, 1)};
  for (size_t k = 0; k < sizeof other / sizeof *other; k++) {
    int equal = 0;
    for (uint64_t i = 0; i < 64; i++)
      equal += cst_random_u32(&base, i) == cst_random_u32(&other[k], i);
    assert_true(equal <= 1);
  }
}

typedef struct {
  uint32_t v[4];
} block;

static int compare_blocks(const void *a, const void *b) { return memcmp(a, b, sizeof(block)); }

/* A block of the sequence has 128 bits: two of 10^4 keys share theirs by chance once in 10^31
 * tests. */
static void no_two_of_seed_purpose_and_stage_coincide(void **state)
{
  (void)state;
  enum { SEEDS = 64, STAGES = 16, KEYS = SEEDS * CST_RANDOM_LAST * STAGES };
  static block drawn[KEYS];
  size_t n = 0;
  for (uint64_t seed = 0; seed < SEEDS; seed++)
    for (int purpose = 1; purpose <= CST_RANDOM_LAST; purpose++)
      for (uint32_t stage = 0; stage < STAGES; stage++, n++) {
        const cst_random_key key =
            cst_random_key_make(seed, (cst_random_purpose)purpose, stage, 5, 7);
        for (uint64_t i = 0; i < 4; i++) drawn[n].v[i] = cst_random_u32(&key, i);
      }
  qsort(drawn, KEYS, sizeof *drawn, compare_blocks);
  size_t shared = 0;
  for (size_t k = 1; k < KEYS; k++) shared += compare_blocks(&drawn[k - 1], &drawn[k]) == 0;
  assert_int_equal(shared, 0);
}

static void uniform_has_the_moments(void **state)
{
  (void)state;
  enum { N = 20000 };
  const cst_random_key key = key_of(5, 0, 0, 0);
  double mean = 0.0, square = 0.0;
  for (uint64_t i = 0; i < N; i++) {
    const double u = cst_random_uniform(&key, i);
    assert_true(u >= 0.0 && u < 1.0);
    mean += u / N;
    square += u * u / N;
  }
  assert_near(mean, 0.5, 0.01, "mean");
  assert_near(square, 1.0 / 3.0, 0.01, "second moment");
}

static void normal_has_the_moments(void **state)
{
  (void)state;
  enum { N = 20000 };
  const cst_random_key key = key_of(6, 0, 0, 0);
  double mean = 0.0, square = 0.0, fourth = 0.0;
  for (uint64_t i = 0; i < N; i++) {
    const double x = cst_random_normal(&key, i);
    mean += x / N;
    square += x * x / N;
    fourth += x * x * x * x / N;
  }
  assert_near(mean, 0.0, 0.03, "mean");
  assert_near(square, 1.0, 0.03, "variance");
  assert_near(fourth, 3.0, 0.1, "kurtosis");
}

static void fill_starts_anywhere(void **state)
{
  (void)state;
  const cst_random_key key = key_of(7, 0, 0, 0);
  float whole[41], part[41];
  cst_random_fill_uniform(&key, 0, 41, whole);
  for (size_t first = 0; first < 41; first++) {
    cst_random_fill_uniform(&key, first, 41 - first, part);
    assert_memory_equal(part, whole + first, (41 - first) * sizeof *part);
  }
}

static void below_covers_its_range_evenly(void **state)
{
  (void)state;
  enum { N = 30000, SIDES = 6 };
  const cst_random_key key = key_of(8, 0, 0, 0);
  int count[SIDES] = {0};
  for (uint64_t i = 0; i < N; i++) count[cst_random_below(&key, i, SIDES)]++;
  for (int s = 0; s < SIDES; s++) assert_near(count[s] / (double)N, 1.0 / SIDES, 0.01, "share");
}

static void permutation_is_one(void **state)
{
  (void)state;
  enum { N = 1000 };
  const cst_random_key key = key_of(9, 0, 0, 0);
  uint32_t order[N];
  bool seen[N] = {false};
  size_t fixed = 0;
  cst_random_permutation(&key, N, order);
  for (size_t i = 0; i < N; i++) {
    assert_true(order[i] < N && !seen[order[i]]);
    seen[order[i]] = true;
    fixed += order[i] == i;
  }
  assert_true(fixed < 10);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_pinned),
      cmocka_unit_test(every_part_of_the_key_counts),
      cmocka_unit_test(no_two_of_seed_purpose_and_stage_coincide),
      cmocka_unit_test(uniform_has_the_moments),
      cmocka_unit_test(normal_has_the_moments),
      cmocka_unit_test(fill_starts_anywhere),
      cmocka_unit_test(below_covers_its_range_evenly),
      cmocka_unit_test(permutation_is_one),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
