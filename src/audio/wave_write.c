/*
 * Audio files out: wav of 16 or 24 bits or float, and FLAC.
 *
 * Integers are rounded here, by 2^(bits-1), so that what is written reads back as written;
 * libsndfile would scale by 2^(bits-1)-1 on the way out and by 2^(bits-1) on the way in.
 * WAVE_FORMAT_EXTENSIBLE where Microsoft's specification asks for it: more than 16 bits or more
 * than two channels.
 */
#include "cassette/clip.h"

#include "cassette/file.h"
#include "cassette/memory.h"
#include "sound_open.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK_SAMPLES = 4096 };

static int format_code(cst_wave_format format, uint32_t channels)
{
  const int plain = channels > 2 ? SF_FORMAT_WAVEX : SF_FORMAT_WAV;

  switch (format) {
  case CST_WAVE_PCM16:
    return plain | SF_FORMAT_PCM_16;
  case CST_WAVE_PCM24:
    return SF_FORMAT_WAVEX | SF_FORMAT_PCM_24;
  case CST_WAVE_FLOAT:
    return plain | SF_FORMAT_FLOAT;
  case CST_WAVE_FLAC16:
    return SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
  }
  CST_ASSERT(!"a wave format");
  return 0;
}

/* To the upper bits of an int, nearest value, within range; NaN becomes 0. */
static int quantise(float x, int bits)
{
  const double full = (double)(1 << (bits - 1)), scaled = rint((double)x * full);

  if (!(scaled >= -full)) return x == x ? -(1 << (bits - 1)) * (1 << (32 - bits)) : 0;
  return (int)(scaled > full - 1.0 ? full - 1.0 : scaled) * (1 << (32 - bits));
}

/* False if not all of it reached the file. */
static bool write_frames(SNDFILE *file, int bits, size_t channels, const float *samples, size_t n)
{
  int block[BLOCK_SAMPLES];
  const size_t max = BLOCK_SAMPLES / channels;

  if (bits == 0) return sf_writef_float(file, samples, (sf_count_t)n) == (sf_count_t)n;
  while (n > 0) {
    const size_t frames = n < max ? n : max;
    for (size_t i = 0; i < frames * channels; i++) block[i] = quantise(samples[i], bits);
    if (sf_writef_int(file, block, (sf_count_t)frames) != (sf_count_t)frames) return false;
    samples += frames * channels;
    n -= frames;
  }
  return true;
}

cst_status cst_audio_write(const char *path, cst_wave_format format, uint32_t rate_hz,
                           uint32_t channels, const float *samples, size_t n)
{
  cst_status st = CST_OK;
  SF_INFO header = {.samplerate = (int)rate_hz,
                    .channels = (int)channels,
                    .format = format_code(format, channels)};
  const int bits = format == CST_WAVE_FLOAT ? 0 : format == CST_WAVE_PCM24 ? 24 : 16;
  SNDFILE *file = NULL;
  char *temp = cst_file_temp(path), why[256] = "";
  bool whole = false;
  int fd = -1;

  CST_ASSERT(channels >= 1 && channels <= BLOCK_SAMPLES);
  if (!temp) CST_FAIL(CST_ERR_INTERNAL, "no memory to write %s", path);
  CST_TRY(cst_target_check(path));
  fd = cst_temp_open(temp);
  if (fd < 0) CST_TRY(cst_file_failed(path, "write"));
  file = cst_sound_create(fd, &header, why, sizeof why);
  if (!file) CST_FAIL(CST_ERR_DATA, "cannot write %s: libsndfile: %s", path, why);

  /* The PEAK chunk holds the time of day: equal samples would be unequal files. */
  sf_command(file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
  whole = write_frames(file, bits, channels, samples, n);
  whole = sf_error(file) == SF_ERR_NO_ERROR && whole;
  whole = sf_close(file) == 0 && whole;
  file = NULL;
  if (!whole)
    CST_FAIL(CST_ERR_DATA,
             "cannot write %s: is the disk full, or the file larger than ulimit -f allows?", path);
  /* Not synced: whoever trusts such a file after a crash of the machine reads it first, as synth
   * does, and a data set of thousands of clips would wait minutes for the disk. */
  if (rename(temp, path) != 0) CST_TRY(cst_file_failed(path, "write"));
done:
  if (file) sf_close(file);
  if (fd >= 0) close(fd);
  if (st != CST_OK && temp) cst_file_remove(temp);
  cst_free(temp);
  return st;
}
