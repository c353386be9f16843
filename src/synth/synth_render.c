/*
 * From numbers to samples: shaped noise that pulses, a hum, events, the place's response, then the
 * recorder's noise and response.
 */
#include "synth_voice.h"

#include "cassette/elementary.h"
#include "cassette/memory.h"

#include <math.h>

enum { HUM_PARTIALS = 8 };
static const double TWO_PI = 6.283185307179586;
static const double SIDE_DB = -14.0; /* what stereo channels do not share, against what they do */

/* Slow and irregular: three sines whose periods share nothing. */
static void pulse(const synth_voice *v, synth_dice dice, double rate_hz, double *x, size_t n)
{
  static const double slow_hz[3] = {0.11, 0.23, 0.41};
  const double start = synth_between(&dice, 0.0, TWO_PI), step = TWO_PI / rate_hz;
  double phase[3];

  for (int k = 0; k < 3; k++) phase[k] = synth_between(&dice, 0.0, TWO_PI);
  for (size_t i = 0; i < n; i += 32) { /* 1500 values a second are enough for 20 Hz */
    double gain = 1.0 + v->pulse_depth * cst_sin(start + step * v->pulse_hz * (double)i);
    for (int k = 0; k < 3; k++)
      gain += v->drift_depth / 2.0 * cst_sin(phase[k] + step * slow_hz[k] * (double)i);
    gain = fmax(gain, 0.05);
    for (size_t j = i; j < n && j < i + 32; j++) x[j] *= gain;
  }
}

static void scale_to(double *x, size_t n, double rms)
{
  const double now = synth_rms(x, n), gain = now > 0.0 ? rms / now : 0.0;
  for (size_t i = 0; i < n; i++) x[i] *= gain;
}

/* Harmonics fall by 4 dB each; @p ones is the constant amplitude. */
static void add_hum(const synth_voice *v, double rate_hz, double background, double *ones,
                    double *x, size_t n)
{
  if (v->hum_hz <= 0.0) return;
  for (size_t i = 0; i < n; i++) ones[i] = 1.0;
  for (int k = 1; k <= HUM_PARTIALS; k++)
    synth_add_partial(k * v->hum_hz, 0.0, 0.7 * k, rate_hz, ones,
                      background * synth_from_db(v->hum_db - 4.0 * (k - 1)), n, x);
}

static void add_floor(const cst_synth *plan, const synth_clip *clip, const synth_voice *v,
                      double *noise, double *x, size_t n)
{
  const cst_random_key key = cst_random_key_make(plan->seed, CST_RANDOM_SYNTH, SYNTH_DRAW_FLOOR,
                                                 clip->clip_key, clip->device_key);
  const double gain = synth_from_db(v->floor_db);

  synth_white(&key, n, noise);
  for (size_t i = 0; i < n; i++) x[i] += gain * noise[i];
}

/* Channels that differ by a side signal of opposite sign: their mean is x. */
static void interleave(const cst_synth *plan, const synth_clip *clip, uint32_t channels,
                       double *side, const double *x, size_t n, float *out)
{
  const cst_random_key key =
      cst_random_key_make(plan->seed, CST_RANDOM_SYNTH, SYNTH_DRAW_SIDE, clip->clip_key, 0);

  if (channels == 1) {
    for (size_t i = 0; i < n; i++) out[i] = (float)x[i];
    return;
  }
  const synth_band low = {.kind = SYNTH_HIGH_SHELF, .hz = 1000.0, .q = 0.5, .db = -20.0};
  synth_white(&key, n, side);
  synth_filter(&low, 1, plan->rate_hz, side, n);
  scale_to(side, n, synth_from_db(SIDE_DB) * synth_rms(x, n));
  for (size_t i = 0; i < n; i++) {
    out[2 * i] = (float)(x[i] + side[i]);
    out[2 * i + 1] = (float)(x[i] - side[i]);
  }
}

cst_status synth_render(const cst_synth *plan, const synth_clip *clip, uint32_t channels, size_t n,
                        float *out)
{
  cst_status st = CST_OK;
  const double rate_hz = plan->rate_hz;
  const size_t grain_samples = SYNTH_GRAIN_SECONDS * (size_t)plan->rate_hz;
  const size_t capacity = n > grain_samples ? n : grain_samples;
  const cst_random_key key =
      cst_random_key_make(plan->seed, CST_RANDOM_SYNTH, SYNTH_DRAW_BACKGROUND, clip->clip_key, 0);
  double *x = NULL, *a = NULL, *b = NULL;
  synth_voice v;

  CST_ASSERT(channels == 1 || channels == 2);
  CST_ALLOC(x, n);
  CST_ALLOC(a, capacity);
  CST_ALLOC(b, capacity);
  synth_voice_make(plan->seed, clip, &v);
  const double background = synth_from_db(v.level_db);

  synth_white(&key, n, x);
  synth_filter(v.background.band, v.background.n, rate_hz, x, n);
  scale_to(x, n, background);
  pulse(&v, synth_dice_make(plan->seed, SYNTH_DRAW_CLIP, clip->clip_key, 1), rate_hz, x, n);
  add_hum(&v, rate_hz, background, a, x, n);
  synth_add_events(&v, plan->seed, clip->clip_key, rate_hz, background, a, b, x, n);
  synth_filter(v.place.band, v.place.n, rate_hz, x, n);
  add_floor(plan, clip, &v, a, x, n);
  synth_filter(v.recorder.band, v.recorder.n, rate_hz, x, n);
  interleave(plan, clip, channels, a, x, n, out);
done:
  cst_free(b);
  cst_free(a);
  cst_free(x);
  return st;
}
