/*
 * Decode a file, mix it down, and say what is wrong with it.
 *
 * libsndfile gives float32 with integer samples scaled by 2^-(bits-1).  It reads a cut wav as if it
 * were a shorter one and a damaged Ogg without its damaged part, so completeness is judged here,
 * from the container's own bytes; formats of which that cannot be judged are refused (MP3, whose
 * frame count libsndfile guesses; AIFF, AU, CAF, W64).  What cannot be found: the missing end of a
 * FLAC stream whose header leaves the length open, where it is cut between frames.
 */
#include "cassette/clip.h"

#include "cassette/file.h"
#include "cassette/finite.h"
#include "cassette/memory.h"
#include "container.h"
#include "format.h"
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
  BLOCK_SAMPLES = 8192,   /* interleaved samples decoded at a time; >= libsndfile's 1024 channels */
  FIRST_FRAMES = 1 << 20, /* headers lie: room for more comes with what is read */
  MIN_RATE_HZ = 1000,     /* outside of these a header is damaged, and resampling such a clip */
  MAX_RATE_HZ = 1536000,  /* would take all memory */
};

static const struct {
  const char *text;
  bool usable;
} statuses[] = {
#define X(name, text, usable) [name] = {text, usable},
    CST_AUDIO_STATUS_LIST(X)
#undef X
};
enum { STATUSES = sizeof statuses / sizeof *statuses };

const char *cst_audio_status_text(cst_audio_status status)
{
  CST_ASSERT((size_t)status < STATUSES);
  return statuses[status].text;
}

bool cst_audio_usable(cst_audio_status status)
{
  CST_ASSERT((size_t)status < STATUSES);
  return statuses[status].usable;
}

bool cst_audio_status_parse(const char *text, cst_audio_status *out)
{
  for (size_t i = 0; i < STATUSES; i++)
    if (!strcmp(statuses[i].text, text)) {
      *out = (cst_audio_status)i;
      return true;
    }
  return false;
}

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

/* All that can be decoded, whatever the header says. */
static cst_status decode(SNDFILE *file, const SF_INFO *header, float **samples, size_t *n)
{
  cst_status st = CST_OK;
  const size_t channels = (size_t)header->channels, block = BLOCK_SAMPLES / channels;
  float frames[BLOCK_SAMPLES];
  size_t capacity = header->frames > 0 && header->frames < FIRST_FRAMES ? (size_t)header->frames
                                                                        : (size_t)FIRST_FRAMES;
  sf_count_t got = 0;

  CST_ALLOC(*samples, capacity);
  do {
    if (*n == capacity) {
      if (!(sf_readf_float(file, frames, 1) == 1)) break; /* most files end just here */
      float *more = cst_realloc(*samples, 2 * capacity, sizeof *more);
      if (!more)
        CST_FAIL(CST_ERR_INTERNAL, "no memory for a recording of more than %zu samples", capacity);
      *samples = more;
      capacity *= 2;
      mix_down(frames, 1, channels, *samples + (*n)++);
    }
    const size_t want = capacity - *n < block ? capacity - *n : block;
    float *to = channels == 1 ? *samples + *n : frames;
    got = sf_readf_float(file, to, (sf_count_t)want);
    if (channels > 1 && got > 0) mix_down(frames, (size_t)got, channels, *samples + *n);
    if (got > 0) *n += (size_t)got;
  } while (got > 0);
done:
  return st;
}

static bool all_zero(const float *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (x[i] != 0.0f) return false;
  return true;
}

/* Compare what was decoded with what the container announces. */
static void judge_whole(const uint8_t *bytes, uint64_t n, const cst_sample_chunk *chunk,
                        const SF_INFO *header, cst_audio_info *info)
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
  else if (!cst_container_ogg_whole(bytes, n, &at))
    judge(info, CST_AUDIO_TRUNCATED, "Ogg pages end or are damaged at byte %llu of %llu",
          (unsigned long long)at, (unsigned long long)n);
  else if (open_length && cst_format_is_flac(header) && !cst_container_flac_ends(bytes, n))
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
static void judge_joined(const uint8_t *bytes, uint64_t n, const cst_sample_chunk *chunk,
                         cst_audio_info *info)
{
  const uint64_t at = cst_container_joined(bytes, n, chunk);
  if (at)
    judge(info, CST_AUDIO_UNREADABLE,
          "several recordings joined, the second begins at byte %llu; make them one: sox "
          "--combine concatenate A B NEW.wav",
          (unsigned long long)at);
}

static void judge_samples(const cst_audio *clip, double seconds, cst_audio_info *info)
{
  info->bad_index = cst_first_not_finite(clip->n, clip->samples);
  if (info->bad_index < clip->n) {
    judge(info, CST_AUDIO_NOT_FINITE, "sample %llu is not a finite number",
          (unsigned long long)info->bad_index);
    return;
  }
  info->bad_index = 0;
  if (all_zero(clip->samples, clip->n))
    info->status = CST_AUDIO_SILENT;
  else if ((double)clip->n + 1.0 <= seconds * info->rate_hz + 1e-6)
    info->status = CST_AUDIO_SHORT;
}

/* What libsndfile makes of the whole file in memory, and whether to believe it. */
static cst_status read_bytes(uint8_t *bytes, uint64_t n, double seconds, cst_audio *out)
{
  cst_status st = CST_OK;
  SF_INFO header = {0};
  SNDFILE *file = NULL;
  cst_sound_source from = {.file = bytes, .bytes = n};
  const cst_sample_chunk chunk = cst_container_samples(bytes, n);

  judge_joined(bytes, n, &chunk, &out->info);
  if (out->info.status != CST_AUDIO_OK) goto done;
  memcpy(bytes + chunk.length.at, chunk.length.bytes, chunk.length.n);
  CST_TRY(open_sound(&from, &out->info, &header, &file));
  if (!file) goto done;

  CST_TRY(decode(file, &header, &out->samples, &out->n));
  out->info.frames = out->n;
  judge_whole(bytes, n, &chunk, &header, &out->info);
  if (out->info.status == CST_AUDIO_OK) judge_samples(out, seconds, &out->info);
done:
  if (file) sf_close(file);
  return st;
}

cst_status cst_audio_read(const char *path, double seconds, cst_audio *out)
{
  cst_status st = CST_OK;
  uint8_t *bytes = NULL;
  uint64_t n = 0;
  int fd = -1;

  *out = (cst_audio){.info.status = CST_AUDIO_OK};
  CST_TRY(open_file(path, &out->info, &fd));
  if (fd < 0) goto done;
  CST_TRY(sound_load(path, fd, &out->info.sound, &bytes, &n));
  if (n == 0)
    judge(&out->info, CST_AUDIO_EMPTY, "the file has no bytes");
  else
    CST_TRY(read_bytes(bytes, n, seconds, out));
done:
  if (st != CST_OK || !cst_audio_usable(out->info.status)) cst_audio_reset(out);
  cst_free(bytes);
  if (fd >= 0) close(fd);
  return st;
}

void cst_audio_reset(cst_audio *self)
{
  cst_free(self->samples);
  self->samples = NULL;
  self->n = 0;
}
