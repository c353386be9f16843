/*
 * Log-mel spectrogram of one clip, in cassette/logmel.h.
 *
 *   frame t    y[t hop - fft/2 + i], i < fft, zero outside the signal: centred on sample t hop
 *   window     0.5 - 0.5 cos(2 pi i / window), in the middle of the fft, zero around
 *   s[t][m]    sum over bins k of filter[m][k] |FFT(frame t)[k]|          (magnitude, not power)
 *   out[t][m]  max(d(s[t][m]), d(max s) - top_db),  d(x) = 10 log10(max(x, amin))
 *
 * The maximum is over the frames of the whole signal, 1 + n / hop, also those that are cut off. The
 * baseline adds 2^-52 to each sample first, which moves nothing by more than 1e-9 dB: left out.
 * Double throughout: the floor lies 160 dB of power below the peak, where float transforms are
 * noise.
 */
#include "cassette/logmel.h"

#include "cassette/clip.h"
#include "cassette/elementary.h"
#include "cassette/finite.h"
#include "cassette/memory.h"
#include "fft.h"
#include "mel.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

struct cst_logmel {
  cst_logmel_spec spec;
  mel_bank bank;
  double *window;    /* [window] */
  double *frame;     /* [fft][FFT_LANES], zero outside the window */
  double *magnitude; /* [fft / 2 + 1][FFT_LANES] */
  double *group;     /* [bins][FFT_LANES] of some frames at once */
  double *mel;       /* [frames][bins] */
  fft *fft;
};

const char *const cst_logmel_presets[] = {"icme2024", "apsipa2025", NULL};

int cst_logmel_preset(const char *name, size_t frames, cst_logmel_spec *out)
{
  static const struct {
    const char *name;
    double low_hz;
  } presets[] = {{"icme2024", 10.0}, {"apsipa2025", 50.0}};

  for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
    if (strcmp(name, presets[i].name) != 0) continue;
    *out = (cst_logmel_spec){.rate_hz = 44100,
                             .fft = 2048,
                             .window = 1764,
                             .hop = 882,
                             .bins = 64,
                             .low_hz = presets[i].low_hz,
                             .high_hz = 22050.0,
                             .amin = 1e-10,
                             .top_db = 80.0,
                             .frames = frames};
    return 1;
  }
  return 0;
}

double cst_logmel_seconds(const cst_logmel_spec *spec)
{
  return (double)(spec->frames * spec->hop) / spec->rate_hz;
}

/* The number after the slash counts changes of this file that move features. */
void cst_logmel_fingerprint(const cst_logmel_spec *s, char *out, size_t bytes)
{
  snprintf(out, bytes,
           "logmel/2 rate_hz=%u fft=%zu window=%zu hop=%zu bands=%zu low_hz=%.17g high_hz=%.17g "
           "amin=%.17g top_db=%.17g frames=%zu libraries=%s",
           (unsigned)s->rate_hz, s->fft, s->window, s->hop, s->bins, s->low_hz, s->high_hz, s->amin,
           s->top_db, s->frames, cst_audio_versions());
}

bool cst_logmel_fingerprint_fits(const cst_logmel_spec *spec, const char *line)
{
  char own[512];
  cst_logmel_fingerprint(spec, own, sizeof own);
  const char *ours = strchr(own, ' '), *theirs = strchr(line, ' ');
  const char *end = strstr(ours, " libraries=");
  return theirs && strncmp(ours, theirs, (size_t)(end - ours) + strlen(" libraries=")) == 0;
}

static cst_status refuse(const char *what)
{
  return cst_raise(CST_ERR_USAGE, "features: %s; correct the features section", what);
}

/* Negated comparisons also catch NaN. */
static cst_status check_spec(const cst_logmel_spec *s)
{
  enum { MAX_FFT = 1 << 22, MAX_FRAMES = 1 << 24, MAX_BINS = 1 << 16 };
  if (s->rate_hz == 0) return refuse("rate_hz must not be 0");
  if (s->fft < 2 || s->fft > MAX_FFT) return refuse("fft must be from 2 to 4194304 samples");
  if (s->window == 0 || s->window > s->fft) return refuse("window must be from 1 to fft samples");
  if (s->hop == 0 || s->hop > MAX_FFT) return refuse("hop must be from 1 to 4194304 samples");
  if (s->bins == 0 || s->bins > MAX_BINS) return refuse("bands must be from 1 to 65536");
  if (s->frames == 0 || s->frames > MAX_FRAMES) return refuse("frames must be from 1 to 16777216");
  if (!(s->low_hz >= 0.0 && s->low_hz < s->high_hz && s->high_hz <= s->rate_hz / 2.0))
    return refuse("0 <= low_hz < high_hz <= rate_hz / 2 does not hold");
  if (!(s->amin > 0.0 && s->amin < INFINITY)) return refuse("amin must be positive");
  if (!(s->top_db > 0.0 && s->top_db < INFINITY)) return refuse("top_db must be positive");
  return CST_OK;
}

static void fill_window(double *window, size_t n)
{
  for (size_t i = 0; i < n; i++) window[i] = 0.5 - 0.5 * cst_cos(2.0 * PI * (double)i / (double)n);
}

