/* Gains of bands, and crops, against their definitions. */
#include "cassette/augment.h"
#include "clip.h"

#include <math.h>
#include <string.h>

enum { T = 9, M = 64, N = T * M, VIEWS = 2000, NARROWEST = M / 12 };

/* The gain of each band, which must be that of all frames. */
static void gains_of(const float *x, const float *y, double *gain)
{
  for (size_t m = 0; m < M; m++) {
    gain[m] = (double)y[m] - (double)x[m];
    for (size_t t = 1; t < T; t++)
      assert_near((double)y[t * M + m] - (double)x[t * M + m], gain[m], 1e-5, "gain of a frame");
  }
}

static float *quiet_clip(void)
{
  float *x = made_clip(1, N);
  for (size_t i = 0; i < N; i++) x[i] *= 0.3f;
  return x;
}

static void steps_are_three_to_six_bands_of_one_gain_each(void **state)
{
  (void)state;
  const float *x = quiet_clip();
  float *y = test_zeros(N);
  size_t count[7] = {0};
  double gain[M], lowest = 0.0, highest = 0.0;
  const cst_view_spec spec = view_of(CST_TRANSFORM_FILTER_STEP, -6.0, 6.0, 1);
  for (uint64_t step = 0; step < VIEWS; step++) {
    const cst_random_key key = view_key(step, 1);
    size_t bands = 1, first = 0;
    made_view(&spec, &key, T, M, x, NULL, NULL, y);
    gains_of(x, y, gain);
    for (size_t m = 1; m < M; m++)
      if (fabs(gain[m] - gain[m - 1]) > 1e-4) {
        assert_true(m - first >= NARROWEST);
        first = m;
        bands++;
      }
    assert_true(M - first >= NARROWEST && bands >= 3 && bands <= 6);
    count[bands]++;
    for (size_t m = 0; m < M; m++) {
      lowest = fmin(lowest, gain[m]);
      highest = fmax(highest, gain[m]);
    }
  }
  for (size_t k = 3; k <= 6; k++) assert_near((double)count[k] / VIEWS, 0.25, 0.05, "bands");
  assert_true(lowest > -6.0001 && lowest < -5.9 && highest < 6.0001 && highest > 5.9);
}

/* Slopes change where bands meet, and there alone. */
static void lines_are_three_to_six(void **state)
{
  (void)state;
  const float *x = quiet_clip();
  float *y = test_zeros(N);
  size_t count[7] = {0};
  double gain[M];
  const cst_view_spec spec = view_of(CST_TRANSFORM_FILTER_LINEAR, -6.0, 6.0, 1);
  for (uint64_t step = 0; step < VIEWS; step++) {
    const cst_random_key key = view_key(step, 1);
    size_t lines = 1, last = 0;
    made_view(&spec, &key, T, M, x, NULL, NULL, y);
    gains_of(x, y, gain);
    for (size_t m = 1; m + 1 < M; m++)
      if (fabs(gain[m + 1] - 2.0 * gain[m] + gain[m - 1]) > 1e-4) {
        assert_true(m - last >= NARROWEST);
        last = m;
        lines++;
      }
    assert_true(lines <= 6);
    count[lines]++;
    for (size_t m = 0; m < M; m++) assert_true(fabs(gain[m]) <= 6.0001);
  }
  for (size_t k = 3; k <= 6; k++) assert_near((double)count[k] / VIEWS, 0.25, 0.05, "lines");
}

/* One of the recorders, evenly, to the share that was drawn. */
static void a_response_adds_a_recorders_gains(void **state)
{
  (void)state;
  enum { RECORDERS = 3 };
  const float *x = quiet_clip();
  float *y = test_zeros(N), *gains = made_clip(7, RECORDERS * M), *scratch = test_zeros(N);
  size_t count[RECORDERS] = {0};
  double gain[M];
  cst_view_context context = {.T = T,
                              .M = M,
                              .silence_db = -100.0,
                              .top_db = 80.0,
                              .scratch = scratch,
                              .responses = gains,
                              .n_responses = RECORDERS};
  const cst_view_spec spec = view_of(CST_TRANSFORM_RESPONSES, 0.5, 1.0, 1);
  for (size_t i = 0; i < RECORDERS * M; i++) gains[i] = 0.2f * (gains[i] + 40.0f); /* -8 to 8 dB */
  for (uint64_t step = 0; step < VIEWS; step++) {
    const cst_random_key key = view_key(step, 1);
    size_t found = 0;
    cst_view_make(&spec, &key, &context, x, y);
    gains_of(x, y, gain);
    for (size_t k = 0; k < RECORDERS; k++) {
      const double share = gain[0] / (double)gains[k * M];
      bool same = share > 0.4999 && share < 1.0001;
      for (size_t m = 0; m < M && same; m++)
        same = fabs(gain[m] - share * (double)gains[k * M + m]) < 1e-3;
      count[k] += same;
      found += same;
    }
    assert_int_equal(found, 1);
  }
  for (size_t k = 0; k < RECORDERS; k++)
    assert_near((double)count[k] / VIEWS, 1.0 / 3.0, 0.055, "recorder");
  context.n_responses = 0;
  const cst_random_key key = view_key(1, 1);
  cst_view_make(&spec, &key, &context, x, y);
  assert_memory_equal(x, y, N * sizeof *x);
}

static void a_crop_repeats_a_part(void **state)
{
  (void)state;
  enum { FRAMES = 20 };
  float x[FRAMES], y[FRAMES];
  size_t widths[FRAMES + 1] = {0};
  bool begins[FRAMES] = {false};
  const cst_view_spec spec = view_of(CST_TRANSFORM_CROP, 0.25, 0.5, 1); /* 5 to 10 frames */
  for (size_t t = 0; t < FRAMES; t++) x[t] = -(float)t;
  for (uint64_t step = 0; step < VIEWS; step++) {
    const cst_random_key key = view_key(step, 1);
    made_view(&spec, &key, FRAMES, 1, x, NULL, NULL, y);
    const size_t first = (size_t)-y[0];
    size_t width = 1;
    while (first + width < FRAMES && y[width] == x[first + width]) width++;
    for (size_t t = 0; t < FRAMES; t++) assert_true(y[t] == x[first + t % width]);
    widths[width]++;
    begins[first] = true;
  }
  for (size_t w = 1; w <= FRAMES; w++)
    assert_near((double)widths[w] / VIEWS, w >= 5 && w <= 10 ? 1.0 / 6.0 : 0.0,
                w >= 5 && w <= 10 ? 0.04 : 0.0, "width");
  for (size_t t = 0; t <= FRAMES - 5; t++) assert_true(begins[t]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(steps_are_three_to_six_bands_of_one_gain_each, test_release),
      cmocka_unit_test_teardown(lines_are_three_to_six, test_release),
      cmocka_unit_test_teardown(a_response_adds_a_recorders_gains, test_release),
      cmocka_unit_test(a_crop_repeats_a_part),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
