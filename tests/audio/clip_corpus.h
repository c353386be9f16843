/* Audio files for tests of the reader, and what it is to say of them. */
#ifndef CLIP_CORPUS_H
#define CLIP_CORPUS_H

#include "cassette/clip.h"
#include "cassette/file.h"
#include "cassette/recording.h"
#include "support/test_support.h"
#include "wav_bytes.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>

enum { FRAMES = 4800 };

static wav_bytes wav;

/* Multiples of 1/128: every format holds them exactly. */
static inline double value(size_t frame, size_t channel)
{
  return (double)((int)((frame * 7 + channel * 31 + frame / 50) % 255) - 127) / 128.0;
}

static inline const char *at(const char *name)
{
  static char dir[512], path[2048];
  if (!dir[0]) snprintf(dir, sizeof dir, "%s", test_temp_dir());
  snprintf(path, sizeof path, "%s/%s", dir, name);
  return path;
}

static inline void make(const wav_spec *s, size_t frames)
{
  put_header(&wav, s);
  for (size_t i = 0; i < frames; i++)
    for (size_t c = 0; c < s->channels; c++) put_sample(&wav, s, value(i, c));
}

static inline void save(const char *name, size_t n) { test_write_file(at(name), wav.bytes, n); }

/* Piece by piece, and read where it lies, a recording is what it is when read whole. */
static inline void assert_pieces_agree(const char *name, const cst_audio *whole)
{
  enum { PIECE = 333 };
  cst_recording *recording;
  float piece[PIECE];
  size_t n, total = 0;

  assert_ok(cst_recording_open(at(name), &recording));
  for (;;) {
    assert_ok(cst_recording_read(recording, piece, 1 + total % PIECE, &n));
    if (n == 0) break;
    if (whole->samples && total + n <= whole->n)
      assert_memory_equal(piece, whole->samples + total, n * sizeof *piece);
    total += n;
  }
  const cst_audio_info *info = cst_recording_info(recording), *want = &whole->info;
  const bool is_short = want->status == CST_AUDIO_SHORT;
  if (info->status != (is_short ? CST_AUDIO_OK : want->status))
    fail_msg("%s: %s in pieces, %s whole", name, cst_audio_status_text(info->status),
             cst_audio_status_text(want->status));
  assert_string_equal(info->detail, want->detail);
  assert_int_equal(info->rate_hz, want->rate_hz);
  assert_int_equal(info->channels, want->channels);
  assert_int_equal(info->frames, want->frames);
  assert_int_equal(info->frames_header, want->frames_header);
  assert_int_equal(info->bad_index, want->bad_index);
  if (whole->samples) assert_int_equal(total, whole->n);
  cst_recording_close(&recording);
}

static inline cst_audio_info judged(const char *name, double seconds)
{
  cst_audio clip;
  assert_ok(cst_audio_read(at(name), seconds, &clip));
  const cst_audio_info info = clip.info;
  assert_pieces_agree(name, &clip);

  assert_true(cst_audio_usable(info.status) == (clip.samples != NULL));
  assert_true(cst_audio_usable(info.status) == (info.detail[0] == '\0'));
  assert_null(strpbrk(info.detail, "\n\r"));
  cst_audio_reset(&clip);
  return info;
}

static inline void assert_status(const char *name, cst_audio_status want, const char *detail)
{
  const cst_audio_info info = judged(name, 0.05);
  if (info.status != want || !strstr(info.detail, detail))
    fail_msg("%s: %s (%s), want %s (%s)", name, cst_audio_status_text(info.status), info.detail,
             cst_audio_status_text(want), detail);
}

/* 16 bits, mono, 48 kHz. */
static inline wav_spec plain(size_t frames)
{
  return (wav_spec){
      .tag = 1, .channels = 1, .bits = 16, .rate_hz = 48000, .data_bytes = (uint32_t)(2 * frames)};
}

static inline void check_samples(const char *name, uint32_t rate_hz, size_t channels)
{
  cst_audio clip;

  assert_ok(cst_audio_read(at(name), (double)FRAMES / rate_hz, &clip));
  if (clip.info.status != CST_AUDIO_OK) fail_msg("%s: %s", name, clip.info.detail);
  assert_pieces_agree(name, &clip);
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

/* Through libsndfile, for the formats that are not made byte by byte. */
static inline void encode(const char *name, int format, uint32_t rate_hz, uint32_t channels)
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

#endif
