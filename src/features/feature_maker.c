/* From an audio file to features, in cassette/feature_store.h. */
#include "cassette/feature_store.h"
#include "cassette/finite.h"
#include "cassette/memory.h"
#include "overshoot.h"

#include <stdio.h>
#include <string.h>

struct cst_feature_maker {
  cst_logmel_spec spec;
  cst_logmel *logmel;
  cst_resampler *resampler;
};

cst_status cst_feature_maker_create(const cst_logmel_spec *spec, cst_feature_maker **out)
{
  cst_status st = CST_OK;
  cst_feature_maker *self = NULL;
  *out = NULL;
  CST_ALLOC(self, 1);
  self->spec = *spec;
  CST_TRY(cst_logmel_create(spec, &self->logmel));
  CST_TRY(cst_resampler_create(&self->resampler));
  *out = self;
  self = NULL;
done:
  cst_feature_maker_destroy(&self);
  return st;
}

void cst_feature_maker_destroy(cst_feature_maker **self)
{
  if (!*self) return;
  cst_logmel_destroy(&(*self)->logmel);
  cst_resampler_destroy(&(*self)->resampler);
  cst_free(*self);
  *self = NULL;
}

bool overshoots(const float *samples, size_t n, cst_audio_info *info)
{
  if (cst_first_not_finite(n, samples) == n) return false;
  info->status = CST_AUDIO_NOT_FINITE;
  snprintf(info->detail, sizeof info->detail, "not finite after resampling");
  return true;
}

cst_status cst_feature_make(cst_feature_maker *self, const char *path, float *out,
                            cst_audio_info *info)
{
  cst_status st = CST_OK;
  cst_audio audio = {.info = {.status = CST_AUDIO_MISSING}};
  const float *samples = NULL;
  size_t n = 0;

  memset(out, 0, self->spec.frames * self->spec.bins * sizeof *out);
  snprintf(audio.info.detail, sizeof audio.info.detail, "no audio file is known");
  if (path) CST_TRY(cst_audio_read(path, cst_logmel_seconds(&self->spec), &audio));
  if (!cst_audio_usable(audio.info.status)) goto done;
  CST_TRY(cst_resample(self->resampler, audio.samples, audio.n, audio.info.rate_hz,
                       self->spec.rate_hz, &samples, &n));
  if (overshoots(samples, n, &audio.info)) goto done;
  st = cst_logmel_compute(self->logmel, samples, n, out);
done:
  *info = audio.info;
  cst_audio_reset(&audio);
  return st;
}
