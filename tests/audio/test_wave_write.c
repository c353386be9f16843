/* What is written reads back: the same values, the same bytes every time, whole or not at all. */
#include "cassette/clip.h"
#include "cassette/file.h"
#include "support/test_support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FRAMES = 5000 };

static const struct {
  cst_wave_format format;
  const char *name;
  double step; /* of the format's grid; 0: exact */
} kinds[] = {{CST_WAVE_PCM16, "16.wav", 1.0 / 32768.0},
             {CST_WAVE_PCM24, "24.wav", 1.0 / 8388608.0},
             {CST_WAVE_FLOAT, "float.wav", 0.0},
             {CST_WAVE_FLAC16, "16.flac", 1.0 / 32768.0}};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const char *at(const char *name)
{
  static char dir[512], path[1024];
  if (!dir[0]) snprintf(dir, sizeof dir, "%s", test_temp_dir());
  snprintf(path, sizeof path, "%s/%s", dir, name);
  return path;
}

static void reads_back(void **state)
{
  const float *x = test_random(1, 3 * FRAMES);
  (void)state;
  for (size_t k = 0; k < KINDS; k++)
    for (uint32_t channels = 1; channels <= 3; channels++) {
      cst_audio clip;
      assert_ok(cst_audio_write(at(kinds[k].name), kinds[k].format, 48000, channels, x, FRAMES));
      assert_ok(cst_audio_read(at(kinds[k].name), 0, &clip));
      assert_int_equal(clip.info.status, CST_AUDIO_OK);
      assert_int_equal(clip.info.channels, channels);
      assert_int_equal(clip.n, FRAMES);
      for (size_t i = 0; i < FRAMES; i++) {
        double mean = 0.0;
        for (uint32_t c = 0; c < channels; c++) mean += (double)x[i * channels + c] / channels;
        if (fabs(clip.samples[i] - mean) > kinds[k].step / 2.0 + 1e-7)
          fail_msg("%s, %u channels, sample %zu", kinds[k].name, channels, i);
      }
      cst_audio_reset(&clip);
    }
}

static void rounds_to_the_grid_and_clips(void **state)
{
  const float x[] = {1.0f, -1.0f, 7.0f, -7.0f, 0.4f / 32768.0f, 0.6f / 32768.0f, -0.6f / 32768.0f,
                     NAN};
  const float want[] = {32767.0f, -32768.0f, 32767.0f, -32768.0f, 0.0f, 1.0f, -1.0f, 0.0f};
  cst_audio clip;
  (void)state;
  assert_ok(cst_audio_write(at("x.wav"), CST_WAVE_PCM16, 48000, 1, x, 8));
  assert_ok(cst_audio_read(at("x.wav"), 0, &clip));
  for (size_t i = 0; i < 8; i++) assert_true(clip.samples[i] * 32768.0f == want[i]);
  cst_audio_reset(&clip);
}

static uint16_t format_tag(const char *name)
{
  char *bytes;
  size_t n;
  uint16_t tag;
  assert_ok(cst_file_read(at(name), &bytes, &n));
  memcpy(&tag, bytes + 20, 2);
  cst_free(bytes);
  return tag;
}

static void extensible_where_it_must_be(void **state)
{
  const float *x = test_random(2, 300);
  (void)state;
  assert_ok(cst_audio_write(at("x.wav"), CST_WAVE_PCM16, 48000, 2, x, 100));
  assert_int_equal(format_tag("x.wav"), 1);
  assert_ok(cst_audio_write(at("x.wav"), CST_WAVE_PCM16, 48000, 3, x, 100));
  assert_int_equal(format_tag("x.wav"), 0xFFFE);
  assert_ok(cst_audio_write(at("x.wav"), CST_WAVE_PCM24, 48000, 1, x, 100));
  assert_int_equal(format_tag("x.wav"), 0xFFFE);
  assert_ok(cst_audio_write(at("x.wav"), CST_WAVE_FLOAT, 48000, 1, x, 100));
  assert_int_equal(format_tag("x.wav"), 3);
}

static void the_same_bytes_every_time(void **state)
{
  const float *x = test_random(3, FRAMES);
  (void)state;
  for (size_t k = 0; k < KINDS; k++) {
    char *first, *second;
    size_t n, m;
    assert_ok(cst_audio_write(at(kinds[k].name), kinds[k].format, 48000, 1, x, FRAMES));
    assert_ok(cst_file_read(at(kinds[k].name), &first, &n));
    assert_null(memmem(first, n < 200 ? n : 200, "PEAK", 4)); /* it would hold the time of day */
    assert_ok(cst_audio_write(at(kinds[k].name), kinds[k].format, 48000, 1, x, FRAMES));
    assert_ok(cst_file_read(at(kinds[k].name), &second, &m));
    assert_int_equal(n, m);
    assert_memory_equal(first, second, n);
    cst_free(first);
    cst_free(second);
  }
}

static cst_status count(void *context, const char *relative)
{
  (void)relative;
  ++*(size_t *)context;
  return CST_OK;
}

static void nothing_is_left_after_a_failure(void **state)
{
  const float *x = test_random(4, 100);
  const char *dir = test_temp_dir();
  size_t files = 0;
  char path[1024];
  (void)state;

  assert_fails(cst_audio_write(at("nowhere/x.wav"), CST_WAVE_PCM16, 48000, 1, x, 100), CST_ERR_DATA,
               "nowhere/x.wav");
  snprintf(path, sizeof path, "%s/x.wav", dir);
  assert_ok(cst_make_dirs(path)); /* a directory in the way of the final name */
  assert_fails(cst_audio_write(path, CST_WAVE_PCM16, 48000, 1, x, 100), CST_ERR_DATA, "x.wav");
  assert_ok(cst_walk(dir, count, &files));
  assert_int_equal(files, 0);
  if (cst_file_exists("/dev/full")) /* a disk without room */
    assert_fails(cst_audio_write("/dev/full/x.wav", CST_WAVE_PCM16, 48000, 1, x, 100), CST_ERR_DATA,
                 "/dev/full/x.wav");
}

static void nothing_is_held(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(reads_back, test_release),
      cmocka_unit_test(rounds_to_the_grid_and_clips),
      cmocka_unit_test_teardown(extensible_where_it_must_be, test_release),
      cmocka_unit_test_teardown(the_same_bytes_every_time, test_release),
      cmocka_unit_test_teardown(nothing_is_left_after_a_failure, test_release),
      cmocka_unit_test(nothing_is_held),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
