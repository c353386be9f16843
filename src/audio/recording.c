/*
 * A recording, piece by piece, in cassette/recording.h: decoded, mixed down, and judged.
 *
 * libsndfile gives float32 with integer samples scaled by 2^-(bits-1).  It reads a cut wav as if it
 * were a shorter one and a damaged Ogg without its damaged part, so completeness is judged here,
 * from the container's own bytes; formats of which that cannot be judged are refused (MP3, whose
 * frame count libsndfile guesses; AIFF, AU, CAF, W64).  What cannot be found: the missing end of a
 * FLAC stream whose header leaves the length open, where it is cut between frames.
 */
#include "cassette/recording.h"

#include "cassette/file.h"
#include "cassette/finite.h"
#include "cassette/memory.h"
#include "container.h"
#include "format.h"
#include "recording_of.h"
#include "sound.h"
#include "sound_open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  BLOCK_SAMPLES = 8192,  /* interleaved samples decoded at a time; >= libsndfile's 1024 channels */
  MIN_RATE_HZ = 1000,    /* outside of these a header is damaged, and resampling such a clip */
  MAX_RATE_HZ = 1536000, /* would take all memory */
};

struct cst_recording {
  char *path;
  int fd; /* -1: nothing to close */
  uint8_t *memory;
  cst_sound_source source;
  cst_sample_chunk chunk;
  SF_INFO header;
  SNDFILE *file; /* NULL: it is over */
  bool sounds;   /* a sample was not zero */
  bool finite;   /* all of them so far */
  cst_audio_info info;
};

__attribute__((format(printf, 3, 4))) static void judge(cst_audio_info *info,
                                                        cst_audio_status status, const char *format,
                                                        ...)
{
  va_list args;

  info->status = status;
  va_start(args, format);
  vsnprintf(info->detail, sizeof info->detail, format, args);
  va_end(args);
  for (char *c = info->detail; *c; c++) /* the library's texts may end in a newline */
    if ((unsigned char)*c < ' ') *c = ' ';
}

/* Reasons that lie in the recording; what this process lacks, or a disk that does not answer, is no
 * property of it. */
static bool is_verdict(int error)
{
  return error == EACCES || error == EPERM || error == ELOOP || error == ENAMETOOLONG ||
         error == ENXIO || error == ENODEV;
}

/* Open without blocking on a pipe or a device.  *out -1: judged. */
static cst_status open_file(const char *path, cst_audio_info *info, int *out)
{
  struct stat about;
  const int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;

  *out = -1;
  if (!path || (fd < 0 && (errno == ENOENT || errno == ENOTDIR))) {
    judge(info, CST_AUDIO_MISSING, "no such file");
  } else if (fd < 0 && is_verdict(errno)) {
    judge(info, CST_AUDIO_UNREADABLE, "cannot be opened: %s", strerror(errno));
  } else if (fd < 0 || fstat(fd, &about) != 0) {
    const cst_status st = cst_file_failed(path, "read");
    if (fd >= 0) close(fd);
    return st;
  } else if (!S_ISREG(about.st_mode)) {
    judge(info, CST_AUDIO_UNREADABLE, S_ISDIR(about.st_mode) ? "is a directory" : "is not a file");
  } else {
    sound_look(&about, &info->sound);
    *out = fd;
    return CST_OK;
  }
  if (fd >= 0) close(fd);
  return CST_OK;
}

/* Judge what libsndfile says of a file that it does not open.  Without memory it says so in words
 * alone: the number is not among its public ones. */
static cst_status judge_unopened(const char *why, cst_audio_info *info)
{
  if (strstr(why, "malloc")) return cst_no_memory("a recording in libsndfile", 1, 1);
  judge(info, CST_AUDIO_UNREADABLE, "libsndfile: %s", why);
  return CST_OK;
}

