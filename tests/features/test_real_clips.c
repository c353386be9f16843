/* Real recordings (ESC-10, Ogg at 44.1 kHz) against the reference implementation, run as it is. */
#include "cassette/clip.h"
#include "cassette/feature_store.h"
#include "cassette/file.h"
#include "support/test_support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 250, BANDS = 64, VALUES = FRAMES * BANDS, COMMAND_BYTES = 2048 };
static const char *const clips[] = {"1-100032-A.ogg", "1-17367-A.ogg", "1-26143-A.ogg"};

/* A Python with NumPy and SciPy, NULL if there is none. */
static const char *python(void)
{
  static const char *const candidates[] = {"/usr/bin/python3", "python3"};
  char command[COMMAND_BYTES];
  for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
    snprintf(command, sizeof command, "%s -c 'import numpy, scipy.signal' 2>/dev/null",
             candidates[i]);
    if (system(command) == 0) return candidates[i];
  }
  return NULL;
}

/* The reference reads wav only: the clip as float samples, which is what libsndfile decodes to. */
static void write_wav(const char *ogg, const char *wav)
{
  cst_audio audio;
  assert_ok(cst_audio_read(ogg, 0.0, &audio));
  assert_int_equal(audio.info.status, CST_AUDIO_OK);
  assert_ok(cst_audio_write(wav, CST_WAVE_FLOAT, audio.info.rate_hz, 1, audio.samples, audio.n));
  cst_audio_reset(&audio);
}

/* NumPy's format: magic and version, header length, header, values. */
static void read_npy(const char *path, float *out)
{
  char *bytes = NULL;
  size_t n = 0;
  assert_ok(cst_file_read(path, &bytes, &n));
  assert_true(n > 10 && memcmp(bytes, "\x93NUMPY\x01", 7) == 0);
  const size_t header = 10 + (unsigned char)bytes[8] + 256 * (size_t)(unsigned char)bytes[9];
  assert_int_equal(n - header, VALUES * sizeof *out);
  memcpy(out, bytes + header, VALUES * sizeof *out);
  cst_free(bytes);
}

static void real_clips_match_the_reference(void **state)
{
  (void)state;
  char command[COMMAND_BYTES], dir[256], wav[300], npy[300], reference[512];
  float *want = test_zeros(VALUES), *got = test_zeros(VALUES);
  cst_feature_maker *maker = NULL;
  cst_logmel_spec spec;
  const char *interpreter = python();
  if (!interpreter || !test_shared("reference/features_ref.py") ||
      !test_shared("real/esc10/audio")) {
    print_message("real clips: skipped, no recordings or no Python with NumPy and SciPy\n");
    skip();
  }
  snprintf(reference, sizeof reference, "%s", test_shared("reference/features_ref.py"));
  snprintf(dir, sizeof dir, "%s", test_temp_dir());
  snprintf(wav, sizeof wav, "%s/a.wav", dir);
  snprintf(npy, sizeof npy, "%s/a.npy", dir);
  assert_true(cst_logmel_preset("icme2024", FRAMES, &spec));
  assert_ok(cst_feature_maker_create(&spec, &maker));
  for (size_t i = 0; i < sizeof clips / sizeof *clips; i++) {
    char relative[64];
    cst_audio_info info;
    snprintf(relative, sizeof relative, "real/esc10/audio/%s", clips[i]);
    const char *ogg = test_shared(relative);
    assert_non_null(ogg);
    write_wav(ogg, wav);
    snprintf(command, sizeof command, "%s '%s' '%s' '%s' --frames %d 2>/dev/null", interpreter,
             reference, wav, npy, FRAMES);
    assert_int_equal(system(command), 0);
    read_npy(npy, want);
    assert_ok(cst_feature_make(maker, ogg, got, &info));
    for (size_t k = 0; k < VALUES; k++)
      if (!(fabs((double)got[k] - want[k]) <= 1e-4))
        fail_msg("%s, frame %zu, band %zu: %.7g dB, want %.7g dB", clips[i], k / BANDS, k % BANDS,
                 (double)got[k], (double)want[k]);
  }
  cst_feature_maker_destroy(&maker);
}

static int nothing_held(void **state)
{
  test_release(state);
  test_remove_dirs();
  return cst_memory_blocks() == 0 ? 0 : -1;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(real_clips_match_the_reference, nothing_held),
  };
  return cmocka_run_group_tests_name("real clips", tests, NULL, NULL);
}
