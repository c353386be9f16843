/* A clip depends on its seed and its name alone; cities and scenes differ; resuming checks. */
#include "cassette/clip.h"
#include "cassette/digest.h"
#include "cassette/file.h"
#include "cassette/synth.h"
#include "support/test_support.h"
#include "synth_plan.h"
#include "synth_scene.h"
#include "synth_voice.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static cst_synth *make(cst_synth_preset preset, cst_synth_layout layout, uint64_t seed)
{
  cst_synth *s = NULL;
  assert_ok(cst_synth_create(preset, layout, NULL, seed, &s));
  return s;
}

static char *path_of(const cst_synth *s, size_t i, const char *dir)
{
  char *relative, *path;
  assert_ok(synth_clip_path(s, &s->clip[i], &relative));
  path = cst_path_join(dir, relative);
  cst_free(relative);
  return path;
}

static void digest_of(const cst_synth *s, size_t i, const char *dir, char *hex)
{
  char *path = path_of(s, i, dir);
  assert_ok(cst_digest_file(path, hex));
  cst_free(path);
}

/* Workers take clips in any order and any share; another process made the plan. */
static void bytes_do_not_depend_on_the_worker(void **state)
{
  enum { CLIPS = 12 };
  char first[512], second[512], a[CST_DIGEST_HEX], b[CST_DIGEST_HEX];
  cst_synth *one = make(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_CAS, 7);
  (void)state;

  snprintf(first, sizeof first, "%s", test_temp_dir());
  snprintf(second, sizeof second, "%s", test_temp_dir());
  assert_ok(cst_synth_write_tables(one, first));
  for (size_t i = 0; i < CLIPS; i++) assert_ok(cst_synth_write_clip(one, i, first));
  cst_synth *two = make(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_CAS, 7);
  assert_ok(cst_synth_write_tables(two, second));
  for (size_t i = CLIPS; i-- > 0;) assert_ok(cst_synth_write_clip(two, i, second));
  for (size_t i = 0; i < CLIPS; i++) {
    digest_of(one, i, first, a);
    digest_of(two, i, second, b);
    assert_string_equal(a, b);
    if (i > 0) { /* and no two clips are the same */
      digest_of(one, i - 1, first, b);
      assert_string_not_equal(a, b);
    }
  }
  cst_synth_destroy(&one);
  cst_synth_destroy(&two);
}

static void clips_are_sound_and_as_planned(void **state)
{
  static const struct {
    cst_synth_layout layout;
    uint32_t rate_hz;
  } layouts[] = {{CST_SYNTH_LAYOUT_CAS, 48000}, {CST_SYNTH_LAYOUT_TAU, 44100}};
  (void)state;

  for (size_t l = 0; l < 2; l++) {
    cst_synth *s = make(CST_SYNTH_TINY, layouts[l].layout, 1);
    const char *dir = test_temp_dir();
    assert_ok(cst_synth_write_tables(s, dir));
    for (size_t i = 0; i < cst_synth_clips(s); i += 5) {
      const synth_format format = synth_clip_format(s, &s->clip[i]);
      char *path = path_of(s, i, dir);
      cst_audio clip;
      double sum = 0.0, max = 0.0;
      assert_ok(cst_synth_write_clip(s, i, dir));
      assert_ok(cst_audio_read(path, 1.0, &clip));
      if (clip.info.status != CST_AUDIO_OK) fail_msg("%s: %s", path, clip.info.detail);
      assert_int_equal(clip.info.rate_hz, layouts[l].rate_hz);
      assert_int_equal(clip.info.channels, format.channels);
      assert_int_equal(clip.n, layouts[l].rate_hz);
      for (size_t k = 0; k < clip.n; k++) {
        sum += (double)clip.samples[k] * clip.samples[k];
        max = fmax(max, fabs(clip.samples[k]));
      }
      const double level_db = 10.0 * log10(sum / (double)clip.n);
      assert_true(level_db > -60.0 && level_db < -6.0);
      assert_true(max <= 1.0);
      cst_audio_reset(&clip);
      cst_free(path);
    }
    cst_synth_destroy(&s);
  }
}

