/* Views against what a roll, a gain and a mask are. */
#include "cassette/augment.h"
#include "cassette/file.h"
#include "clip.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { T = 20, M = 12, N = T * M, VIEWS = 2000 };

static const cst_view_spec nothing;
static const cst_view_spec weak = {{[CST_TRANSFORM_ROLL] = {.p = 1.0, .low = -1.0, .high = 1.0},
                                    [CST_TRANSFORM_GAIN] = {.p = 1.0, .low = -6.0, .high = 6.0}}};
static const cst_view_spec everything = {
    {[CST_TRANSFORM_OCCLUSION] = {.p = 0.5, .high = 0.2},
     [CST_TRANSFORM_STRETCH] = {.p = 0.5, .low = 0.5, .high = 1.5},
     [CST_TRANSFORM_CROP] = {.p = 0.5, .low = 0.3, .high = 1.0},
     [CST_TRANSFORM_ROLL] = {.p = 1.0, .low = -1.0, .high = 1.0},
     [CST_TRANSFORM_BACKGROUND] = {.p = 0.5, .low = 0.0, .high = 20.0},
     [CST_TRANSFORM_FILTER_LINEAR] = {.p = 0.5, .low = -6.0, .high = 6.0},
     [CST_TRANSFORM_FILTER_STEP] = {.p = 0.5, .low = -6.0, .high = 6.0},
     [CST_TRANSFORM_NOISE] = {.p = 0.5, .low = 0.0, .high = 30.0},
     [CST_TRANSFORM_GAIN] = {.p = 1.0, .low = -6.0, .high = 6.0},
     [CST_TRANSFORM_MIXSTYLE] = {.p = 1.0, .low = 0.4, .high = 0.4},
     [CST_TRANSFORM_CUTOUT] = {.p = 0.5, .low = 0.1, .high = 0.3},
     [CST_TRANSFORM_TIME_MASKS] = {.p = 1.0, .high = 0.2, .count = 2},
     [CST_TRANSFORM_FREQ_MASKS] = {.p = 1.0, .high = 0.25, .count = 2}}};

static void view(const cst_view_spec *spec, uint64_t step, const float *x, float *out)
{
  const cst_random_key key = view_key(step, 3);
  made_view(spec, &key, T, M, x, NULL, NULL, out);
}

/* The shift to the right that makes frame 0 of x a frame of y; all frames must agree with it. */
static size_t shift_of(const float *x, const float *y)
{
  size_t shift = 0;
  while (shift < T && memcmp(x, y + shift * M, M * sizeof *x) != 0) shift++;
  assert_true(shift < T);
  for (size_t t = 0; t < T; t++)
    assert_memory_equal(x + t * M, y + (t + shift) % T * M, M * sizeof *x);
  return shift;
}

static void an_empty_spec_changes_no_bit(void **state)
{
  (void)state;
  float *x = made_clip(1, N), *y = test_zeros(N);
  double mean[M], std[M];
  x[5] = -0.0f;
  x[N - 1] = 1e-42f; /* subnormal */
  cst_augment_statistics(T, M, made_clip(2, N), mean, std);
  for (uint64_t step = 0; step < 10; step++) {
    const cst_random_key key = view_key(step, 1);
    made_view(&nothing, &key, T, M, x, mean, std, y);
    assert_memory_equal(x, y, N * sizeof *x);
  }
}

/* Counts of shifts -limit..limit, each within five deviations of its even share. */
static void check_shifts(double roll, size_t limit, size_t shifts)
{
  const float *x = made_clip(1, N);
  float *y = test_zeros(N);
  size_t count[T] = {0};
  const cst_view_spec spec = view_of(CST_TRANSFORM_ROLL, -roll, roll, 1);
  for (uint64_t step = 0; step < VIEWS; step++) {
    const cst_random_key key = view_key(step, 1);
    made_view(&spec, &key, T, M, x, NULL, NULL, y);
    count[shift_of(x, y)]++;
  }
  const double share = 1.0 / (double)shifts, spread = sqrt(VIEWS * share * (1.0 - share));
  for (size_t s = 0; s < T; s++) {
    const bool allowed = s <= limit || s + limit >= T;
    if (!allowed) assert_int_equal(count[s], 0);
    if (allowed) assert_true(fabs((double)count[s] - VIEWS * share) <= 5.0 * spread);
  }
}

