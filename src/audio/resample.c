/*
 * Sample rates: libsoxr SOXR_HQ on float32, as librosa >= 0.10 calls it ("soxr_hq").
 *
 * Fed in chunks, which stay in cache: one call over a whole clip takes 1.6 times as long and gives
 * the same bits.  The converter of the last pair of rates is kept; soxr_clear() makes it as new
 * (test_resample holds it to the bits of a fresh one).
 */
#include "cassette/clip.h"

#include "cassette/memory.h"

#include <math.h>
#include <pthread.h>
#include <sndfile.h>
#include <soxr.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK_SAMPLES = 1 << 15 };

struct cst_resampler {
  soxr_t soxr;
  uint32_t rate_in_hz, rate_out_hz; /* of soxr */
  bool same;                        /* nothing to do for the signal that was begun */
  uint64_t fed, given;              /* samples of that signal so far */
  float *samples;                   /* [capacity] */
  size_t capacity;
};

cst_status cst_resampler_create(cst_resampler **out)
{
  cst_status st = CST_OK;
  CST_ALLOC(*out, 1);
done:
  return st;
}

void cst_resampler_destroy(cst_resampler **self)
{
  if (!*self) return;
  soxr_delete((*self)->soxr);
  cst_free((*self)->samples);
  cst_free(*self);
  *self = NULL;
}

static cst_status prepare(cst_resampler *self, uint32_t rate_in_hz, uint32_t rate_out_hz)
{
  cst_status st = CST_OK;
  const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  soxr_error_t error = NULL;

  if (self->soxr && self->rate_in_hz == rate_in_hz && self->rate_out_hz == rate_out_hz &&
      !soxr_clear(self->soxr))
    goto done;
  soxr_delete(self->soxr);
  self->soxr = soxr_create(rate_in_hz, rate_out_hz, 1, &error, &io, &quality, &runtime);
  if (!self->soxr || error)
    CST_FAIL(CST_ERR_INTERNAL, "libsoxr cannot convert %u Hz to %u Hz: %s", rate_in_hz, rate_out_hz,
             soxr_strerror(error));
  self->rate_in_hz = rate_in_hz;
  self->rate_out_hz = rate_out_hz;
done:
  return st;
}

cst_status cst_resample_begin(cst_resampler *self, uint32_t rate_in_hz, uint32_t rate_out_hz)
{
  self->fed = self->given = 0;
  self->same = rate_in_hz == rate_out_hz;
  return self->same ? CST_OK : prepare(self, rate_in_hz, rate_out_hz);
}

static cst_status reserve(cst_resampler *self, size_t n)
{
  if (n <= self->capacity) return CST_OK;
  float *more = cst_realloc(self->samples, n, sizeof *more);
  if (!more) return cst_no_memory("resampled audio", n, sizeof *more);
  self->samples = more;
  self->capacity = n;
  return CST_OK;
}

/* Take @p n samples (NULL: no more come, give out what is inside) and append what that makes. */
static cst_status convert(cst_resampler *self, const float *in, size_t n, size_t *made)
{
  cst_status st = CST_OK;
  size_t used = 0, taken, got;

  do {
    if (*made + CHUNK_SAMPLES > self->capacity) CST_TRY(reserve(self, 2 * (*made + CHUNK_SAMPLES)));
    const size_t chunk = n - used < CHUNK_SAMPLES ? n - used : CHUNK_SAMPLES;
    const soxr_error_t error = soxr_process(self->soxr, in ? in + used : NULL, chunk, &taken,
                                            self->samples + *made, self->capacity - *made, &got);
    if (error) CST_FAIL(CST_ERR_INTERNAL, "libsoxr: %s", error);
    used += taken;
    *made += got;
  } while (in ? used < n : got > 0);
done:
  return st;
}

/* Samples that a signal of so many has: the ratio first, then the product, in double, which is
 * librosa's order. */
static uint64_t resampled(const cst_resampler *self, uint64_t n)
{
  return (uint64_t)ceil((double)n * ((double)self->rate_out_hz / (double)self->rate_in_hz));
}

cst_status cst_resample_feed(cst_resampler *self, const float *in, size_t n, bool last,
                             const float **out, size_t *n_out)
{
  cst_status st = CST_OK;
  size_t made = 0;

  *out = in;
  *n_out = n;
  if (self->same) goto done;
  self->fed += n;
  if (n > 0) CST_TRY(convert(self, in, n, &made));
  if (last && self->fed > 0) {
    CST_TRY(convert(self, NULL, 0, &made));
    const size_t left = (size_t)(resampled(self, self->fed) - self->given);
    CST_TRY(reserve(self, left));
    if (left > made) memset(self->samples + made, 0, (left - made) * sizeof *self->samples);
    made = left;
  }
  self->given += made;
  *out = self->samples;
  *n_out = made;
done:
  return st;
}

cst_status cst_resample(cst_resampler *self, const float *in, size_t n, uint32_t rate_in_hz,
                        uint32_t rate_out_hz, const float **out, size_t *n_out)
{
  const cst_status st = cst_resample_begin(self, rate_in_hz, rate_out_hz);
  return st == CST_OK ? cst_resample_feed(self, in, n, true, out, n_out) : st;
}

static char versions[96];

static void find_versions(void)
{
  snprintf(versions, sizeof versions, "%s %s", sf_version_string(), soxr_version());
}

const char *cst_audio_versions(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, find_versions);
  return versions;
}