cst_status cst_logmel_create(const cst_logmel_spec *spec, cst_logmel **out)
{
  cst_status st = CST_OK;
  cst_logmel *self = NULL;
  *out = NULL;
  CST_TRY(check_spec(spec));
  CST_ALLOC(self, 1);
  self->spec = *spec;
  CST_TRY(mel_bank_init(&self->bank, spec));
  CST_ALLOC(self->window, spec->window);
  CST_ALLOC(self->frame, spec->fft * FFT_LANES);
  CST_ALLOC(self->magnitude, (spec->fft / 2 + 1) * FFT_LANES);
  CST_ALLOC(self->group, spec->bins * FFT_LANES);
  CST_ALLOC(self->mel, spec->frames * spec->bins);
  CST_TRY(fft_create(spec->fft, &self->fft));
  fill_window(self->window, spec->window);
  *out = self;
  self = NULL;
done:
  cst_logmel_destroy(&self);
  return st;
}

void cst_logmel_destroy(cst_logmel **pointer)
{
  cst_logmel *self = *pointer;
  if (!self) return;
  fft_destroy(&self->fft);
  mel_bank_reset(&self->bank);
  cst_free(self->window);
  cst_free(self->frame);
  cst_free(self->magnitude);
  cst_free(self->group);
  cst_free(self->mel);
  cst_free(self);
  *pointer = NULL;
}

/* One NaN would spread over its frames and, through the maximum, over the clip. */
static cst_status check_finite(const float *x, size_t n)
{
  const size_t i = cst_first_not_finite(n, x);
  if (i == n) return CST_OK;
  return cst_raise(CST_ERR_NUMBERS, "log-mel: sample %zu is not finite; check the audio", i);
}

/* Windowed samples of frame t that are [from, to) of the window, into lane `lane`. */
static void load_part(cst_logmel *self, const float *x, size_t n, size_t t, size_t lane,
                      size_t from, size_t to)
{
  const size_t width = self->spec.window, lead = (self->spec.fft - width) / 2;
  const size_t centre = t * self->spec.hop, before = self->spec.fft / 2 - lead;
  const size_t silent = centre < before ? before - centre : 0; /* window before the signal */
  const size_t left = n + before > centre ? n + before - centre : 0;
  const size_t first = silent < from ? from : silent < to ? silent : to;
  const size_t end = left < first ? first : left < to ? left : to;
  const double *restrict w = self->window;
  double *restrict frame = self->frame + lead * FFT_LANES + lane;

  for (size_t i = from; i < first; i++) frame[i * FFT_LANES] = 0.0;
  for (size_t i = first; i < end; i++) frame[i * FFT_LANES] = w[i] * (double)x[centre + i - before];
  for (size_t i = end; i < to; i++) frame[i * FFT_LANES] = 0.0;
}

/* Frames that are all inside the signal, the first from x on. */
FFT_CLONES static void load_whole(size_t width, size_t hop, const double *restrict w,
                                  const float *restrict x, double *restrict frame)
{
  for (size_t i = 0; i < width; i++)
    for (size_t lane = 0; lane < FFT_LANES; lane++)
      frame[i * FFT_LANES + lane] = w[i] * (double)x[i + lane * hop];
}

/* Frames t .. t + FFT_LANES, a part of the window after the other: all lanes of a part share cache
 * lines. */
static void load_frames(cst_logmel *self, const float *x, size_t n, size_t t)
{
  enum { PART = 64 };
  const size_t width = self->spec.window, hop = self->spec.hop;
  const size_t lead = (self->spec.fft - width) / 2, before = self->spec.fft / 2 - lead;
  if (t * hop >= before && (t + FFT_LANES - 1) * hop + width <= n + before) {
    load_whole(width, hop, self->window, x + t * hop - before, self->frame + lead * FFT_LANES);
    return;
  }
  for (size_t i = 0; i < width; i += PART)
    for (size_t lane = 0; lane < FFT_LANES; lane++)
      load_part(self, x, n, t + lane, lane, i, width - i < PART ? width : i + PART);
}

/* Of two numbers: fmax() cares for NaN and is a call. */
static double larger(double a, double b) { return a > b ? a : b; }

/* The largest of frames t .. end; those below `frames` are kept. */
static double transform_frames(cst_logmel *self, const float *x, size_t n, size_t t, size_t end)
{
  const size_t bins = self->spec.bins;
  double peak = 0.0;
  load_frames(self, x, n, t);
  fft_magnitudes(self->fft, self->frame, self->magnitude);
  mel_bank_apply(&self->bank, self->magnitude, self->group);
  for (size_t lane = 0; t + lane < end; lane++)
    for (size_t m = 0; m < bins; m++) {
      const double value = self->group[m * FFT_LANES + lane];
      peak = larger(peak, value);
      if (t + lane < self->spec.frames) self->mel[(t + lane) * bins + m] = value;
    }
  return peak;
}

static double decibel(double x, double amin)
{
  static const double TEN_BY_LN10 = 4.34294481903251827651;
  return TEN_BY_LN10 * cst_ln(larger(x, amin));
}

double cst_logmel_silence_db(const cst_logmel_spec *spec) { return decibel(0.0, spec->amin); }

cst_status cst_logmel_compute(cst_logmel *self, const float *samples, size_t n, float *out)
{
  const cst_logmel_spec *s = &self->spec;
  const size_t clip = s->frames * s->hop, kept = s->frames * s->bins;
  const size_t frames = 1 + (n > clip ? n : clip) / s->hop;
  double peak = 0.0;

  const cst_status st = check_finite(samples, n);
  if (st != CST_OK) return st;
  for (size_t t = 0; t < frames; t += FFT_LANES)
    peak = larger(peak, transform_frames(self, samples, n, t,
                                         frames - t < FFT_LANES ? frames : t + FFT_LANES));
  const double floor_db = decibel(peak, s->amin) - s->top_db;
  for (size_t i = 0; i < kept; i++)
    out[i] = (float)larger(decibel(self->mel[i], s->amin), floor_db);
  return CST_OK;
}