static void a_roll_moves_whole_frames_within_its_limit(void **state)
{
  (void)state;
  check_shifts(0.15, 3, 7); /* .15 * 20 is 3, whichever way it rounds */
  check_shifts(0.19, 3, 7);
  check_shifts(0.5, T, T);
  check_shifts(1.0, T, T);
}

/* .29 * 100 is 28.999999999999996 in double. */
static void a_share_means_the_frames_it_says(void **state)
{
  (void)state;
  enum { FRAMES = 100 };
  const cst_view_spec spec = view_of(CST_TRANSFORM_ROLL, -0.29, 0.29, 1);
  float x[FRAMES] = {1.0f}, y[FRAMES];
  size_t furthest = 0;
  for (uint64_t step = 0; step < VIEWS; step++) {
    const cst_random_key key = view_key(step, 1);
    size_t at = 0;
    made_view(&spec, &key, FRAMES, 1, x, NULL, NULL, y);
    while (y[at] != 1.0f) at++;
    if (at < FRAMES / 2 && at > furthest) furthest = at;
  }
  assert_int_equal(furthest, 29);
}

static void a_gain_moves_all_bins_alike_and_evenly(void **state)
{
  (void)state;
  const float *x = made_clip(1, N);
  float *y = test_zeros(N);
  const cst_view_spec spec = view_of(CST_TRANSFORM_GAIN, -6.0, 6.0, 1);
  double sum = 0.0, square = 0.0;
  for (uint64_t step = 0; step < VIEWS; step++) {
    const cst_random_key key = view_key(step, 1);
    made_view(&spec, &key, T, M, x, NULL, NULL, y);
    const double gain = (double)y[0] - (double)x[0];
    assert_true(fabs(gain) <= 6.00001);
    for (size_t i = 0; i < N; i++)
      assert_near((double)y[i] - (double)x[i], gain, 1e-5, "gain of a bin");
    sum += gain;
    square += gain * gain;
  }
  assert_true(fabs(sum / VIEWS) < 5.0 * sqrt(12.0 / VIEWS)); /* variance of a uniform: 6^2 / 3 */
  assert_true(fabs(square / VIEWS - 12.0) < 5.0 * sqrt(115.2 / VIEWS)); /* 6^4 (1/5 - 1/9) */
}

/* Which frames and bands of y are wholly `fill`; every changed bin must lie in one of them. */
static void hidden_parts(const float *x, const float *y, float fill, bool *frames, bool *bands)
{
  for (size_t t = 0; t < T; t++) frames[t] = true;
  for (size_t m = 0; m < M; m++) bands[m] = true;
  for (size_t i = 0; i < N; i++)
    if (y[i] != fill) frames[i / M] = bands[i % M] = false;
  for (size_t i = 0; i < N; i++)
    if (!frames[i / M] && !bands[i % M]) assert_true(y[i] == x[i]);
}

/* Length of the one run of `true`; fails if there are two. */
static size_t run_of(const bool *hidden, size_t n)
{
  size_t length = 0, starts = 0;
  for (size_t i = 0; i < n; i++) {
    length += hidden[i];
    starts += hidden[i] && (i == 0 || !hidden[i - 1]);
  }
  assert_true(starts <= 1);
  return length;
}

static float mean_of_clip(const float *x)
{
  double sum = 0.0;
  for (size_t i = 0; i < N; i++) sum += (double)x[i];
  return (float)(sum / N);
}

