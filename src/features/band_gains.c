/*
 * Contract in cassette/band_gains.h.  The spectrogram of a response whose largest sample lies in the
 * middle of a frame, less that of an impulse at the same place, whose spectrum is 1.
 */
#include "cassette/band_gains.h"

#include "cassette/clip.h"
#include "cassette/file.h"
#include "cassette/memory.h"

#include <math.h>
#include <string.h>

enum { FRAME = 4, FRAMES = 2 * FRAME + 1 }; /* looked at, and all */

typedef struct {
  const char *root;
  cst_logmel_spec spec;
  cst_logmel *logmel;
  cst_resampler *resampler;
  float *samples; /* [n_samples] */
  size_t n_samples;
  float *frames;  /* [FRAMES][bins] */
  float *impulse; /* [bins] */
  cst_band_gains *gains;
  size_t capacity; /* of gains->gain_db, rows */
} reader;

static size_t largest_sample(size_t n, const float *x)
{
  size_t at = 0;
  for (size_t i = 1; i < n; i++)
    if (fabsf(x[i]) > fabsf(x[at])) at = i;
  return at;
}

/* Levels [bins] of @p x with its largest sample in the middle of the frame. */
static cst_status take_levels(reader *r, size_t n, const float *x, float *out)
{
  cst_status st = CST_OK;
  const size_t middle = FRAME * r->spec.hop, peak = largest_sample(n, x);
  for (size_t i = 0; i < r->n_samples; i++) {
    const size_t before = i + peak; /* of x, middle later */
    r->samples[i] = before >= middle && before - middle < n ? x[before - middle] : 0.0f;
  }
  CST_TRY(cst_logmel_compute(r->logmel, r->samples, r->n_samples, r->frames));
  memcpy(out, r->frames + FRAME * r->spec.bins, r->spec.bins * sizeof *out);
done:
  return st;
}

static cst_status add_row(reader *r, float **row)
{
  cst_status st = CST_OK;
  cst_band_gains *g = r->gains;
  if (g->n == r->capacity) {
    float *more = NULL;
    const size_t capacity = r->capacity ? 2 * r->capacity : 16;
    CST_ALLOC(more, capacity * g->bins);
    if (g->n) memcpy(more, g->gain_db, g->n * g->bins * sizeof *more);
    cst_free(g->gain_db);
    g->gain_db = more;
    r->capacity = capacity;
  }
  *row = g->gain_db + g->n * g->bins;
  g->n++;
done:
  return st;
}

static cst_status take_response(reader *r, const char *path, size_t n, const float *x)
{
  cst_status st = CST_OK;
  float *row = NULL;
  double mean = 0.0;
  if (n == 0 || x[largest_sample(n, x)] == 0.0f)
    CST_FAIL(CST_ERR_DATA, "%s: is silent, no impulse response; remove it", path);
  CST_TRY(add_row(r, &row));
  CST_TRY(take_levels(r, n, x, row));
  for (size_t m = 0; m < r->gains->bins; m++) {
    row[m] -= r->impulse[m];
    mean += (double)row[m] / (double)r->gains->bins;
  }
  for (size_t m = 0; m < r->gains->bins; m++) row[m] = (float)((double)row[m] - mean);
done:
  return st;
}

static cst_status read_response(void *context, const char *relative)
{
  cst_status st = CST_OK;
  reader *r = context;
  cst_audio audio = {0};
  const float *samples;
  size_t n;
  char *path = cst_path_join(r->root, relative);
  if (!path) CST_TRY(cst_no_memory("a path", strlen(relative), 1));
  CST_TRY(cst_audio_read(path, 0.0, &audio));
  if (!cst_audio_usable(audio.info.status))
    CST_FAIL(CST_ERR_DATA, "%s: %s%s%s; a directory of impulse responses holds nothing else", path,
             cst_audio_status_text(audio.info.status), *audio.info.detail ? ": " : "",
             audio.info.detail);
  CST_TRY(cst_resample(r->resampler, audio.samples, audio.n, audio.info.rate_hz, r->spec.rate_hz,
                       &samples, &n));
  CST_TRY(take_response(r, path, n, samples));
done:
  cst_audio_reset(&audio);
  cst_free(path);
  return st;
}

static cst_status open_reader(reader *r)
{
  cst_status st = CST_OK;
  static const float one = 1.0f;
  r->spec.frames = FRAMES;
  r->n_samples = FRAMES * r->spec.hop;
  CST_ALLOC(r->samples, r->n_samples);
  CST_ALLOC(r->frames, FRAMES * r->spec.bins);
  CST_ALLOC(r->impulse, r->spec.bins);
  CST_TRY(cst_logmel_create(&r->spec, &r->logmel));
  CST_TRY(cst_resampler_create(&r->resampler));
  CST_TRY(take_levels(r, 1, &one, r->impulse));
done:
  return st;
}

cst_status cst_band_gains_read(const char *path, const cst_logmel_spec *spec, cst_band_gains *out)
{
  cst_status st = CST_OK;
  reader r = {.root = path, .spec = *spec, .gains = out};
  *out = (cst_band_gains){.bins = spec->bins};
  CST_TRY(open_reader(&r));
  CST_TRY(cst_walk(path, read_response, &r));
  if (out->n == 0)
    CST_FAIL(CST_ERR_DATA, "%s: holds no impulse responses; give a directory of audio files", path);
done:
  cst_logmel_destroy(&r.logmel);
  cst_resampler_destroy(&r.resampler);
  cst_free(r.samples);
  cst_free(r.frames);
  cst_free(r.impulse);
  if (st != CST_OK) cst_band_gains_reset(out);
  return st;
}

void cst_band_gains_reset(cst_band_gains *self)
{
  cst_free(self->gain_db);
  *self = (cst_band_gains){0};
}
