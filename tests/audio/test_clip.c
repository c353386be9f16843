/* A corpus made here, one file for every status and format: nothing may be silently wrong. */
#include "cassette/clip.h"
#include "cassette/file.h"
#include "support/test_support.h"
#include "wav_bytes.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FRAMES = 4800 };

static wav_bytes wav;

/* Multiples of 1/128: every format holds them exactly. */
static double value(size_t frame, size_t channel)
{
  return (double)((int)((frame * 7 + channel * 31 + frame / 50) % 255) - 127) / 128.0;
}

static const char *at(const char *name)
{
  static char dir[512], path[1024];
  if (!dir[0]) snprintf(dir, sizeof dir, "%s", test_temp_dir());
  snprintf(path, sizeof path, "%s/%s", dir, name);
  return path;
}

static void make(const wav_spec *s, size_t frames)
{
  put_header(&wav, s);
  for (size_t i = 0; i < frames; i++)
    for (size_t c = 0; c < s->channels; c++) put_sample(&wav, s, value(i, c));
}

static void save(const char *name, size_t n) { test_write_file(at(name), wav.bytes, n); }

static cst_audio_info judged(const char *name, double seconds)
{
  cst_audio clip;
  assert_ok(cst_audio_read(at(name), seconds, &clip));
  const cst_audio_info info = clip.info;

  assert_true(cst_audio_usable(info.status) == (clip.samples != NULL));
  assert_true(cst_audio_usable(info.status) == (info.detail[0] == '\0'));
  assert_null(strpbrk(info.detail, "\n\r"));
  cst_audio_reset(&clip);
  return info;
}

static void assert_status(const char *name, cst_audio_status want, const char *detail)
{
  const cst_audio_info info = judged(name, 0.05);
  if (info.status != want || !strstr(info.detail, detail))
    fail_msg("%s: %s (%s), want %s (%s)", name, cst_audio_status_text(info.status), info.detail,
             cst_audio_status_text(want), detail);
}

/* 16 bits, mono, 48 kHz. */
static wav_spec plain(size_t frames)
{
  return (wav_spec){
      .tag = 1, .channels = 1, .bits = 16, .rate_hz = 48000, .data_bytes = (uint32_t)(2 * frames)};
}

static void check_samples(const char *name, uint32_t rate_hz, size_t channels)
{
  cst_audio clip;

  assert_ok(cst_audio_read(at(name), (double)FRAMES / rate_hz, &clip));
  if (clip.info.status != CST_AUDIO_OK) fail_msg("%s: %s", name, clip.info.detail);
  assert_int_equal(clip.n, FRAMES);
  assert_int_equal(clip.info.frames, FRAMES);
  assert_int_equal(clip.info.frames_header, FRAMES);
  assert_int_equal(clip.info.rate_hz, rate_hz);
  assert_int_equal(clip.info.channels, channels);
  for (size_t i = 0; i < FRAMES; i++) {
    float sum = 0.0f; /* the definition of the mean, in the precision of the contract */
    for (size_t c = 0; c < channels; c++) sum += (float)value(i, c);
    if (clip.samples[i] != sum / (float)channels)
      fail_msg("%s: sample %zu is %.9g, want %.9g", name, i, (double)clip.samples[i],
               (double)(sum / (float)channels));
  }
  cst_audio_reset(&clip);
  assert_null(clip.samples);
}

static void every_wav_format(void **state)
{
  static const uint32_t rates[] = {8000, 22050, 44100, 48000, 96000};
  static const uint16_t channels[] = {1, 2, 4, 6};
  static const struct {
    uint16_t tag, bits;
  } kinds[] = {{1, 8}, {1, 16}, {1, 24}, {1, 32}, {3, 32}, {3, 64}, {0xFFFE, 16}, {0xFFFE, 24}};
  (void)state;

  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
    for (size_t c = 0; c < sizeof channels / sizeof *channels; c++) {
      if ((size_t)FRAMES * channels[c] * kinds[k].bits / 8 > sizeof wav.bytes - 200) continue;
      wav_spec s = {.tag = kinds[k].tag,
                    .bits = kinds[k].bits,
                    .channels = channels[c],
                    .rate_hz = rates[(k + c) % 5],
                    .before = k % 2 ? "LIST" : NULL};
      s.data_bytes = (uint32_t)(FRAMES * s.channels * (s.bits / 8));
      make(&s, FRAMES);
      save("x.wav", wav.n);
      check_samples("x.wav", s.rate_hz, s.channels);
    }
}

