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
  uint32_t rate_in_hz, rate_out_hz;
  float *samples;
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

static cst_status reserve(cst_resampler *self, size_t n)
{
  cst_status st = CST_OK;

  if (n <= self->capacity) goto done;
  cst_free(self->samples);
  self->capacity = 0;
  CST_ALLOC(self->samples, n);
  self->capacity = n;
done:
  return st;
}

/* Feed all of @p in, then drain; *made is at most @p capacity. */
static soxr_error_t convert(cst_resampler *self, const float *in, size_t n, size_t capacity,
                            size_t *made)
{
  soxr_error_t error = NULL;
  size_t used = 0, got = 0;

  while (!error && used < n && *made < capacity) {
    const size_t chunk = n - used < CHUNK_SAMPLES ? n - used : CHUNK_SAMPLES;
    size_t taken = 0;
    error = soxr_process(self->soxr, in + used, chunk, &taken, self->samples + *made,
                         capacity - *made, &got);
    used += taken;
    *made += got;
  }
  do { /* no input: the end, give out what is inside */
    if (error || *made == capacity) break;
    error = soxr_process(self->soxr, NULL, 0, NULL, self->samples + *made, capacity - *made, &got);
    *made += got;
  } while (got);
  return error;
}

cst_status cst_resample(cst_resampler *self, const float *in, size_t n, uint32_t rate_in_hz,
                        uint32_t rate_out_hz, const float **out, size_t *n_out)
{
  cst_status st = CST_OK;
  soxr_error_t error = NULL;
  size_t made = 0;

  *out = in;
  *n_out = n;
  if (rate_in_hz == rate_out_hz || n == 0) goto done;
  *out = NULL;

  /* The ratio first, then the product, in double: librosa's own order, and so its length. */
  *n_out = (size_t)ceil((double)n * ((double)rate_out_hz / (double)rate_in_hz));
  CST_TRY(prepare(self, rate_in_hz, rate_out_hz));
  CST_TRY(reserve(self, *n_out));
  error = convert(self, in, n, *n_out, &made);
  if (error) CST_FAIL(CST_ERR_INTERNAL, "libsoxr: %s", error);
  memset(self->samples + made, 0, (*n_out - made) * sizeof *self->samples);
  *out = self->samples;
done:
  return st;
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
