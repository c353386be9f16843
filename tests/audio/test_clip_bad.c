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

  static const char *const names[] = {"a.flac", "a.ogg", "a.opus"};
  encode(names[0], SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 48000, 1);
  encode(names[1], SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 2);
  encode(names[2], SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000, 2);
  for (size_t i = 0; i < 3; i++) {
    assert_ok(cst_file_read(at(names[i]), &bytes, &n));
    for (size_t part = 5; part < 10; part++) {
      test_write_file(at("cut"), bytes, n * part / 10);
      if (i >= 1) /* its tables of codes fill half of so short an Ogg file */
        assert_false(cst_audio_usable(judged("cut", 0).status));
      else
        assert_status("cut", cut, "");
    }
    test_write_file(at("cut"), bytes, n - 1);
    if (i == 2) /* libsndfile looks for its last page first */
      assert_false(cst_audio_usable(judged("cut", 0).status));
    else
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

/* A FLAC stream whose header leaves the length open, as pipes do. */
static void flac_of_unknown_length(void **state)
{
  char *bytes;
  size_t n;
  (void)state;
  encode("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 48000, 2);
  assert_ok(cst_file_read(at("a.flac"), &bytes, &n));
  bytes[21] &= (char)0xF0; /* 36 bits of STREAMINFO, then the digest of the samples */
  memset(bytes + 22, 0, 20);
  test_write_file(at("open.flac"), bytes, n);
  check_samples("open.flac", 48000, 2);
  for (size_t cut = 1; cut < n / 3; cut += 97) {
    test_write_file(at("cut"), bytes, n - cut);
    assert_status("cut", CST_AUDIO_TRUNCATED, "ends inside a FLAC frame");
  }
  cst_free(bytes);
}

/* Frames of MPEG-1 layer III at 44.1 kHz, their side information and sound zero, of changing bit
 * rates: without a header that counts them, nobody knows how many there are. */
static void put_mp3(size_t frames)
{
  static const uint16_t kbps[] = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
  wav.n = 0;
  for (size_t i = 0; i < frames; i++) {
    const size_t rate = i < 5 ? 14 : 1 + i % 5, bytes = (size_t)kbps[rate] * 144000 / 44100;
    const uint8_t head[4] = {0xFF, 0xFB, (uint8_t)(rate << 4), 0xC4};
    memset(wav.bytes + wav.n, 0, bytes);
    memcpy(wav.bytes + wav.n, head, sizeof head);
    wav.n += bytes;
  }
}

/* What cannot be judged whole is refused by name, whatever the file is called. */
static void other_formats(void **state)
{
  static const struct {
    int format;
    const char *name;
  } formats[] = {{SF_FORMAT_AIFF | SF_FORMAT_PCM_24, "AIFF"},
                 {SF_FORMAT_AU | SF_FORMAT_PCM_16, "AU"},
                 {SF_FORMAT_CAF | SF_FORMAT_PCM_16, "CAF"},
                 {SF_FORMAT_W64 | SF_FORMAT_PCM_16, "W64"},
                 {SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, "IMA ADPCM"},
                 {SF_FORMAT_WAV | SF_FORMAT_GSM610, "GSM 6.10"}};
  (void)state;
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    encode("x.wav", formats[i].format, 8000, 1);
    assert_status("x.wav", CST_AUDIO_UNREADABLE, formats[i].name);
    assert_status("x.wav", CST_AUDIO_UNREADABLE, "is not read; convert it to WAV or FLAC");
  }
  put_mp3(400);
  save("x.wav", wav.n);
  assert_status("x.wav", CST_AUDIO_UNREADABLE, "MPEG");
  assert_status("x.wav", CST_AUDIO_UNREADABLE, "is not read; convert it to WAV or FLAC");
}

static void join(const char *a, const char *b)
{
  char *first, *second;
  size_t n, m;
  assert_ok(cst_file_read(at(a), &first, &n));
  assert_ok(cst_file_read(at(b), &second, &m));
  char *both = cst_alloc(n + m, 1);
  memcpy(both, first, n);
  memcpy(both + n, second, m);
  test_write_file(at("joined"), both, n + m);
  cst_free(both);
  cst_free(first);
  cst_free(second);
}

/* cat A B: only A would be heard. */
static void joined_files(void **state)
{
  static const struct {
    int format;
    uint32_t channels;
  } kinds[] = {{SF_FORMAT_OGG | SF_FORMAT_VORBIS, 1},  {SF_FORMAT_OGG | SF_FORMAT_OPUS, 2},
               {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1}, {SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 1},
               {SF_FORMAT_RF64 | SF_FORMAT_PCM_24, 1}, {SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 2}};
  (void)state;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    encode("a", kinds[i].format, 48000, kinds[i].channels);
    encode("b", kinds[i].format, 48000, kinds[i].channels);
    assert_status("a", CST_AUDIO_OK, "");
    join("a", "b");
    assert_status("joined", CST_AUDIO_UNREADABLE, "several recordings joined");
  }
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
      cmocka_unit_test(truncated_files),       cmocka_unit_test(empty_files),
      cmocka_unit_test(unreadable_files),      cmocka_unit_test(flac_of_unknown_length),
      cmocka_unit_test(other_formats),         cmocka_unit_test(joined_files),
      cmocka_unit_test(damaged_headers),       cmocka_unit_test(not_finite_names_the_first),
      cmocka_unit_test(missing_and_forbidden), cmocka_unit_test(nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