static void encode(const char *name, int format, uint32_t rate_hz, uint32_t channels)
{
  SF_INFO info = {.samplerate = (int)rate_hz, .channels = (int)channels, .format = format};
  int *x = cst_alloc((size_t)FRAMES * channels, sizeof *x);
  SNDFILE *file = sf_open(at(name), SFM_WRITE, &info);

  assert_non_null(file);
  for (size_t i = 0; i < FRAMES; i++)
    for (size_t c = 0; c < channels; c++) x[i * channels + c] = (int)(value(i, c) * 2147483648.0);
  assert_int_equal(sf_writef_int(file, x, FRAMES), FRAMES);
  assert_int_equal(sf_close(file), 0);
  cst_free(x);
}

static void other_containers(void **state)
{
  (void)state;
  encode("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 48000, 1);
  encode("flac.wav", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 44100,
         2); /* trust the bytes, not the name */
  encode("a.rf64", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 48000, 2);
  encode("a.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 32000, 1);
  encode("big.wav", SF_FORMAT_WAV | SF_ENDIAN_BIG | SF_FORMAT_PCM_16, 48000, 1);
  encode("x.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, 48000, 4);
  check_samples("a.flac", 48000, 1);
  check_samples("flac.wav", 44100, 2);
  check_samples("a.rf64", 48000, 2);
  check_samples("a.aiff", 32000, 1);
  check_samples("big.wav", 48000, 1);
  check_samples("x.wav", 48000, 4);

  encode("a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 2); /* lossy: the count is enough */
  assert_int_equal(judged("a.ogg", 0.1).frames, FRAMES);
  assert_status("a.ogg", CST_AUDIO_OK, "");
}

static void true_rf64(void **state)
{
  wav_spec s = plain(FRAMES);
  (void)state;
  s.magic = "RF64";
  s.long_bytes = s.data_bytes;
  make(&s, FRAMES);
  save("x.wav", wav.n);
  check_samples("x.wav", 48000, 1);
  save("x.wav", wav.n - 999);
  assert_status("x.wav", CST_AUDIO_TRUNCATED, "9600 bytes");
}

static void float_beyond_full_scale_is_kept(void **state)
{
  const wav_spec s = {.tag = 3, .channels = 1, .bits = 32, .rate_hz = 48000, .data_bytes = 8};
  cst_audio clip;
  (void)state;

  put_header(&wav, &s);
  put_sample(&wav, &s, 3.5);
  put_sample(&wav, &s, -2.0);
  save("x.wav", wav.n);
  assert_ok(cst_audio_read(at("x.wav"), 0.0, &clip));
  assert_true(clip.samples[0] == 3.5f && clip.samples[1] == -2.0f);
  cst_audio_reset(&clip);
}

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

static void streamed_lengths_are_accepted(void **state)
{
  static const uint32_t lengths[] = {0xFFFFFFFFu, 0x7FFFF000u, 0x7FFFFFFFu};
  (void)state;
  for (size_t i = 0; i < 3; i++) {
    wav_spec s = plain(FRAMES);
    s.data_bytes = lengths[i];
    make(&s, FRAMES);
    save("x.wav", wav.n);
    check_samples("x.wav", 48000, 1);
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

static void many_channels_are_a_mean(void **state)
{
  wav_spec s = {.tag = 1, .channels = 1000, .bits = 16, .rate_hz = 48000, .data_bytes = 80000};
  (void)state;
  make(&s, 40);
  save("x.wav", wav.n);
  assert_int_equal(judged("x.wav", 0).channels, 1000);
  assert_int_equal(judged("x.wav", 0).frames, 40);
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

static void silent_and_short(void **state)
{
  const wav_spec s = plain(FRAMES);
  (void)state;
  make(&s, FRAMES);
  save("x.wav", wav.n);
  assert_int_equal(judged("x.wav", 0.1).status, CST_AUDIO_OK);
  assert_int_equal(judged("x.wav", 0.1001).status, CST_AUDIO_SHORT);
  assert_int_equal(judged("x.wav", 0.0).status, CST_AUDIO_OK); /* any length will do */
  memset(wav.bytes + 44, 0, wav.n - 44);
  save("x.wav", wav.n);
  assert_int_equal(judged("x.wav", 0.1).status, CST_AUDIO_SILENT);
}

static void missing_and_forbidden(void **state)
{
  cst_audio clip;
  char below[1100];
  (void)state;

  assert_status("nothing.wav", CST_AUDIO_MISSING, "no such file");
  snprintf(below, sizeof below, "%s/y.wav", "a.flac"); /* a file where a folder should be */
  assert_status(below, CST_AUDIO_MISSING, "no such file");
  assert_ok(cst_audio_read(NULL, 0, &clip));
  assert_int_equal(clip.info.status, CST_AUDIO_MISSING);

  test_write_file(at("secret.wav"), "x", 1);
  chmod(at("secret.wav"), 0);
  snprintf(below, sizeof below, "%s", at(""));
  chmod(below, 0755);
  const int was_root = geteuid() == 0;
  if (was_root) assert_int_equal(seteuid(65534), 0); /* root may read anything */
  cst_status st = cst_audio_read(at("secret.wav"), 0, &clip);
  if (was_root) assert_int_equal(seteuid(0), 0);
  assert_ok(st);
  assert_int_equal(clip.info.status, CST_AUDIO_UNREADABLE);
  assert_non_null(strstr(clip.info.detail, "ermission"));
}

static void longer_than_the_first_room(void **state)
{
  const size_t n = (1u << 20) + 12345;
  float *x = test_random(1, n);
  cst_audio clip;
  char *bytes;
  size_t size;
  (void)state;

  assert_ok(cst_audio_write(at("long.wav"), CST_WAVE_FLOAT, 48000, 1, x, n));
  assert_ok(cst_file_read(at("long.wav"), &bytes, &size));
  char *data = memmem(bytes, 200, "data", 4);
  assert_non_null(data);
  memset(data + 4, 0xFF, 4); /* length unknown: room must grow while reading */
  test_write_file(at("long.wav"), bytes, size);
  cst_free(bytes);
  assert_ok(cst_audio_read(at("long.wav"), 0, &clip));
  assert_int_equal(clip.n, n);
  assert_memory_equal(clip.samples, x, n * sizeof *x);
  cst_audio_reset(&clip);
}

static void status_texts_parse_back(void **state)
{
  cst_audio_status back;
  (void)state;
  for (int s = CST_AUDIO_OK; s <= CST_AUDIO_UNCHECKED; s++) {
    assert_true(cst_audio_status_parse(cst_audio_status_text((cst_audio_status)s), &back));
    assert_int_equal(back, s);
  }
  assert_false(cst_audio_status_parse("okay", &back));
  assert_true(cst_audio_usable(CST_AUDIO_SILENT) && cst_audio_usable(CST_AUDIO_SHORT));
  assert_false(cst_audio_usable(CST_AUDIO_TRUNCATED) || cst_audio_usable(CST_AUDIO_NOT_FINITE));
}

static void nothing_is_left(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_wav_format),
      cmocka_unit_test(other_containers),
      cmocka_unit_test(true_rf64),
      cmocka_unit_test(float_beyond_full_scale_is_kept),
      cmocka_unit_test(truncated_files),
      cmocka_unit_test(streamed_lengths_are_accepted),
      cmocka_unit_test(empty_files),
      cmocka_unit_test(unreadable_files),
      cmocka_unit_test(damaged_headers),
      cmocka_unit_test(many_channels_are_a_mean),
      cmocka_unit_test(not_finite_names_the_first),
      cmocka_unit_test(silent_and_short),
      cmocka_unit_test(missing_and_forbidden),
      cmocka_unit_test_teardown(longer_than_the_first_room, test_release),
      cmocka_unit_test(status_texts_parse_back),
      cmocka_unit_test(nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
