/*
 * The bits of a clip's results are the same whichever thread computes them, beside whatever else:
 * each method computes some clips on one thread, then on three at once.
 */
#include "conv_check.h"

#include <pthread.h>

enum { CLIPS = 6, THREADS = 3 };

typedef struct {
  cst_conv *plan;
  shape s;
  const float *prepared, *x, *dy;
  float *results; /* [CLIPS][y, dx, dw] */
  size_t first, step;
} share;

static size_t clip_results(const shape *s) { return outputs(s) + inputs(s) + weights(s); }

static void *work_on(void *argument)
{
  const share *me = argument;
  const shape *s = &me->s;
  float *work = cst_alloc(cst_conv_work_floats(me->plan), sizeof *work);

  for (size_t i = me->first; work && i < CLIPS; i += me->step) {
    const float *x = me->x + i * inputs(s), *dy = me->dy + i * outputs(s);
    float *y = me->results + i * clip_results(s), *dx = y + outputs(s), *dw = dx + inputs(s);
    cst_conv_forward(me->plan, me->prepared, x, y, work);
    cst_conv_backward_data(me->plan, me->prepared, dy, dx, work);
    cst_conv_backward_weights(me->plan, x, dy, dw, work);
  }
  cst_free(work);
  return NULL;
}

static float *run_on(size_t threads, share job)
{
  share shares[THREADS];
  pthread_t ids[THREADS];

  job.results = poisoned(CLIPS * clip_results(&job.s));
  for (size_t t = 0; t < threads; t++) {
    shares[t] = job;
    shares[t].first = t;
    shares[t].step = threads;
    assert_int_equal(pthread_create(&ids[t], NULL, work_on, &shares[t]), 0);
  }
  for (size_t t = 0; t < threads; t++) pthread_join(ids[t], NULL);
  return job.results;
}

static void check_method(cst_conv_method method, shape s)
{
  share job = {.s = s};
  float *prepared;

  assert_ok(cst_conv_create(s.H, s.W, s.C, s.K, method, &job.plan));
  prepared = test_zeros(cst_conv_prepared_floats(job.plan));
  cst_conv_prepare(job.plan, test_random(1, weights(&s)), prepared);
  job.prepared = prepared;
  job.x = test_random(2, CLIPS * inputs(&s));
  job.dy = test_random(3, CLIPS * outputs(&s));
  assert_memory_equal(run_on(1, job), run_on(THREADS, job),
                      CLIPS * clip_results(&s) * sizeof(float));
  cst_conv_destroy(&job.plan);
  test_release(NULL);
}

static void bits_do_not_depend_on_threads(void **state)
{
  (void)state;
  check_method(CST_CONV_BY_WINOGRAD, (shape){45, 31, 33, 40});
  check_method(CST_CONV_BY_IM2COL, (shape){45, 31, 33, 40});
  check_method(CST_CONV_BY_DIRECT, (shape){101, 64, 1, 64});
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(bits_do_not_depend_on_threads)};
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
