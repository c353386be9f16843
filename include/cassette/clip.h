/**
 * @file clip.h
 * Audio files in: decode, mix down, judge, resample.
 */
#ifndef CST_CLIP_H
#define CST_CLIP_H

#include "cassette/digest.h"
#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What a file turned out to be.  Values are stored in manifests: append only. */
#define CST_AUDIO_STATUS_LIST(X)                                                                   \
  X(CST_AUDIO_OK, "ok", true)                                                                      \
  X(CST_AUDIO_SHORT, "short", true)            /* zero-padded to the clip length */                \
  X(CST_AUDIO_SILENT, "silent", true)          /* every sample is zero */                          \
  X(CST_AUDIO_TRUNCATED, "truncated", false)   /* fewer samples than the header says */            \
  X(CST_AUDIO_EMPTY, "empty", false)           /* no samples, or no bytes */                       \
  X(CST_AUDIO_UNREADABLE, "unreadable", false) /* libsndfile cannot open or read it */             \
  X(CST_AUDIO_NOT_FINITE, "not finite", false) /* NaN or infinity among the samples */             \
  X(CST_AUDIO_MISSING, "missing", false)       /* no such file */                                  \
  X(CST_AUDIO_UNCHECKED, "unchecked", true)    /* not looked at yet */

typedef enum {
#define X(name, text, usable) name,
  CST_AUDIO_STATUS_LIST(X)
#undef X
} cst_audio_status;

const char *cst_audio_status_text(cst_audio_status status);
/** Whether a clip with this status takes part in training and evaluation. */
bool cst_audio_usable(cst_audio_status status);
/** Inverse of the text; false if there is no such status. */
bool cst_audio_status_parse(const char *text, cst_audio_status *out);

/** Which sound a file holds.  While size and time stay, the content counts as the same. */
typedef struct {
  int64_t bytes;
  int64_t changed_ns;          /**< last change (ctime: not to be set back), since 1970 */
  char digest[CST_DIGEST_HEX]; /**< of all bytes of the file; "" where they were not read */
} cst_sound;

/** Size and time of a file, the digest left empty; false where there is no regular file.  Local. */
bool cst_sound_look(const char *path, cst_sound *out);
/** Size, time and digest.  CST_ERR_DATA where it cannot be read.  Local, thread-safe. */
cst_status cst_sound_read(const char *path, cst_sound *out);
/** Whether size and time of @p now are those of @p before, whose digest is known. */
bool cst_sound_untouched(const cst_sound *before, const cst_sound *now);

typedef struct {
  cst_audio_status status;
  cst_sound sound; /**< zeros where no regular file could be opened */
  uint32_t rate_hz;
  uint32_t channels;
  uint64_t frames;        /**< sample frames found in the file */
  uint64_t frames_header; /**< sample frames its header announces */
  uint64_t bad_index;     /**< not finite: first sample frame concerned */
  char detail[160];       /**< one line for people when not usable, else "" */
} cst_audio_info;

typedef struct {
  float *samples; /**< [n] mono, full scale +-1, not clipped; NULL unless status is usable */
  size_t n;
  cst_audio_info info;
} cst_audio;

/** Decode a whole file and mix it down to the mean of its channels (float32, as soundfile gives
 *  it).  Bad audio is not an error: it is reported in out->info.status; CST_ERR_* is for memory.
 *  @param seconds  expected length: a shorter file is CST_AUDIO_SHORT (not padded here); 0: any.
 *  Local, thread-safe. */
cst_status cst_audio_read(const char *path, double seconds, cst_audio *out);
void cst_audio_reset(cst_audio *self); /**< releases the samples */

typedef struct cst_resampler cst_resampler; /**< one per thread; reuses its buffers */
cst_status cst_resampler_create(cst_resampler **out);
void cst_resampler_destroy(cst_resampler **self);
/** Resample mono float32 with libsoxr SOXR_HQ, fed in chunks.  *out is owned by the resampler and
 *  valid until the next call; n_out = ceil(n * (rate_out / rate_in)), the ratio rounded to double
 *  first, as librosa does; zero-padded or cut to that.  Equal rates: *out = in. */
cst_status cst_resample(cst_resampler *self, const float *in, size_t n, uint32_t rate_in_hz,
                        uint32_t rate_out_hz, const float **out, size_t *n_out);
/** The same a piece at a time: begin, then feed pieces, the last one (which may be empty) with
 *  @p last.  Together they give the samples of one call, in whatever pieces.  *out [*n_out] is valid
 *  until the next call; equal rates: *out = in. */
cst_status cst_resample_begin(cst_resampler *self, uint32_t rate_in_hz, uint32_t rate_out_hz);
cst_status cst_resample_feed(cst_resampler *self, const float *in, size_t n, bool last,
                             const float **out, size_t *n_out);
/** Version text of the decoding and resampling libraries, for fingerprints. */
const char *cst_audio_versions(void);

typedef enum { CST_WAVE_PCM16, CST_WAVE_PCM24, CST_WAVE_FLOAT, CST_WAVE_FLAC16 } cst_wave_format;
/** Write [n][channels] interleaved samples: the file is whole or absent (not synced to disk: after
 * a crash of the machine, read before you trust).  Integer formats round to multiples of
 * 2^-(bits-1) and clip to +-1; 24 bits, or more than two channels, are WAVE_FORMAT_EXTENSIBLE. */
cst_status cst_audio_write(const char *path, cst_wave_format format, uint32_t rate_hz,
                           uint32_t channels, const float *samples, size_t n);

#endif
