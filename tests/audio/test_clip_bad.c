/* A corpus made here, files for every way to be bad: nothing may be silently wrong. */
#include "clip_corpus.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void truncated_files(void **state)
{
  const wav_spec s = plain(FRAMES);
  const cst_audio_status cut = CST_AUDIO_TRUNCATED;
  char *bytes;
  size_t n;
  (void)state;

  make(&s, FRAMES);
  save("x.wav", wav.n - 1);
  assert_status("x.wav", cut, "announces 9600 bytes of samples, the file has 9599");
  save("x.wav", wav.n / 2);
  assert_status("x.wav", cut, "announces");
  assert_int_equal(judged("x.wav", 0).frames_header, FRAMES);
  assert_true(judged("x.wav", 0).frames < FRAMES / 2);

  static const char *const names[] = {"a.flac", "a.ogg", "a.aiff"};
  encode(names[0], SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 48000, 1);
  encode(names[1], SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 2);
  encode(names[2], SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 32000, 1);
  for (size_t i = 0; i < 3; i++) {
    assert_ok(cst_file_read(at(names[i]), &bytes, &n));
    for (size_t part = 5; part < 10; part++) {
      test_write_file(at("cut"), bytes, n * part / 10);
      if (i == 1) /* its tables of codes fill half of so short an Ogg file */
        assert_false(cst_audio_usable(judged("cut", 0).status));
      else
        assert_status("cut", cut, "");
    }
    test_write_file(at("cut"), bytes, n - 1);
    assert_status("cut", cut, "");
    if (i < 2) { /* damage inside loses samples too: both decoders skip it in silence */
      memset(bytes + n * 3 / 4, 0x55, 64);
      test_write_file(at("damaged"), bytes, n);
      assert_status("damaged", cut, "");
    }
    cst_free(bytes);
  }
}

static void empty_files(void **state)
{
  wav_spec s = plain(FRAMES);
  (void)state;
  save("x.wav", 0);
  assert_status("x.wav", CST_AUDIO_EMPTY, "no bytes");
  make(&s, FRAMES);
  save("x.wav", 44); /* the header alone */
  assert_status("x.wav", CST_AUDIO_EMPTY, "no samples");
  s.data_bytes = 0;
  make(&s, 0);
  save("x.wav", wav.n);
  assert_status("x.wav", CST_AUDIO_EMPTY, "no samples");
  make(&s, FRAMES); /* samples that no header announces */
  save("x.wav", wav.n);
  assert_status("x.wav", CST_AUDIO_EMPTY, "no samples");
}

static void unreadable_files(void **state)
{
  const wav_spec s = plain(FRAMES);
  const cst_audio_status bad = CST_AUDIO_UNREADABLE;
  (void)state;

  for (size_t cut = 1; cut < 40; cut++) { /* anywhere in the header */
    make(&s, FRAMES);
    save("x.wav", cut);
    assert_status("x.wav", bad, "libsndfile");
  }
  static const char *const texts[] = {"x.wav", "x.vox", "x.gsm", "x.raw", "x.flac", "x.mp3"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    test_write_file(at(texts[i]), "<!DOCTYPE html><p>404</p>\n", 26);
    assert_status(texts[i], bad, "libsndfile");
  }
  memset(wav.bytes, 0, 10000);
  save("x.wav", 10000);
  assert_status("x.wav", bad, "libsndfile");
  assert_ok(cst_make_dirs(at("dir.wav")));
  assert_status("dir.wav", bad, "is a directory");
  assert_int_equal(mkfifo(at("pipe.wav"), 0600), 0);
  assert_status("pipe.wav", bad, "is not a file"); /* and does not hang */
}

static void damaged_headers(void **state)
{
  static const uint16_t channels[] = {0, 1000, 1025, 65535};
  static const uint32_t rates[] = {0, 1, 999, 2000000, 0xFFFFFFFFu};
  (void)state;
  for (size_t i = 0; i < 4; i++) {
    const wav_spec s = plain(FRAMES);
    make(&s, FRAMES);
    memcpy(wav.bytes + 22, &channels[i], 2);
    save("x.wav", wav.n);
    assert_status("x.wav", CST_AUDIO_UNREADABLE, "");
  }
  for (size_t i = 0; i < 5; i++) {
    wav_spec s = plain(FRAMES);
    s.rate_hz = rates[i];
    make(&s, FRAMES);
    save("x.wav", wav.n);
    assert_status("x.wav", CST_AUDIO_UNREADABLE, "");
  }
}

static void not_finite_names_the_first(void **state)
{
  static const double bad[] = {NAN, INFINITY, -INFINITY};
  (void)state;
  for (size_t b = 0; b < 3; b++)
    for (uint16_t channels = 1; channels <= 2; channels++) {
      const wav_spec s = {.tag = 3,
                          .channels = channels,
                          .bits = 32,
                          .rate_hz = 48000,
                          .data_bytes = 4000u * channels};
      put_header(&wav, &s);
      for (size_t i = 0; i < 1000; i++)
        for (uint16_t c = 0; c < channels; c++)
          put_sample(&wav, &s, (i == 777 && c + 1 == channels) || i == 900 ? bad[b] : 0.25);
      save("x.wav", wav.n);
      assert_status("x.wav", CST_AUDIO_NOT_FINITE, "777");
      assert_int_equal(judged("x.wav", 0).bad_index, 777);
    }
}

static void missing_and_forbidden(void **state)
{
  cst_audio clip;
  (void)state;

  encode("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 48000, 1);
  assert_status("nothing.wav", CST_AUDIO_MISSING, "no such file");
  assert_status("a.flac/y.wav", CST_AUDIO_MISSING, "no such file"); /* a file, not a folder */
  assert_ok(cst_audio_read(NULL, 0, &clip));
  assert_int_equal(clip.info.status, CST_AUDIO_MISSING);

  test_write_file(at("secret.wav"), "x", 1);
  chmod(at("secret.wav"), 0);
  char *dir = cst_path_dir(at("secret.wav"));
  chmod(dir, 0755);
  cst_free(dir);
  const int was_root = geteuid() == 0;
  if (was_root) assert_int_equal(seteuid(65534), 0); /* root may read anything */
  cst_status st = cst_audio_read(at("secret.wav"), 0, &clip);
  if (was_root) assert_int_equal(seteuid(0), 0);
  assert_ok(st);
  assert_int_equal(clip.info.status, CST_AUDIO_UNREADABLE);
  assert_non_null(strstr(clip.info.detail, "ermission"));
}

static void nothing_is_left(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(truncated_files),
      cmocka_unit_test(empty_files),
      cmocka_unit_test(unreadable_files),
      cmocka_unit_test(damaged_headers),
      cmocka_unit_test(not_finite_names_the_first),
      cmocka_unit_test(missing_and_forbidden),
      cmocka_unit_test(nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
