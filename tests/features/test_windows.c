/* Windows against their definition over the whole signal, and their features against those of
 * clips that are cut out beforehand. */
#include "cassette/recording.h"
#include "cassette/windows.h"
#include "clip_fixture.h"
#include "cutter.h"

enum { MOST = 64, WINDOW = FRAMES * 100 };

/* The definition of windows.h for a whole signal. */
static size_t definition(uint64_t W, uint64_t H, uint64_t n, uint64_t (*out)[2])
{
  size_t k = 0;
  if (n < W + W / 10) {
    out[0][0] = 0;
    out[0][1] = n;
    return 1;
  }
  for (; k * H + W <= n; k++) {
    out[k][0] = k * H;
    out[k][1] = W;
  }
  const uint64_t heard = (k - 1) * H + W;
  if (H <= W && n > heard && n - heard >= W / 10) {
    out[k][0] = n - W;
    out[k++][1] = W;
  }
  return k;
}

static void check_cut(uint64_t W, uint64_t H, size_t n, size_t piece)
{
  uint64_t want[MOST][2], first, length;
  const float *samples;
  float x[1024];
  const size_t windows = definition(W, H, n, want);
  size_t k = 0, fed = 0;
  assert_true(windows <= MOST && n <= 1024);
  for (size_t i = 0; i < n; i++) x[i] = (float)i;
  cutter *c = &(cutter){0};
  cutter_begin(c, W, H);
  while (!c->over) {
    const size_t m = n - fed < piece ? n - fed : piece;
    assert_ok(cutter_add(c, x + fed, m));
    fed += m;
    c->over = m == 0;
    for (; cutter_next(c, &samples, &first, &length); k++) {
      if (k == windows || first != want[k][0] || length != want[k][1])
        fail_msg("W %d, H %d, n %zu: window %zu is [%d, +%d)", (int)W, (int)H, n, k, (int)first,
                 (int)length);
      assert_memory_equal(samples, x + first, (size_t)length * sizeof *x);
    }
  }
  if (k != windows)
    fail_msg("W %d, H %d, n %zu: %zu windows, not %zu", (int)W, (int)H, n, k, windows);
  assert_true(c->capacity <= 4 * (W + W / 10 + piece) + 4); /* however long the recording is */
  cutter_reset(c);
}

static void windows_are_as_defined(void **state)
{
  static const size_t pieces[] = {1, 7, 64, 1024};
  (void)state;
  for (size_t W = 1; W <= 40; W += 13)
    for (size_t H = 1; H <= 2 * W; H += W > 3 ? W / 3 : 1)
      for (size_t n = 0; n <= 130 && n <= (MOST - 3) * H; n++)
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) check_cut(W, H, n, pieces[p]);
}

typedef struct {
  size_t n;
  uint64_t first[MOST], length[MOST];
  float features[MOST][FLOATS];
} seen;

static cst_status see(void *context, size_t i, uint64_t first, uint64_t n, const float *features)
{
  seen *s = context;
  assert_int_equal(i, s->n);
  s->first[i] = first;
  s->length[i] = n;
  memcpy(s->features[i], features, sizeof s->features[i]);
  s->n++;
  return CST_OK;
}

/* A clip of the model's length is to training what it is here, whatever its format and length. */
static void one_window_is_the_clip(void **state)
{
  (void)state;
  cst_feature_maker *maker = NULL;
  cst_windows *windows = NULL;
  float want[FLOATS];
  cst_audio_info whole, info;
  assert_ok(cst_feature_maker_create(&spec, &maker));
  assert_ok(cst_windows_create(&spec, &windows));
  for (int i = 0; i < CLIPS; i++) {
    seen s = {0};
    assert_ok(cst_feature_make(maker, jobs[i].path, want, &whole));
    assert_ok(cst_windows_make(windows, jobs[i].path, WINDOW, see, &s, &info));
    if (info.status != whole.status)
      fail_msg("clip %d: %s, not %s", i, cst_audio_status_text(info.status),
               cst_audio_status_text(whole.status));
    if (i != UNKNOWN) assert_string_equal(info.detail, whole.detail);
    if (!cst_audio_usable(whole.status)) continue;
    assert_int_equal(s.n, 1);
    assert_memory_equal(s.features[0], want, sizeof want);
  }
  cst_feature_maker_destroy(&maker);
  cst_windows_destroy(&windows);
}