/* *out NULL: judged. */
static cst_status open_sound(cst_sound_source *from, cst_audio_info *info, SF_INFO *header,
                             SNDFILE **out)
{
  char why[sizeof info->detail];
  SNDFILE *file = cst_sound_open(from, header, why, sizeof why);

  *out = NULL;
  if (!file) return judge_unopened(why, info);
  info->rate_hz = (uint32_t)header->samplerate;
  info->channels = (uint32_t)header->channels;
  if (!cst_format_known(header, why, sizeof why))
    judge(info, CST_AUDIO_UNREADABLE,
          "%.60s is not read; convert it to WAV or FLAC (ffmpeg -i FILE NEW.flac)", why);
  else if (header->samplerate < MIN_RATE_HZ || header->samplerate > MAX_RATE_HZ)
    judge(info, CST_AUDIO_UNREADABLE, "the header says %d Hz: damaged", header->samplerate);
  else
    *out = file;
  if (!*out) sf_close(file);
  return CST_OK;
}

/* Mean, not sum: full scale stays +-1 for any channel count. */
static void mix_down(const float *frames, size_t n, size_t channels, float *mono)
{
  if (channels == 2) { /* the same numbers, as vectors */
    for (size_t i = 0; i < n; i++) mono[i] = (frames[2 * i] + frames[2 * i + 1]) / 2.0f;
    return;
  }
  for (size_t i = 0; i < n; i++) {
    float sum = 0.0f;
    for (size_t c = 0; c < channels; c++) sum += frames[i * channels + c];
    mono[i] = sum / (float)channels;
  }
}

static bool all_zero(const float *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (x[i] != 0.0f) return false;
  return true;
}

/* Compare what was decoded with what the container announces. */
static void judge_whole(sound_bytes *file, const cst_sample_chunk *chunk, const SF_INFO *header,
                        cst_audio_info *info)
{
  const bool open_length = header->frames <= 0 || header->frames == SF_COUNT_MAX;
  const uint64_t frame_bytes = cst_format_frame_bytes(header);
  uint64_t at = 0;

  info->frames_header = open_length ? info->frames : (uint64_t)header->frames;
  if (chunk->known && chunk->announced_bytes > chunk->present_bytes && frame_bytes)
    info->frames_header = chunk->announced_bytes / frame_bytes;

  if (!chunk->consistent)
    judge(info, CST_AUDIO_UNREADABLE,
          "the header contradicts itself: %u channels in frames of another size", info->channels);
  else if (!cst_container_ogg_whole(file, &at))
    judge(info, CST_AUDIO_TRUNCATED, "Ogg pages end or are damaged at byte %llu of %llu",
          (unsigned long long)at, (unsigned long long)file->bytes);
  else if (open_length && cst_format_is_flac(header) && !cst_container_flac_ends(file))
    judge(info, CST_AUDIO_TRUNCATED, "ends inside a FLAC frame, after %llu samples",
          (unsigned long long)info->frames);
  else if (info->frames == 0 && open_length)
    judge(info, CST_AUDIO_EMPTY, "no samples");
  else if (chunk->known && chunk->announced_bytes > chunk->present_bytes)
    judge(info, CST_AUDIO_TRUNCATED,
          "the header announces %llu bytes of samples, the file has %llu",
          (unsigned long long)chunk->announced_bytes, (unsigned long long)chunk->present_bytes);
  else if (info->frames < info->frames_header)
    judge(info, CST_AUDIO_TRUNCATED, "%llu of %llu samples can be decoded",
          (unsigned long long)info->frames, (unsigned long long)info->frames_header);
}

/* Only the first of several would be heard. */
static void judge_joined(sound_bytes *file, const cst_sample_chunk *chunk, cst_audio_info *info)
{
  const uint64_t at = cst_container_joined(file, chunk);
  if (at)
    judge(info, CST_AUDIO_UNREADABLE,
          "several recordings joined, the second begins at byte %llu; make them one: sox "
          "--combine concatenate A B NEW.wav",
          (unsigned long long)at);
}

static cst_status check_reading(const cst_recording *self)
{
  if (self->source.file.error == 0) return CST_OK;
  errno = self->source.file.error;
  return cst_file_failed(self->path, "read");
}

