/* Step times: what a rank waits for others is not its own; the slowest rank is named. */
#include "support/test_support.h"

#include "cassette/clock.h"
#include "cassette/step_times.h"

#include <math.h>
#include <string.h>

static cst_comm *comm;

/* A step of @p own_s seconds of work on this rank, and whatever waiting the barrier costs. */
static void step(cst_step_times *times, double own_s)
{
  cst_step_times_begin(times);
  const double before_s = cst_comm_wait_s();
  cst_comm_barrier(comm);
  cst_step_times_end(times, own_s + cst_comm_wait_s() - before_s);
}

static double at(const cst_json *list, size_t i)
{
  return cst_json_number(cst_json_at(list, i), -1.0);
}

static void each_rank_has_its_own_work(void **state)
{
  (void)state;
  const int rank = cst_comm_rank(comm), size = cst_comm_size(comm);
  cst_step_times times = {0};
  step(&times, 1.0 + rank);
  step(&times, 3.0 + rank);
  step(&times, 2.0 + rank);
  cst_json *json = cst_step_times_take(&times, comm);
  const cst_json *ranks = cst_json_get(json, "ranks");
  assert_int_equal(cst_json_size(ranks), size);
  for (int r = 0; r < size; r++) {
    const cst_json *one = cst_json_at(ranks, (size_t)r);
    assert_near(at(one, 0), 1.0 + r, 1e-9, "min");
    assert_near(at(one, 1), 2.0 + r, 1e-9, "mean");
    assert_near(at(one, 2), 3.0 + r, 1e-9, "max");
  }
  assert_near(cst_json_get_number(json, "min", -1), 2.0, 1e-9, "least mean");
  assert_near(cst_json_get_number(json, "mean", -1), 2.0 + (size - 1) / 2.0, 1e-9, "mean of means");
  assert_near(cst_json_get_number(json, "max", -1), 1.0 + size, 1e-9, "largest mean");
  assert_int_equal(cst_json_get_integer(json, "slowest_rank", -1), size - 1);
  assert_string_equal(cst_json_get_string(json, "slowest_host", ""), cst_comm_host());
  cst_json_destroy(&json);

  /* the next epoch begins anew */
  step(&times, 5.0);
  json = cst_step_times_take(&times, comm);
  assert_near(cst_json_get_number(json, "max", -1), 5.0, 1e-9, "of the second epoch");
  cst_json_destroy(&json);
}

/* While one rank works, the others wait: that time is inside MPI. */
static void waiting_is_counted(void **state)
{
  (void)state;
  const double before_s = cst_comm_wait_s(), began_s = cst_now_s();
  if (cst_comm_rank(comm) == 0)
    while (cst_now_s() - began_s < 0.3) {
    }
  cst_comm_barrier(comm);
  if (cst_comm_rank(comm) > 0) assert_true(cst_comm_wait_s() - before_s > 0.2);
  assert_true(cst_comm_wait_s() - before_s <= cst_now_s() - began_s);
  cst_comm_barrier(comm);
}

static void no_steps_are_null(void **state)
{
  (void)state;
  cst_step_times times = {0};
  cst_json *json = cst_step_times_take(&times, comm);
  assert_true(isnan(cst_json_get_number(json, "max", 0.0)));
  cst_json_destroy(&json);
}

int main(int argc, char **argv)
{
  if (cst_comm_init(&argc, &argv, &comm) != CST_OK) return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_rank_has_its_own_work),
      cmocka_unit_test(waiting_is_counted),
      cmocka_unit_test(no_steps_are_null),
  };
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  cst_comm_finalize(&comm);
  return failed != 0;
}