static void one_mask_hides_one_band_by_the_mean(void **state)
{
  (void)state;
  const float *x = made_clip(1, N);
  const float fill = mean_of_clip(x);
  float *y = test_zeros(N);
  size_t widths_t[T + 1] = {0}, widths_m[M + 1] = {0};
  bool frames[T], bands[M], ever_t[T] = {false}, ever_m[M] = {false};
  cst_view_spec spec = view_of(CST_TRANSFORM_TIME_MASKS, 0.0, 0.2, 1);
  spec.transform[CST_TRANSFORM_FREQ_MASKS] = (cst_transform){1.0, 0.0, 0.25, 1};
  for (uint64_t step = 0; step < VIEWS; step++) {
    view(&spec, step, x, y);
    hidden_parts(x, y, fill, frames, bands);
    widths_t[run_of(frames, T)]++;
    widths_m[run_of(bands, M)]++;
    for (size_t t = 0; t < T; t++) ever_t[t] |= frames[t];
    for (size_t m = 0; m < M; m++) ever_m[m] |= bands[m];
  }
  /* widths 0..4 of 20 and 0..3 of 12, evenly; every place is reached */
  for (size_t w = 0; w <= T; w++)
    assert_near((double)widths_t[w] / VIEWS, w <= 4 ? 0.2 : 0.0, w <= 4 ? 0.05 : 0.0, "frames");
  for (size_t w = 0; w <= M; w++)
    assert_near((double)widths_m[w] / VIEWS, w <= 3 ? 0.25 : 0.0, w <= 3 ? 0.05 : 0.0, "bands");
  for (size_t t = 0; t < T; t++) assert_true(ever_t[t]);
  for (size_t m = 0; m < M; m++) assert_true(ever_m[m]);
}

static void more_masks_hide_more_within_the_sum_of_their_widths(void **state)
{
  (void)state;
  const float *x = made_clip(1, N);
  float *y = test_zeros(N);
  bool frames[T], bands[M], apart = false;
  const cst_view_spec spec = view_of(CST_TRANSFORM_TIME_MASKS, 0.0, 0.1, 3);
  for (uint64_t step = 0; step < VIEWS; step++) {
    size_t hidden = 0, starts = 0;
    view(&spec, step, x, y);
    hidden_parts(x, y, mean_of_clip(x), frames, bands);
    for (size_t t = 0; t < T; t++) {
      hidden += frames[t];
      starts += frames[t] && (t == 0 || !frames[t - 1]);
    }
    assert_true(hidden <= 6);
    assert_true(starts <= 3);
    apart |= starts == 3;
  }
  assert_true(apart);
}

/* An ablation compares like with like: a view without masks is what the masks of another hide. */
static void masks_hide_what_is_there_without_them(void **state)
{
  (void)state;
  const float *x = made_clip(1, N);
  float *bare = test_zeros(N), *y = test_zeros(N);
  bool frames[T], bands[M];
  cst_view_spec masked = weak;
  masked.transform[CST_TRANSFORM_TIME_MASKS] = everything.transform[CST_TRANSFORM_TIME_MASKS];
  masked.transform[CST_TRANSFORM_FREQ_MASKS] = everything.transform[CST_TRANSFORM_FREQ_MASKS];
  for (uint64_t step = 0; step < 100; step++) {
    view(&weak, step, x, bare);
    view(&masked, step, x, y);
    hidden_parts(bare, y, mean_of_clip(bare), frames, bands);
  }
}

static void the_key_alone_decides(void **state)
{
  (void)state;
  const float *x = made_clip(1, N);
  float *first = test_zeros(N), *again = test_zeros(N), *other = test_zeros(N);
  view(&everything, 1, x, first);
  for (uint64_t step = 2; step < 100; step++) {
    view(&everything, step, x, other);
    assert_memory_not_equal(first, other, N * sizeof *x);
  }
  view(&everything, 1, x, again);
  assert_memory_equal(first, again, N * sizeof *x);
}

/* Without its roll a view keeps its gain, without its time masks the bands that it hides. */
static void switching_one_transform_off_moves_no_other(void **state)
{
  (void)state;
  const float *x = made_clip(1, N);
  float *with = test_zeros(N), *without = test_zeros(N), *rolled = test_zeros(N);
  const cst_view_spec roll = view_of(CST_TRANSFORM_ROLL, -1.0, 1.0, 1);
  cst_view_spec no_roll = weak, no_time_masks = everything, no_masks;
  no_roll.transform[CST_TRANSFORM_ROLL].p = 0.0;
  no_time_masks.transform[CST_TRANSFORM_TIME_MASKS].p = 0.0;
  no_masks = no_time_masks;
  no_masks.transform[CST_TRANSFORM_FREQ_MASKS].p = 0.0;
  for (uint64_t step = 0; step < 20; step++) {
    view(&weak, step, x, with);
    view(&roll, step, x, rolled);
    view(&no_roll, step, rolled, without);
    assert_memory_equal(with, without, N * sizeof *x);
    view(&everything, step, x, with);
    view(&no_time_masks, step, x, without);
    view(&no_masks, step, x, rolled);
    for (size_t i = 0; i < N; i++) /* hidden without time masks: hidden with them */
      if (without[i] != rolled[i]) assert_true(with[i] == without[i]);
  }
}

