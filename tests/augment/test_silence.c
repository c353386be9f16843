/* Occlusion, stretch and cut-out against their definitions; the floor after each. */
#include "cassette/augment.h"
#include "clip.h"

#include <math.h>
#include <string.h>

enum { T = 40, M = 12, N = T * M, VIEWS = 2000 };

/* Largest of [n]. */
static float peak(size_t n, const float *x)
{
  float most = x[0];
  for (size_t i = 1; i < n; i++) most = fmaxf(most, x[i]);
  return most;
}

static float floor_of(size_t n, const float *x) { return (float)((double)peak(n, x) - 80.0); }

/* A clip whose values all lie above any floor: what changed was silenced. */
static float *lively_clip(uint64_t seed)
{
  float *x = made_clip(seed, N);
  for (size_t i = 0; i < N; i++) x[i] = 0.3f * x[i];
  return x;
}

static void an_occlusion_silences_one_stretch_of_time(void **state)
{
  (void)state;
  const float *x = lively_clip(1);
  float *y = test_zeros(N);
  size_t widths[T + 1] = {0};
  bool ever[T] = {false};
  const cst_view_spec spec = view_of(CST_TRANSFORM_OCCLUSION, 0.1, 0.25, 1); /* 4 to 10 of 40 */
  for (uint64_t step = 0; step < VIEWS; step++) {
    const cst_random_key key = view_key(step, 1);
    size_t width = 0, starts = 0;
    made_view(&spec, &key, T, M, x, NULL, NULL, y);
    bool before = false;
    for (size_t t = 0; t < T; t++) {
      const bool silent = y[t * M] != x[t * M];
      for (size_t m = 0; m < M; m++)
        assert_true(y[t * M + m] == (silent ? floor_of(N, y) : x[t * M + m]));
      width += silent;
      starts += silent && !before;
      ever[t] |= silent;
      before = silent;
    }
    assert_int_equal(starts, 1);
    widths[width]++;
  }
  for (size_t w = 0; w <= T; w++)
    assert_near((double)widths[w] / VIEWS, w >= 4 && w <= 10 ? 1.0 / 7.0 : 0.0,
                w >= 4 && w <= 10 ? 0.04 : 0.0, "width");
  for (size_t t = 0; t < T; t++) assert_true(ever[t]);
}

/* Which rectangle of @p y is silent; every other value must be that of x. */
static void silent_part(const float *x, const float *y, size_t *frames, size_t *bands)
{
  bool t_in[T] = {false}, m_in[M] = {false};
  for (size_t i = 0; i < N; i++)
    if (y[i] != x[i]) t_in[i / M] = m_in[i % M] = true;
  *frames = *bands = 0;
  for (size_t t = 0; t < T; t++) *frames += t_in[t];
  for (size_t m = 0; m < M; m++) *bands += m_in[m];
  for (size_t t = 1; t + 1 < T; t++) assert_false(!t_in[t] && t_in[t - 1] && t_in[t + 1]);
  for (size_t i = 0; i < N; i++)
    if (t_in[i / M] && m_in[i % M]) assert_true(y[i] == floor_of(N, y));
}

static void a_cut_out_silences_one_rectangle(void **state)
{
  (void)state;
  const float *x = lively_clip(1);
  float *y = test_zeros(N);
  size_t tall[T + 1] = {0}, wide[M + 1] = {0};
  const cst_view_spec spec =
      view_of(CST_TRANSFORM_CUTOUT, 0.25, 0.5, 1); /* 10-20 of 40, 3-6 of 12 */
  for (uint64_t step = 0; step < VIEWS; step++) {
    const cst_random_key key = view_key(step, 1);
    size_t frames, bands;
    made_view(&spec, &key, T, M, x, NULL, NULL, y);
    silent_part(x, y, &frames, &bands);
    tall[frames]++;
    wide[bands]++;
  }
  for (size_t w = 0; w <= T; w++)
    assert_near((double)tall[w] / VIEWS, w >= 10 && w <= 20 ? 1.0 / 11.0 : 0.0,
                w >= 10 && w <= 20 ? 0.035 : 0.0, "frames");
  for (size_t w = 0; w <= M; w++)
    assert_near((double)wide[w] / VIEWS, w >= 3 && w <= 6 ? 0.25 : 0.0,
                w >= 3 && w <= 6 ? 0.05 : 0.0, "bands");
}

