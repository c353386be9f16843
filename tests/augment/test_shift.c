/* A shift along frequency against its definition. */
#include "clip.h"

enum { T = 6, M = 20, N = T * M, VIEWS = 2000, LIMIT = 3 };

/* By how many bands @p y lies above x; everything of it must. */
static int shift_of(const float *x, const float *y)
{
  for (int up = 1 - M; up < M; up++) {
    bool all = true;
    for (int t = 0; t < T; t++)
      for (int m = 0; m < M; m++) {
        const int from = m - up < 0 ? 0 : m - up < M ? m - up : M - 1;
        all = all && y[t * M + m] == x[t * M + from];
      }
    if (all) return up;
  }
  fail_msg("no shift");
  return 0;
}

static void whole_bands_within_the_limits_and_each_as_often(void **state)
{
  (void)state;
  float *x = made_clip(1, N), *y = test_zeros(N);
  for (int i = 0; i < N; i++) x[i] *= 0.3f; /* above any floor */
  size_t count[2 * LIMIT + 1] = {0};
  const cst_view_spec spec = view_of(CST_TRANSFORM_SHIFT, -0.15, 0.15, 1); /* of 20 bands: 3 */
  for (uint64_t step = 0; step < VIEWS; step++) {
    const cst_random_key key = view_key(step, 1);
    made_view(&spec, &key, T, M, x, NULL, NULL, y);
    const int up = shift_of(x, y);
    assert_in_range(up + LIMIT, 0, 2 * LIMIT);
    count[up + LIMIT]++;
  }
  for (int k = 0; k <= 2 * LIMIT; k++)
    assert_near((double)count[k] / VIEWS, 1.0 / (2 * LIMIT + 1), 0.04, "share of a shift");
}

/* Of the highest bands nothing is left, and the lowest is there three times. */
static void nothing_is_left_of_what_moved_out(void **state)
{
  (void)state;
  float x[M], y[M];
  for (int m = 0; m < M; m++) x[m] = m < 5 ? -80.0f : -60.0f;
  x[M - 1] = x[M - 2] = 0.0f;
  const cst_view_spec spec = view_of(CST_TRANSFORM_SHIFT, 0.1, 0.1, 1); /* always 2 */
  const cst_random_key key = view_key(1, 1);
  made_view(&spec, &key, 1, M, x, NULL, NULL, y);
  for (int m = 0; m < M; m++) assert_true(y[m] == (m < 7 ? -80.0f : -60.0f));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(whole_bands_within_the_limits_and_each_as_often, test_release),
      cmocka_unit_test_teardown(nothing_is_left_of_what_moved_out, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