/* Each transform has a coin of its own: all of 2^k outcomes are met, each evenly. */
static void chances_are_met_and_independent(void **state)
{
  (void)state;
  enum { OUTCOMES = 8 };
  const float x[2] = {-20.0f, -50.0f};
  float y[2];
  size_t count[OUTCOMES] = {0};
  cst_view_spec spec = {{[CST_TRANSFORM_ROLL] = {.p = 0.5, .low = 0.5, .high = 0.5},
                         [CST_TRANSFORM_GAIN] = {.p = 0.5, .low = 1.0, .high = 1.0},
                         [CST_TRANSFORM_OCCLUSION] = {.p = 0.5, .low = 1.0, .high = 1.0}}};
  for (uint64_t step = 0; step < VIEWS; step++) {
    const cst_random_key key = view_key(step, 3);
    made_view(&spec, &key, 2, 1, x, NULL, NULL, y);
    const bool occluded = y[0] == y[1];
    const bool rolled = occluded || y[0] < y[1], louder = y[0] != floorf(y[0] / 2) * 2;
    count[occluded << 2 | (!occluded && rolled) << 1 | louder]++;
  }
  for (size_t k = 0; k < OUTCOMES; k++) { /* a silent clip does not show its roll */
    const double share = k == 6 || k == 7 ? 0.0 : k >= 4 ? 0.25 : 0.125;
    assert_near((double)count[k] / VIEWS, share, 0.045, "share");
  }
}

static void every_transform_is_documented(void **state)
{
  (void)state;
  char *text = NULL, row[64];
  size_t bytes;
  assert_ok(cst_file_read(CST_TEST_DIR "/../docs/views.md", &text, &bytes));
  for (int kind = 0; kind < CST_TRANSFORMS; kind++) {
    snprintf(row, sizeof row, "\n| `%s` | ",
             cst_transform_get_info((cst_transform_kind)kind)->name);
    if (!strstr(text, row)) fail_msg("docs/views.md has no row %s", row + 1);
  }
  for (size_t k = 0; cst_view_presets[k]; k++) {
    snprintf(row, sizeof row, "\n| `%s` | ", cst_view_presets[k]);
    if (!strstr(text, row)) fail_msg("docs/views.md has no row %s", row + 1);
  }
  cst_free(text);
}

static void one_frame_or_one_band_will_do(void **state)
{
  (void)state;
  const size_t shapes[][2] = {{1, 1}, {1, 40}, {40, 1}};
  for (size_t s = 0; s < 3; s++) {
    const size_t t = shapes[s][0], m = shapes[s][1];
    const float *x = made_clip(1, t * m);
    float *y = test_zeros(t * m);
    double mean[40], std[40];
    cst_augment_statistics(t, m, made_clip(2, t * m), mean, std);
    for (uint64_t step = 0; step < 50; step++) {
      const cst_random_key key = view_key(step, 3);
      made_view(&everything, &key, t, m, x, mean, std, y);
      for (size_t i = 0; i < t * m; i++) assert_true(isfinite(y[i]));
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(an_empty_spec_changes_no_bit, test_release),
      cmocka_unit_test_teardown(a_roll_moves_whole_frames_within_its_limit, test_release),
      cmocka_unit_test(a_share_means_the_frames_it_says),
      cmocka_unit_test_teardown(a_gain_moves_all_bins_alike_and_evenly, test_release),
      cmocka_unit_test_teardown(one_mask_hides_one_band_by_the_mean, test_release),
      cmocka_unit_test_teardown(more_masks_hide_more_within_the_sum_of_their_widths, test_release),
      cmocka_unit_test_teardown(masks_hide_what_is_there_without_them, test_release),
      cmocka_unit_test_teardown(the_key_alone_decides, test_release),
      cmocka_unit_test_teardown(switching_one_transform_off_moves_no_other, test_release),
      cmocka_unit_test_teardown(chances_are_met_and_independent, test_release),
      cmocka_unit_test(every_transform_is_documented),
      cmocka_unit_test_teardown(one_frame_or_one_band_will_do, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