/* Frame j of the clip at @p length frames, in double. */
static double stretched(const float *x, size_t length, size_t j, size_t m)
{
  const double at = fmin(fmax(((double)j + 0.5) * T / (double)length - 0.5, 0.0), T - 1.0);
  const size_t a = (size_t)floor(at), b = a + 1 < T ? a + 1 : a;
  return (1.0 - (at - (double)a)) * (double)x[a * M + m] + (at - (double)a) * (double)x[b * M + m];
}

/* Whether y is the clip at @p length frames, its frame @p first at frame @p at of the view. */
static bool is_stretched(const float *x, const float *y, size_t length, size_t first, size_t at)
{
  const size_t kept = length < T ? length : T;
  for (size_t t = 0; t < T; t++)
    for (size_t m = 0; m < M; m++) {
      const bool sounds = t >= at && t < at + kept;
      const double want = sounds ? stretched(x, length, first + t - at, m) : (double)floor_of(N, y);
      if (fabs((double)y[t * M + m] - want) > 1e-5) return false;
    }
  return true;
}

/* Every view is the clip at some length and place; lengths and places are even. */
static void a_stretch_resamples_then_pads_or_crops(void **state)
{
  (void)state;
  enum { SHORTEST = 36, LONGEST = 44 }; /* .9 and 1.1 of 40 */
  const float *x = lively_clip(1);
  float *y = test_zeros(N);
  size_t count[LONGEST + 1][5] = {{0}};
  const cst_view_spec spec = view_of(CST_TRANSFORM_STRETCH, 0.9, 1.1, 1);
  for (uint64_t step = 0; step < VIEWS; step++) {
    const cst_random_key key = view_key(step, 1);
    size_t found = 0;
    made_view(&spec, &key, T, M, x, NULL, NULL, y);
    for (size_t length = SHORTEST; length <= LONGEST; length++)
      for (size_t place = 0; place <= (length < T ? T - length : length - T); place++)
        if (is_stretched(x, y, length, length < T ? 0 : place, length < T ? place : 0)) {
          found++;
          count[length][place]++;
        }
    assert_int_equal(found, 1);
  }
  for (size_t length = SHORTEST; length <= LONGEST; length++) { /* the ends round half as often */
    const double share = length == SHORTEST || length == LONGEST ? 1.0 / 16.0 : 1.0 / 8.0;
    const size_t places = 1 + (length < T ? T - length : length - T);
    size_t all = 0;
    for (size_t place = 0; place < places; place++) {
      all += count[length][place];
      assert_true(count[length][place] > 0);
    }
    assert_near((double)all / VIEWS, share, 0.04, "length");
  }
}

/* From torch: interpolate(tensor([[[-1., -4., -2.]]]), size=5, mode="linear"), and size=2. */
static void a_stretch_is_the_linear_interpolation_of_pytorch(void **state)
{
  (void)state;
  const float x[3] = {-1.0f, -4.0f, -2.0f};
  const float longer[5] = {-1.0f, -2.2f, -4.0f, -2.8f, -2.0f}, shorter[2] = {-1.75f, -2.5f};
  float y[3];
  bool met[3] = {false};
  cst_view_spec spec = view_of(CST_TRANSFORM_STRETCH, 5.0 / 3.0, 5.0 / 3.0, 1);
  for (uint64_t step = 0; step < 50; step++) {
    const cst_random_key key = view_key(step, 1);
    made_view(&spec, &key, 3, 1, x, NULL, NULL, y);
    for (size_t first = 0; first < 3; first++) {
      bool same = true;
      for (size_t t = 0; t < 3; t++) same = same && fabsf(y[t] - longer[first + t]) < 1e-6f;
      met[first] |= same;
    }
  }
  assert_true(met[0] && met[1] && met[2]);
  spec = view_of(CST_TRANSFORM_STRETCH, 2.0 / 3.0, 2.0 / 3.0, 1);
  for (uint64_t step = 0; step < 20; step++) {
    const cst_random_key key = view_key(step, 1);
    made_view(&spec, &key, 3, 1, x, NULL, NULL, y);
    const size_t at = y[0] == -81.75f;
    for (size_t t = 0; t < 2; t++)
      assert_near((double)y[at + t], (double)shorter[t], 1e-6, "frame");
    assert_true(y[at ? 0 : 2] == -81.75f);
  }
}