static void what_is_whole_is_kept_and_the_rest_made_again(void **state)
{
  cst_synth *s = make(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_CAS, 3);
  char dir[512], before[CST_DIGEST_HEX], after[CST_DIGEST_HEX], *bytes;
  size_t n, i = 0;
  (void)state;

  snprintf(dir, sizeof dir, "%s", test_temp_dir());
  while (synth_clip_format(s, &s->clip[i]).wave != CST_WAVE_PCM16) i++;
  assert_ok(cst_synth_write_tables(s, dir));
  assert_ok(cst_synth_write_clip(s, i, dir));
  char *path = path_of(s, i, dir);
  digest_of(s, i, dir, before);

  assert_ok(cst_file_read(path, &bytes, &n));
  test_write_file(path, bytes, n / 2); /* a crash left a part of it */
  assert_ok(cst_synth_write_clip(s, i, dir));
  digest_of(s, i, dir, after);
  assert_string_equal(before, after);

  bytes[n - 1] ^= 1; /* whole, though not ours: it is not written again */
  test_write_file(path, bytes, n);
  assert_ok(cst_synth_write_clip(s, i, dir));
  digest_of(s, i, dir, after);
  assert_string_not_equal(before, after);
  cst_free(bytes);
  cst_free(path);
  cst_synth_destroy(&s);
}

static void a_directory_holds_one_data_set(void **state)
{
  cst_synth *one = make(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_CAS, 1);
  cst_synth *two = make(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_CAS, 2);
  char dir[512], real[512], table[1024];
  (void)state;

  snprintf(dir, sizeof dir, "%s", test_temp_dir());
  assert_ok(cst_synth_write_tables(one, dir));
  assert_ok(cst_synth_write_tables(one, dir)); /* resuming */
  assert_fails(cst_synth_write_tables(two, dir), CST_ERR_DATA, "seed=1");

  snprintf(real, sizeof real, "%s", test_temp_dir()); /* somebody's real tables stay */
  snprintf(table, sizeof table, "%s/ICME2024_ASC_dev_label.csv", real);
  test_write_file(table, "precious", 8);
  assert_fails(cst_synth_write_tables(one, real), CST_ERR_DATA, "ICME2024_ASC_dev_label.csv");
  uint64_t bytes;
  assert_ok(cst_file_bytes(table, &bytes));
  assert_int_equal(bytes, 8);
  cst_synth_destroy(&one);
  cst_synth_destroy(&two);
}

/* Mean power in octaves from 63 Hz to 16 kHz, dB, over a second of a clip. */
static void octave_levels(const cst_synth *s, const synth_clip *clip, double *level)
{
  const size_t n = s->rate_hz;
  float *x = cst_alloc(n, sizeof *x);
  double *y = cst_alloc(n, sizeof *y);

  assert_ok(synth_render(s, clip, 1, n, x));
  for (int o = 0; o < 9; o++) {
    const synth_band band = {.kind = SYNTH_BAND_PASS, .hz = 62.5 * exp2(o), .q = 1.4};
    for (size_t i = 0; i < n; i++) y[i] = x[i];
    synth_filter(&band, 1, s->rate_hz, y, n);
    level[o] = 20.0 * log10(synth_rms(y, n) + 1e-9);
  }
  cst_free(y);
  cst_free(x);
}

static double spectral_distance(const cst_synth *s, const synth_clip *a, const synth_clip *b)
{
  double x[9], y[9], mean = 0.0, sum = 0.0;

  octave_levels(s, a, x);
  octave_levels(s, b, y);
  for (int o = 0; o < 9; o++) mean += (x[o] - y[o]) / 9.0;
  for (int o = 0; o < 9; o++) sum += (x[o] - y[o] - mean) * (x[o] - y[o] - mean) / 9.0;
  return sqrt(sum);
}

/* The ladder that makes the task what it is: clips of a session are alike, sessions of a place less
 * so, cities still less; averaged over scenes and draws.  What a clip draws for itself outweighs
 * its session, so the three that are compared with the first share that draw. */
static void distances_grow_with_the_distance(void **state)
{
  enum { DRAWS = 20 };
  double same_session = 0.0, same_city = 0.0, other_city = 0.0;
  cst_synth *s = make(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_CAS, 1);
  (void)state;

  for (uint64_t k = 0; k < DRAWS; k++) {
    synth_clip clip[4];
    for (size_t i = 0; i < 4; i++)
      clip[i] = (synth_clip){.scene = (int)(k % 10),
                             .clip_key = 100 * k + (i > 0),
                             .device_key = 1,
                             .session_key = k,
                             .city_key = k};
    clip[2].session_key = clip[3].session_key = 1000 + k;
    clip[3].city_key = 1000 + k;
    same_session += spectral_distance(s, &clip[0], &clip[1]) / DRAWS;
    same_city += spectral_distance(s, &clip[0], &clip[2]) / DRAWS;
    other_city += spectral_distance(s, &clip[0], &clip[3]) / DRAWS;
  }
  if (!(same_session < same_city && same_city < 0.8 * other_city))
    fail_msg("distances in dB: session %.2f, city %.2f, elsewhere %.2f", same_session, same_city,
             other_city);
  cst_synth_destroy(&s);
}