/* What libsndfile makes of the file, and whether to believe it. */
static cst_status start(cst_recording *self)
{
  cst_status st = CST_OK;
  if (self->source.file.bytes == 0) {
    judge(&self->info, CST_AUDIO_EMPTY, "the file has no bytes");
    goto done;
  }
  self->chunk = cst_container_samples(&self->source.file);
  judge_joined(&self->source.file, &self->chunk, &self->info);
  if (self->info.status != CST_AUDIO_OK) goto done;
  self->source.file.correction = self->chunk.length;
  CST_TRY(open_sound(&self->source, &self->info, &self->header, &self->file));
done:
  return st == CST_OK ? check_reading(self) : st;
}

cst_status recording_open(const char *path, bool in_memory, cst_recording **out)
{
  cst_status st = CST_OK;
  cst_recording *self = NULL;
  *out = NULL;
  CST_ALLOC(self, 1);
  *self = (cst_recording){.fd = -1, .finite = true, .info.status = CST_AUDIO_OK};
  if (path && !(self->path = cst_strdup(path))) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(open_file(path, &self->info, &self->fd));
  if (self->fd >= 0) {
    sound_bytes *file = &self->source.file;
    *file = (sound_bytes){.fd = self->fd, .bytes = (uint64_t)self->info.sound.bytes};
    if (in_memory)
      CST_TRY(sound_load(path, self->fd, &self->info.sound, &self->memory, &file->bytes));
    file->memory = self->memory;
    CST_TRY(start(self));
  }
  *out = self;
  self = NULL;
done:
  cst_recording_close(&self);
  return st;
}

cst_status cst_recording_open(const char *path, cst_recording **out)
{
  return recording_open(path, false, out);
}

static void stop(cst_recording *self)
{
  if (self->file) sf_close(self->file);
  self->file = NULL;
}

void cst_recording_close(cst_recording **pointer)
{
  cst_recording *self = *pointer;
  if (!self) return;
  stop(self);
  if (self->fd >= 0) close(self->fd);
  cst_free(self->memory);
  cst_free(self->path);
  cst_free(self);
  *pointer = NULL;
}

const cst_audio_info *cst_recording_info(const cst_recording *self) { return &self->info; }

/* It is over: judge what came. */
static cst_status finish(cst_recording *self)
{
  cst_audio_info *info = &self->info;
  stop(self);
  judge_whole(&self->source.file, &self->chunk, &self->header, info);
  if (self->finite) info->bad_index = 0;
  if (info->status == CST_AUDIO_OK && !self->finite)
    judge(info, CST_AUDIO_NOT_FINITE, "sample %llu is not a finite number",
          (unsigned long long)info->bad_index);
  else if (info->status == CST_AUDIO_OK && !self->sounds)
    info->status = CST_AUDIO_SILENT;
  return check_reading(self);
}

/* Frames decoded and mixed into @p samples. */
static size_t decode(cst_recording *self, float *samples, size_t capacity)
{
  const size_t channels = (size_t)self->header.channels, block = BLOCK_SAMPLES / channels;
  float frames[BLOCK_SAMPLES];
  float *to = channels == 1 ? samples : frames;
  const size_t want = channels == 1 || capacity < block ? capacity : block;
  const sf_count_t got = sf_readf_float(self->file, to, (sf_count_t)want);
  if (got <= 0) return 0;
  if (channels > 1) mix_down(frames, (size_t)got, channels, samples);
  return (size_t)got;
}

static void look_at(cst_recording *self, const float *samples, size_t n)
{
  const size_t bad = self->finite ? cst_first_not_finite(n, samples) : n;
  if (bad < n) {
    self->finite = false;
    self->info.bad_index = self->info.frames + bad;
  }
  if (!self->sounds) self->sounds = !all_zero(samples, n);
  self->info.frames += n;
}

cst_status cst_recording_read(cst_recording *self, float *samples, size_t capacity, size_t *n)
{
  size_t got = 1;
  *n = 0;
  if (!self->file) return CST_OK;
  do { /* behind a sample that is none, only how far the file goes matters */
    got = decode(self, samples, capacity);
    look_at(self, samples, got);
  } while (got > 0 && !self->finite);
  if (got == 0) return finish(self);
  *n = got;
  return CST_OK;
}

size_t recording_frames_announced(const cst_recording *self)
{
  const sf_count_t n = self->file ? self->header.frames : 0;
  return n > 0 && n != SF_COUNT_MAX ? (size_t)n : 0;
}
