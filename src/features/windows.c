/* Features of a recording of any length, window by window.  Contract in cassette/windows.h. */
#include "cassette/windows.h"

#include "cassette/memory.h"
#include "cassette/recording.h"
#include "cutter.h"
#include "overshoot.h"

enum { PIECE_SAMPLES = 1 << 16 };

struct cst_windows {
  cst_logmel_spec spec;
  cst_logmel *logmel;
  cst_resampler *resampler;
  cutter cutter;
  float *piece;    /* [PIECE_SAMPLES] of a recording */
  float *features; /* [frames][bins] of a window */
};

cst_status cst_windows_create(const cst_logmel_spec *spec, cst_windows **out)
{
  cst_status st = CST_OK;
  cst_windows *self = NULL;
  *out = NULL;
  CST_ALLOC(self, 1);
  self->spec = *spec;
  CST_TRY(cst_logmel_create(spec, &self->logmel));
  CST_TRY(cst_resampler_create(&self->resampler));
  CST_ALLOC(self->piece, PIECE_SAMPLES);
  CST_ALLOC(self->features, spec->frames * spec->bins);
  *out = self;
  self = NULL;
done:
  cst_windows_destroy(&self);
  return st;
}

void cst_windows_destroy(cst_windows **pointer)
{
  cst_windows *self = *pointer;
  if (!self) return;
  cst_logmel_destroy(&self->logmel);
  cst_resampler_destroy(&self->resampler);
  cutter_reset(&self->cutter);
  cst_free(self->piece);
  cst_free(self->features);
  cst_free(self);
  *pointer = NULL;
}

uint64_t cst_windows_samples(const cst_logmel_spec *spec)
{
  return (uint64_t)spec->frames * spec->hop;
}

/* All windows that are ready. */
static cst_status cut_windows(cst_windows *self, cst_window_fn each, void *context)
{
  cst_status st = CST_OK;
  const float *samples;
  uint64_t first, n;
  for (size_t i = (size_t)self->cutter.windows; cutter_next(&self->cutter, &samples, &first, &n);
       i++) {
    CST_TRY(cst_logmel_compute(self->logmel, samples, (size_t)n, self->features));
    CST_TRY(each(context, i, first, n, self->features));
  }
done:
  return st;
}

/* Another piece; *info says whether the recording is usable so far, @p last that it is over. */
static cst_status feed(cst_windows *self, cst_recording *from, cst_audio_info *info, bool *last)
{
  cst_status st = CST_OK;
  const float *samples;
  size_t got, n;
  CST_TRY(cst_recording_read(from, self->piece, PIECE_SAMPLES, &got));
  *info = *cst_recording_info(from);
  *last = got == 0;
  if (*last && !cst_audio_usable(info->status)) goto done;
  CST_TRY(cst_resample_feed(self->resampler, self->piece, got, *last, &samples, &n));
  if (overshoots(samples, n, info)) goto done;
  CST_TRY(cutter_add(&self->cutter, samples, n));
  self->cutter.over = *last;
done:
  return st;
}

cst_status cst_windows_make(cst_windows *self, const char *path, uint64_t hop, cst_window_fn each,
                            void *context, cst_audio_info *info)
{
  cst_status st = CST_OK;
  cst_recording *recording = NULL;
  bool last = false;

  CST_ASSERT(hop >= 1);
  *info = (cst_audio_info){.status = CST_AUDIO_MISSING};
  cutter_begin(&self->cutter, cst_windows_samples(&self->spec), hop);
  CST_TRY(cst_recording_open(path, &recording));
  *info = *cst_recording_info(recording);
  if (!cst_audio_usable(info->status)) goto done;
  CST_TRY(cst_resample_begin(self->resampler, info->rate_hz, self->spec.rate_hz));
  while (!last) {
    CST_TRY(feed(self, recording, info, &last));
    if (!cst_audio_usable(info->status)) break;
    CST_TRY(cut_windows(self, each, context));
  }
  if (info->status == CST_AUDIO_OK && self->cutter.end < self->cutter.window)
    info->status = CST_AUDIO_SHORT;
done:
  cst_recording_close(&recording);
  return st;
}
