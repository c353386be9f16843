/* Gains of impulse responses against convolution before the spectrogram. */
#include "cassette/band_gains.h"
#include "cassette/clip.h"
#include "cassette/file.h"
#include "support/test_support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 44100, TAPS = 60, FRAMES = 40, N = FRAMES * 882 };

static char directory[] = "/tmp/cassette-gains-XXXXXX";

static char *file_at(const char *name)
{
  char *path = cst_path_join(directory, name);
  assert_non_null(path);
  return path;
}

static void write_response(const char *name, size_t n, const float *taps)
{
  char *path = file_at(name);
  assert_ok(cst_audio_write(path, CST_WAVE_FLOAT, RATE, 1, taps, n));
  cst_free(path);
}

static void remove_file(const char *name)
{
  char *path = file_at(name);
  assert_int_equal(unlink(path), 0);
  cst_free(path);
}

/* A short decaying response that is far from flat. */
static void make_taps(float *taps)
{
  for (size_t i = 0; i < TAPS; i++) taps[i] = (float)(exp(-(double)i / 8.0) * cos(0.9 * (double)i));
}

static void gains_are_what_convolution_does(void **state)
{
  (void)state;
  float taps[TAPS];
  cst_logmel_spec spec;
  cst_logmel *logmel = NULL;
  cst_band_gains gains;
  assert_true(cst_logmel_preset("icme2024", FRAMES, &spec));
  make_taps(taps);
  write_response("a.wav", TAPS, taps);
  assert_ok(cst_band_gains_read(directory, &spec, &gains));
  assert_int_equal(gains.n, 1);
  assert_int_equal(gains.bins, spec.bins);

  float *dry = test_random(1, N), *wet = test_zeros(N);
  for (size_t i = 0; i < N; i++)
    for (size_t k = 0; k < TAPS && k <= i; k++) wet[i] += 0.1f * taps[k] * dry[i - k];
  float *a = test_zeros(FRAMES * spec.bins), *b = test_zeros(FRAMES * spec.bins);
  assert_ok(cst_logmel_create(&spec, &logmel));
  assert_ok(cst_logmel_compute(logmel, dry, N, a));
  assert_ok(cst_logmel_compute(logmel, wet, N, b));
  cst_logmel_destroy(&logmel);
  double difference[64] = {0.0}, mean = 0.0, sum = 0.0, span = 0.0;
  assert_true(spec.bins == 64);
  for (size_t m = 0; m < 64; m++) {
    for (size_t t = 2; t + 2 < FRAMES; t++)
      difference[m] += ((double)b[t * 64 + m] - (double)a[t * 64 + m]) / (FRAMES - 4);
    mean += difference[m] / 64;
  }
  for (size_t m = 0; m < 64; m++) {
    assert_near((double)gains.gain_db[m], difference[m] - mean, 0.5, "gain of a band");
    sum += (double)gains.gain_db[m];
    span = fmax(span, fabs((double)gains.gain_db[m]));
  }
  assert_near(sum, 0.0, 1e-4, "mean gain");
  assert_true(span > 3.0); /* else the test would say nothing */
  cst_band_gains_reset(&gains);
  remove_file("a.wav");
}

/* An impulse, whatever its size, place and sign, changes nothing; files are taken by name. */
static void an_impulse_has_no_gain(void **state)
{
  (void)state;
  float flat[9] = {0.0f}, taps[TAPS];
  cst_logmel_spec spec;
  cst_band_gains gains;
  assert_true(cst_logmel_preset("icme2024", FRAMES, &spec));
  make_taps(taps);
  write_response("a.wav", TAPS, taps);
  flat[7] = -0.25f;
  for (int i = 0; i < 20; i++) { /* more than one allocation holds */
    char name[16] = "b00.wav";
    name[1] = (char)('0' + i / 10);
    name[2] = (char)('0' + i % 10);
    write_response(name, 9, flat);
  }
  assert_ok(cst_band_gains_read(directory, &spec, &gains));
  assert_int_equal(gains.n, 21);
  for (size_t i = 1; i < gains.n; i++)
    for (size_t m = 0; m < gains.bins; m++)
      assert_near((double)gains.gain_db[i * gains.bins + m], 0.0, 1e-3, "gain");
  assert_true(fabsf(gains.gain_db[0]) > 0.1f);
  cst_band_gains_reset(&gains);
  remove_file("a.wav");
  for (int i = 0; i < 20; i++) {
    char name[16] = "b00.wav";
    name[1] = (char)('0' + i / 10);
    name[2] = (char)('0' + i % 10);
    remove_file(name);
  }
}

static void what_is_no_response_is_named(void **state)
{
  (void)state;
  const float nothing[4] = {0.0f};
  cst_logmel_spec spec;
  cst_band_gains gains;
  assert_true(cst_logmel_preset("icme2024", FRAMES, &spec));
  assert_int_equal(cst_band_gains_read(directory, &spec, &gains), CST_ERR_DATA);
  assert_non_null(strstr(cst_message(), "holds no impulse responses"));
  cst_clear();
  write_response("silent.wav", 4, nothing);
  assert_int_equal(cst_band_gains_read(directory, &spec, &gains), CST_ERR_DATA);
  assert_non_null(strstr(cst_message(), "silent.wav: is silent"));
  cst_clear();
  remove_file("silent.wav");
  char *path = file_at("readme.txt");
  assert_ok(cst_file_write(path, "text", 4));
  assert_int_equal(cst_band_gains_read(directory, &spec, &gains), CST_ERR_DATA);
  assert_non_null(strstr(cst_message(), "readme.txt"));
  cst_clear();
  cst_free(path);
  remove_file("readme.txt");
  assert_int_not_equal(cst_band_gains_read("/nonexistent", &spec, &gains), CST_OK);
  cst_clear();
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(gains_are_what_convolution_does, test_release),
      cmocka_unit_test(an_impulse_has_no_gain),
      cmocka_unit_test(what_is_no_response_is_named),
  };
  if (!mkdtemp(directory)) return 1;
  const int failed = cmocka_run_group_tests(tests, NULL, NULL) != 0;
  return rmdir(directory) != 0 || failed;
}
