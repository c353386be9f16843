/* Every format reads back to the sample, and every usable status is what it says. */
#include "clip_corpus.h"

#include <string.h>

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

static void other_containers(void **state)
{
  (void)state;
  encode("a.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 48000, 1);
  encode("flac.wav", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 44100,
         2); /* trust the bytes, not the name */
  encode("a.rf64", SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 48000, 2);
  encode("big.wav", SF_FORMAT_WAV | SF_ENDIAN_BIG | SF_FORMAT_PCM_16, 48000, 1);
  encode("x.wav", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, 48000, 4);
  check_samples("a.flac", 48000, 1);
  check_samples("flac.wav", 44100, 2);
  check_samples("a.rf64", 48000, 2);
  check_samples("big.wav", 48000, 1);
  check_samples("x.wav", 48000, 4);

  encode("a.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 2); /* lossy: the count is enough */
  assert_int_equal(judged("a.ogg", 0.1).frames, FRAMES);
  assert_status("a.ogg", CST_AUDIO_OK, "");
  encode("a.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000, 2);
  assert_int_equal(judged("a.opus", 0.1).frames, FRAMES);
  assert_status("a.opus", CST_AUDIO_OK, "");
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

/* What writers leave that cannot go back: all ones (ffmpeg), 2^31 (arecord), 0x7FFFF000 in whole
 * frames (SoX), nothing (many). */
static void streamed_lengths_are_accepted(void **state)
{
  static const uint32_t lengths[] = {
      0xFFFFFFFFu, 0xFFFFFFDBu, 0x80000000u, 0x7FFFFFFFu, 0x7FFFFFDBu, 0x7FFFF000u, 0};
  static const uint16_t channels[] = {1, 2, 3, 5, 6}, bits[] = {8, 16, 24, 32};
  (void)state;
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
    for (size_t c = 0; c < sizeof channels / sizeof *channels; c++)
      for (size_t b = 0; b < sizeof bits / sizeof *bits; b++)
        for (int whole_frames = 0; whole_frames < 2; whole_frames++) {
          wav_spec s = {.tag = channels[c] > 2 || bits[b] > 16 ? 0xFFFE : 1,
                        .channels = channels[c],
                        .bits = bits[b],
                        .rate_hz = 48000};
          const uint32_t frame = (uint32_t)channels[c] * bits[b] / 8;
          if (FRAMES * frame > sizeof wav.bytes - 200) continue;
          s.data_bytes = lengths[i] - (whole_frames ? lengths[i] % frame : 0);
          make(&s, FRAMES);
          save("x.wav", wav.n);
          check_samples("x.wav", 48000, s.channels);
        }
}

/* RF64 through a pipe: the 64-bit length is zero, or all ones, too. */
static void streamed_rf64_is_accepted(void **state)
{
  static const uint64_t lengths[] = {0, UINT64_MAX};
  (void)state;
  for (size_t i = 0; i < 2; i++) {
    wav_spec s = {.magic = "RF64", .tag = 1, .channels = 3, .bits = 24, .rate_hz = 48000};
    s.long_bytes = 1; /* there is such a field */
    make(&s, FRAMES);
    memcpy(wav.bytes + 28, &lengths[i], 8);
    save("x.wav", wav.n);
    check_samples("x.wav", 48000, 3);
  }
}

/* Chunks behind the samples are nobody's sound, and an empty chunk before them is empty. */
static void chunks_after_the_samples(void **state)
{
  wav_spec s = plain(FRAMES);
  (void)state;
  s.bits = 8;
  s.data_bytes = FRAMES;
  for (int odd = 0; odd < 2; odd++) {
    s.data_bytes = (uint32_t)(FRAMES - odd);
    make(&s, FRAMES - (size_t)odd);
    if (odd) put_number(&wav, 0, 1);
    put_text(&wav, "LIST");
    put_number(&wav, 5, 4);
    put_number(&wav, 0x123456789A, 5);
    put_number(&wav, 0, 1);
    save("x.wav", wav.n);
    assert_int_equal(judged("x.wav", 0).frames, FRAMES - odd);
  }
  s.data_bytes = 0;
  make(&s, 0);
  put_text(&wav, "LIST");
  put_number(&wav, 4, 4);
  put_number(&wav, 0x12345678, 4);
  save("x.wav", wav.n);
  assert_status("x.wav", CST_AUDIO_EMPTY, "no samples");
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
      cmocka_unit_test(streamed_lengths_are_accepted),
      cmocka_unit_test(streamed_rf64_is_accepted),
      cmocka_unit_test(chunks_after_the_samples),
      cmocka_unit_test(many_channels_are_a_mean),
      cmocka_unit_test(silent_and_short),
      cmocka_unit_test_teardown(longer_than_the_first_room, test_release),
      cmocka_unit_test(status_texts_parse_back),
      cmocka_unit_test(nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