/* A frame 90 dB above the others hides them; without it the floor follows. */
static void the_floor_follows_the_loudest_that_is_left(void **state)
{
  (void)state;
  float x[4], y[4];
  const cst_view_spec spec = view_of(CST_TRANSFORM_OCCLUSION, 0.25, 0.25, 1);
  bool met = false;
  for (uint64_t step = 0; step < 50; step++) {
    const cst_random_key key = view_key(step, 1);
    for (size_t t = 0; t < 4; t++) x[t] = t == 2 ? 0.0f : -80.0f;
    made_view(&spec, &key, 4, 1, x, NULL, NULL, y);
    if (y[2] == 0.0f) continue;
    met = true; /* silence is -100 dB, the floor lies at -160 */
    for (size_t t = 0; t < 4; t++) assert_true(y[t] == (t == 2 ? -100.0f : -80.0f));
  }
  assert_true(met);
}

/* Whatever the values, none of a view lies more than 80 dB below its largest. */
static void no_view_goes_below_its_floor(void **state)
{
  (void)state;
  float *x = made_clip(3, N), *y = test_zeros(N);
  for (size_t i = 0; i < N; i++) x[i] = fmaxf(x[i], floor_of(N, x));
  for (size_t k = 0; cst_view_presets[k]; k++)
    for (uint64_t step = 0; step < 200; step++) {
      const cst_random_key key = view_key(step, 1);
      made_view(cst_view_preset(cst_view_presets[k], step % 2 ? "strong" : "weak"), &key, T, M, x,
                NULL, NULL, y);
      for (size_t i = 0; i < N; i++) assert_true(y[i] >= floor_of(N, y));
    }
}

/* Shares of 0 take part and change nothing. */
static void nothing_silenced_changes_no_bit(void **state)
{
  (void)state;
  float *x = made_clip(1, N), *y = test_zeros(N);
  for (size_t i = 0; i < N; i++) x[i] = fmaxf(x[i], floor_of(N, x));
  cst_view_spec spec = view_of(CST_TRANSFORM_OCCLUSION, 0.0, 0.0, 1);
  spec.transform[CST_TRANSFORM_STRETCH] = (cst_transform){1.0, 1.0, 1.0, 1};
  spec.transform[CST_TRANSFORM_CUTOUT] = (cst_transform){1.0, 0.0, 0.0, 1};
  for (uint64_t step = 0; step < 20; step++) {
    const cst_random_key key = view_key(step, 1);
    made_view(&spec, &key, T, M, x, NULL, NULL, y);
    assert_memory_equal(x, y, N * sizeof *x);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(an_occlusion_silences_one_stretch_of_time, test_release),
      cmocka_unit_test_teardown(a_cut_out_silences_one_rectangle, test_release),
      cmocka_unit_test_teardown(a_stretch_resamples_then_pads_or_crops, test_release),
      cmocka_unit_test_teardown(a_stretch_is_the_linear_interpolation_of_pytorch, test_release),
      cmocka_unit_test_teardown(the_floor_follows_the_loudest_that_is_left, test_release),
      cmocka_unit_test_teardown(no_view_goes_below_its_floor, test_release),
      cmocka_unit_test_teardown(nothing_silenced_changes_no_bit, test_release),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