static void devices_colour_the_same_sound(void **state)
{
  cst_synth *s = make(CST_SYNTH_TINY, CST_SYNTH_LAYOUT_TAU, 1);
  synth_clip a = s->clip[0], b = s->clip[0];
  (void)state;
  b.device_key++;
  const double distance = spectral_distance(s, &a, &b);
  assert_true(distance > 0.3 && distance < 8.0);
  cst_synth_destroy(&s);
}

static void events_can_be_heard(void **state)
{
  const size_t n = 4 * 48000;
  double *x = test_zeros_f64(n), *envelope = test_zeros_f64(SYNTH_GRAIN_SECONDS * 48000);
  double *grain = test_zeros_f64(SYNTH_GRAIN_SECONDS * 48000);
  (void)state;

  for (int kind = SYNTH_NO_EVENT + 1; kind < SYNTH_EVENTS; kind++) {
    synth_voice v = {.pitch = 1.0};
    v.stream[0].kind = (synth_event)kind;
    v.stream[0].per_s = 4.0;
    memset(x, 0, n * sizeof *x);
    synth_add_events(&v, 1, (uint64_t)kind, 48000.0, 0.01, envelope, grain, x, n);
    const double level_db = 20.0 * log10(synth_rms(x, n) / 0.01 + 1e-9);
    if (!(level_db > -20.0 && level_db < 15.0)) fail_msg("event %d at %.1f dB", kind, level_db);
  }
}

/* Sums by definition of the sections' transfer function. */
static void filters_have_their_gains(void **state)
{
  static const struct {
    synth_band band;
    double hz, db;
  } cases[] = {
      {{SYNTH_PEAK, 1000, 1.0, 9.0}, 1000, 9.0},
      {{SYNTH_PEAK, 1000, 2.0, 9.0}, 50, 0.0},
      {{SYNTH_LOW_SHELF, 1000, 0.7, 6.0}, 30, 6.0},
      {{SYNTH_LOW_SHELF, 1000, 0.7, 6.0}, 20000, 0.0},
      {{SYNTH_HIGH_SHELF, 1000, 0.7, -6.0}, 30, 0.0},
      {{SYNTH_HIGH_SHELF, 1000, 0.7, -6.0}, 20000, -6.0},
      {{SYNTH_BAND_PASS, 500, 3.0, 0.0}, 500, 0.0},
  };
  enum { N = 48000 };
  double *x = test_zeros_f64(N), *ones = test_zeros_f64(N);
  (void)state;

  for (size_t i = 0; i < N; i++) ones[i] = 1.0;
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    memset(x, 0, N * sizeof *x);
    synth_add_partial(cases[c].hz, 0.0, 0.3, 48000.0, ones, 1.0, N, x);
    synth_filter(&cases[c].band, 1, 48000.0, x, N);
    const double db = 20.0 * log10(synth_rms(x + N / 2, N / 2) * sqrt(2.0));
    assert_near(db, cases[c].db, 0.02, "gain in dB");
  }
  /* Five sections: a pass of four and one alone give what one after the other gives. */
  synth_band five[5];
  for (size_t k = 0; k < 5; k++) five[k] = cases[k].band;
  double *y = test_zeros_f64(N);
  for (size_t i = 0; i < N; i++) x[i] = y[i] = sin((double)(i * i % 1000));
  synth_filter(five, 5, 48000.0, x, N);
  for (size_t k = 0; k < 5; k++) synth_filter(&five[k], 1, 48000.0, y, N);
  assert_memory_equal(x, y, N * sizeof *x);
}

static void partials_are_sines(void **state)
{
  enum { N = 48000 };
  double *x = test_zeros_f64(N), *ones = test_zeros_f64(N), phase = 0.4;
  (void)state;

  for (size_t i = 0; i < N; i++) ones[i] = 1.0;
  synth_add_partial(440.0, 1.0, 0.4, 48000.0, ones, 0.5, N, x);
  for (size_t i = 0; i < N; i++) { /* from 440 to 880 Hz, one step of phase after the other */
    assert_near(x[i], 0.5 * sin(phase), 1e-6, "sample");
    phase += 2.0 * M_PI * 440.0 / 48000.0 * (1.0 + (double)i / (N - 1));
  }
}

static void nothing_is_left(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bytes_do_not_depend_on_the_worker),
      cmocka_unit_test(clips_are_sound_and_as_planned),
      cmocka_unit_test(what_is_whole_is_kept_and_the_rest_made_again),
      cmocka_unit_test(a_directory_holds_one_data_set),
      cmocka_unit_test(distances_grow_with_the_distance),
      cmocka_unit_test(devices_colour_the_same_sound),
      cmocka_unit_test_teardown(events_can_be_heard, test_release),
      cmocka_unit_test_teardown(filters_have_their_gains, test_release),
      cmocka_unit_test_teardown(partials_are_sines, test_release),
      cmocka_unit_test(nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
