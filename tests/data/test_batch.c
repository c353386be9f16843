/* Batches: every clip of an epoch once, none alone. */
#include "cassette/batch.h"
#include "support/test_support.h"

#include <stdbool.h>
#include <string.h>

enum { MOST = 200 };

/* Steps cover the epoch without gap or overlap; a batch of one is there only if unavoidable. */
static void steps_cover_the_epoch(void **state)
{
  (void)state;
  for (size_t n = 0; n <= MOST; n++)
    for (size_t batch = 1; batch <= 40; batch++) {
      size_t next = 0;
      for (size_t step = 0; step < cst_epoch_steps(n, batch); step++) {
        size_t first, count;
        cst_step_range(n, batch, step, &first, &count);
        assert_int_equal(first, next);
        assert_in_range(count, n == 1 || batch == 1 ? 1 : 2, batch == 1 ? 1 : batch + 1);
        next = first + count;
      }
      assert_int_equal(next, n);
    }
}

static void steps_are_as_few_as_the_size_allows(void **state)
{
  (void)state;
  assert_int_equal(cst_epoch_steps(0, 32), 0);
  assert_int_equal(cst_epoch_steps(1, 32), 1);
  assert_int_equal(cst_epoch_steps(32, 32), 1);
  assert_int_equal(cst_epoch_steps(33, 32), 1); /* 33, not 32 and 1 */
  assert_int_equal(cst_epoch_steps(34, 32), 2);
  assert_int_equal(cst_epoch_steps(65, 32), 2);
  assert_int_equal(cst_epoch_steps(5, 1), 5);
}

static void order_is_a_permutation_of_its_own(void **state)
{
  (void)state;
  uint32_t order[MOST], again[MOST], other[MOST];
  bool seen[MOST] = {false};
  cst_epoch_order(7, 2, 3, MOST, order);
  for (size_t i = 0; i < MOST; i++) {
    assert_in_range(order[i], 0, MOST - 1);
    assert_false(seen[order[i]]);
    seen[order[i]] = true;
  }
  cst_epoch_order(7, 2, 3, MOST, again);
  assert_memory_equal(order, again, sizeof order);
  cst_epoch_order(8, 2, 3, MOST, other);
  assert_true(memcmp(order, other, sizeof order) != 0);
  cst_epoch_order(7, 1, 3, MOST, other);
  assert_true(memcmp(order, other, sizeof order) != 0);
  cst_epoch_order(7, 2, 4, MOST, other);
  assert_true(memcmp(order, other, sizeof order) != 0);
}

/* Each pass holds every clip once, whatever the pieces it is read in. */
static void a_stream_is_one_permutation_after_another(void **state)
{
  enum { N = 7, LONG = 5 * N };
  uint32_t scratch[N], whole[LONG], piece[LONG], other[LONG];
  (void)state;
  cst_stream(7, 2, 0, 0, N, LONG, scratch, whole);
  for (size_t pass = 0; pass < LONG; pass += N) {
    bool seen[N] = {false};
    for (size_t i = pass; i < pass + N; i++) {
      assert_in_range(whole[i], 0, N - 1);
      assert_false(seen[whole[i]]);
      seen[whole[i]] = true;
    }
  }
  assert_true(memcmp(whole, whole + N, N * sizeof *whole) != 0);
  for (size_t first = 0; first < LONG; first += 3)
    cst_stream(7, 2, 0, first, N, first + 3 < LONG ? 3 : LONG - first, scratch, piece + first);
  assert_memory_equal(piece, whole, sizeof whole);
  cst_stream(7, 2, 1, 0, N, LONG, scratch, other);
  assert_true(memcmp(other, whole, sizeof whole) != 0);
}

/* Over many epochs each clip comes first about equally often: chi-squared with 7 degrees of
 * freedom exceeds 24.3 once in a thousand, and the draw is fixed. */
/* Of 10 clips in three classes of 6, 1 and 3, and none in the second: each class comes once in three
 * numbers, and its clips equally often. */
static void a_balanced_stream_has_every_class_equally_often(void **state)
{
  (void)state;
  enum { N = 10, CLASSES = 4, NUMBERS = 3 * 60 };
  const int label[N] = {0, 3, 0, 0, 2, 0, 3, 0, 3, 0};
  uint32_t all[NUMBERS], part[NUMBERS], scratch[N + 3 * CLASSES];
  size_t times[N] = {0};
  bool orders[CLASSES] = {false};
  cst_balanced_stream(5, 1, 0, 0, N, label, CLASSES, NUMBERS, scratch, all);
  for (size_t i = 0; i < NUMBERS; i++) times[all[i]]++;
  for (size_t c = 0; c < NUMBERS; c += 3) {
    size_t seen = 0;
    for (size_t k = 0; k < 3; k++) seen |= (size_t)1 << label[all[c + k]];
    assert_int_equal(seen, 1 | 4 | 8);
    orders[label[all[c]]] = true;
  }
  for (size_t i = 0; i < N; i++)
    assert_int_equal(times[i], label[i] == 0 ? 10 : label[i] == 2 ? 60 : 20);
  assert_true(orders[0] && orders[2] && orders[3]);
  /* any part of it is the same, and other streams are others */
  for (size_t first = 0; first < NUMBERS; first += 7) {
    const size_t count = NUMBERS - first < 7 ? NUMBERS - first : 7;
    cst_balanced_stream(5, 1, 0, first, N, label, CLASSES, count, scratch, part);
    assert_memory_equal(part, all + first, count * sizeof *part);
  }
  for (uint32_t other = 1; other < 3; other++) {
    cst_balanced_stream(5, other == 1 ? 2 : 1, other == 2, 0, N, label, CLASSES, NUMBERS, scratch,
                        part);
    assert_memory_not_equal(part, all, sizeof all);
  }
}

static void order_is_uniform(void **state)
{
  (void)state;
  enum { N = 8, EPOCHS = 8000 };
  double count[N] = {0}, chi = 0;
  for (uint64_t e = 0; e < EPOCHS; e++) {
    uint32_t order[N];
    cst_epoch_order(1, 0, e, N, order);
    count[order[0]]++;
  }
  for (int i = 0; i < N; i++) {
    const double off = count[i] - (double)EPOCHS / N;
    chi += off * off / ((double)EPOCHS / N);
  }
  assert_true(chi < 24.3);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steps_cover_the_epoch),
      cmocka_unit_test(steps_are_as_few_as_the_size_allows),
      cmocka_unit_test(order_is_a_permutation_of_its_own),
      cmocka_unit_test(a_stream_is_one_permutation_after_another),
      cmocka_unit_test(a_balanced_stream_has_every_class_equally_often),
      cmocka_unit_test(order_is_uniform),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
