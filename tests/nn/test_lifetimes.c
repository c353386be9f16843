/* Buffers that share memory never do while both live, and take no more than must be. */
#include "lifetimes.h"
#include "support/test_support.h"

static size_t rounded(size_t n) { return (n + 15) / 16 * 16; }

static bool both_live(const cst_lifetime *a, const cst_lifetime *b)
{
  return a->born <= b->dies && b->born <= a->dies;
}

static void check_apart(size_t n, const cst_lifetime *list, size_t total)
{
  for (size_t i = 0; i < n; i++) {
    assert_true(list[i].offset % 16 == 0 && list[i].offset + list[i].floats <= total);
    for (size_t j = 0; j < i; j++)
      if (both_live(&list[i], &list[j]))
        assert_true(list[i].offset + list[i].floats <= list[j].offset ||
                    list[j].offset + list[j].floats <= list[i].offset);
  }
}

/* Most that lives at the same time: no placing takes less. */
static size_t peak(size_t n, const cst_lifetime *list)
{
  size_t max = 0;
  for (size_t i = 0; i < n; i++) {
    size_t sum = 0;
    for (size_t j = 0; j < n; j++)
      if (list[j].born <= list[i].born && list[j].dies >= list[i].born)
        sum += rounded(list[j].floats);
    max = sum > max ? sum : max;
  }
  return max;
}

/* The published network's: input, four y, five dx. */
static void the_paper_s_network_takes_what_it_must(void **state)
{
  enum { A = 500 * 64 * 64, B = 250 * 32 * 128 };
  cst_lifetime list[] = {{500 * 64, 0, 9, 0}, {A, 0, 9, 0},         {A, 1, 8, 0}, {B, 2, 7, 0},
                         {B, 3, 6, 0},        {500 * 64, 9, 10, 0}, {A, 8, 9, 0}, {B / 2, 7, 8, 0},
                         {B, 6, 7, 0},        {B / 4, 5, 6, 0}};
  const size_t n = sizeof list / sizeof *list, total = cst_lifetimes_place(n, list);
  (void)state;
  check_apart(n, list, total);
  assert_int_equal(total, peak(n, list));
}

static void any_lifetimes_are_kept_apart(void **state)
{
  enum { N = 24 };
  (void)state;
  for (size_t k = 0; k < 50; k++) {
    const float *x = test_random(k, 3 * N);
    cst_lifetime list[N];
    for (size_t i = 0; i < N; i++) {
      const size_t born = (size_t)(10.0f + 3.0f * x[3 * i]);
      list[i] = (cst_lifetime){(size_t)(500.0f + 90.0f * x[3 * i + 1]), born,
                               born + (size_t)(4.0f + x[3 * i + 2]), 0};
    }
    check_apart(N, list, cst_lifetimes_place(N, list));
  }
}

static void none_take_nothing(void **state)
{
  (void)state;
  assert_int_equal(cst_lifetimes_place(0, NULL), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(the_paper_s_network_takes_what_it_must, test_release),
      cmocka_unit_test_teardown(any_lifetimes_are_kept_apart, test_release),
      cmocka_unit_test(none_take_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
