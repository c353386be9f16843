/* Sums that threads add to at once are those of one thread, to the bit, whatever the stripes they
 * cross. */
#include "stripes.h"
#include "support/test_support.h"

#include <pthread.h>

enum { SUMS = 3 * 4096 + 77, TURNS = 6 * 40 /* long enough to meet */, THREADS = 5 };

typedef struct {
  const cst_stripes *stripes;
  cst_exact *sum;
  const float *x;
  const double *y;
  size_t first, step; /* turns of this thread */
} share;

/* Turn k adds to ranges that begin and end within stripes. */
static void *add_turns(void *argument)
{
  const share *me = argument;
  for (size_t k = me->first; k < TURNS; k += me->step) {
    const size_t first = 911 * (k % 6);
    cst_stripes_add_f32(me->stripes, me->sum, first, SUMS - 2 * first, me->x + k);
    cst_stripes_add_f64(me->stripes, me->sum, first / 2, 1 + k, me->y);
  }
  return NULL;
}

static double *total(size_t threads)
{
  const float *x = test_random(3, SUMS + TURNS);
  double *y = test_zeros_f64(TURNS), *out = test_zeros_f64(SUMS);
  share shares[THREADS];
  pthread_t ids[THREADS];
  cst_stripes stripes;
  cst_exact *sum = NULL;

  for (size_t i = 0; i < TURNS; i++) y[i] = (double)x[i] / 3.0;
  assert_ok(cst_stripes_make(SUMS, &stripes));
  assert_ok(cst_exact_create(SUMS, &sum));
  for (size_t t = 0; t < threads; t++) {
    shares[t] = (share){&stripes, sum, x, y, t, threads};
    assert_int_equal(pthread_create(&ids[t], NULL, add_turns, &shares[t]), 0);
  }
  for (size_t t = 0; t < threads; t++) pthread_join(ids[t], NULL);
  cst_exact_total(sum, cst_comm_self(), out, NULL);
  cst_exact_destroy(&sum);
  cst_stripes_reset(&stripes);
  return out;
}

static void threads_do_not_change_a_bit(void **state)
{
  const double *want = total(1);
  (void)state;
  assert_true(want[0] != 0.0 && want[SUMS - 1] != 0.0);
  for (size_t round = 0; round < 8; round++)
    assert_memory_equal(total(2 + round % (THREADS - 1)), want, SUMS * sizeof *want);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(threads_do_not_change_a_bit, test_release)};
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