static void a_long_recording_is_its_windows(void **state)
{
  enum { LENGTH = 5 * WINDOW + 250, HOP = WINDOW / 2 };
  (void)state;
  seen s = {0};
  cst_feature_maker *maker = NULL;
  cst_windows *windows = NULL;
  cst_audio_info info;
  float want[FLOATS], *x = test_random(3, LENGTH);
  for (size_t i = 0; i < LENGTH; i++) x[i] *= 0.1f + (float)i / LENGTH; /* floors differ */
  assert_ok(cst_audio_write(below("long.wav"), CST_WAVE_FLOAT, RATE_HZ, 1, x, LENGTH));
  assert_ok(cst_feature_maker_create(&spec, &maker));
  assert_ok(cst_windows_create(&spec, &windows));
  assert_ok(cst_windows_make(windows, below("long.wav"), HOP, see, &s, &info));
  assert_int_equal(info.status, CST_AUDIO_OK);
  assert_int_equal(info.frames, LENGTH);
  assert_int_equal(s.n, 10);
  for (size_t i = 0; i < s.n; i++) {
    assert_int_equal(s.first[i], i < 9 ? i * HOP : LENGTH - WINDOW);
    assert_int_equal(s.length[i], WINDOW);
    assert_ok(
        cst_audio_write(below("cut.wav"), CST_WAVE_FLOAT, RATE_HZ, 1, x + s.first[i], WINDOW));
    assert_ok(cst_feature_make(maker, below("cut.wav"), want, &info));
    assert_memory_equal(s.features[i], want, sizeof want);
  }
  cst_feature_maker_destroy(&maker);
  cst_windows_destroy(&windows);
}

/* Hours in the memory of seconds, and a failure of the caller ends it. */
static void memory_is_bounded(void **state)
{
  enum { LENGTH = 2000000 };
  (void)state;
  seen s = {0};
  cst_windows *windows = NULL;
  cst_audio_info info;
  float *x = test_zeros(LENGTH);
  x[LENGTH - 1] = 0.5f;
  assert_ok(cst_audio_write(below("hours.wav"), CST_WAVE_PCM16, 2 * RATE_HZ, 1, x, LENGTH));
  test_release(state);
  assert_ok(cst_windows_create(&spec, &windows));
  assert_ok(cst_windows_make(windows, jobs[0].path, WINDOW, see, &s, &info));
  const size_t before = cst_memory_bytes();
  s.n = 0;
  assert_ok(cst_windows_make(windows, below("hours.wav"), 100 * WINDOW, see, &s, &info));
  assert_int_equal(info.status, CST_AUDIO_OK);
  assert_int_equal(s.n, 17);
  assert_true(cst_memory_bytes() - before < (1 << 21));
  cst_windows_destroy(&windows);
}

static cst_status refuse(void *context, size_t i, uint64_t first, uint64_t n, const float *features)
{
  (void)first, (void)n, (void)features;
  *(size_t *)context = i;
  return i == 2 ? cst_raise(CST_ERR_NUMBERS, "enough") : CST_OK;
}

static void a_failure_of_the_caller_ends_it(void **state)
{
  (void)state;
  cst_windows *windows = NULL;
  cst_audio_info info;
  size_t at = 99;
  assert_ok(cst_windows_create(&spec, &windows));
  assert_fails(cst_windows_make(windows, below("long.wav"), WINDOW, refuse, &at, &info),
               CST_ERR_NUMBERS, "enough");
  assert_int_equal(at, 2);
  cst_windows_destroy(&windows);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(windows_are_as_defined),
      cmocka_unit_test_teardown(one_window_is_the_clip, test_release),
      cmocka_unit_test_teardown(a_long_recording_is_its_windows, test_release),
      cmocka_unit_test_teardown(memory_is_bounded, test_release),
      cmocka_unit_test_teardown(a_failure_of_the_caller_ends_it, test_release),
  };
  return cmocka_run_group_tests(tests, make_clips, nothing_held) != 0;
}
