/* Events: rows of grains, each a chord of partials or a band of noise.  See synth_scene.h. */
#include "synth_voice.h"

#include "cassette/elementary.h"

#include <math.h>

static const double TWO_PI = 6.283185307179586;

/* Where a clip's events are put together. */
typedef struct {
  uint64_t seed, clip_key;
  double rate_hz;
  double *envelope, *grain; /* scratch [SYNTH_GRAIN_SECONDS * rate_hz] */
  double *x;                /* [n] the clip */
  size_t n;
} stage;

/* Attack in a straight line, exponential decay, and the last tenth to zero. */
static void make_envelope(const synth_event_spec *e, double rate_hz, double *envelope, size_t n)
{
  const double attack = fmax(1.0, e->attack_s * rate_hz), fade = 0.1 * (double)n + 1.0;
  const double keep = cst_exp(-1.0 / (e->decay_s * rate_hz));
  double decay = 1.0;

  for (size_t i = 0; i < n; i++) {
    const double rise = fmin(1.0, ((double)i + 0.5) / attack);
    const double fall = fmin(1.0, ((double)(n - i) - 0.5) / fade);
    if ((double)i > attack) decay *= keep;
    envelope[i] = rise * fall * decay;
  }
}

/* Two resonances, as of a vowel, drawn anew for each syllable. */
typedef struct {
  double hz[2];
} formants;

static double vowel_gain(const formants *f, double hz)
{
  const double u = (hz - f->hz[0]) / 120.0, v = (hz - f->hz[1]) / 200.0;
  return 1.0 / (1.0 + u * u) + 0.6 / (1.0 + v * v) + 0.01;
}

static void add_chord(const stage *s, const synth_event_spec *e, synth_dice *dice, double hz,
                      double gain, size_t n)
{
  const formants f = {{synth_between_log(dice, 300, 900), synth_between_log(dice, 900, 2500)}};
  const double glide = synth_between(dice, -e->glide_octaves, e->glide_octaves);
  double amplitude[32], power = 0.0;

  CST_ASSERT(e->partials >= 1 && e->partials <= 32);
  for (int k = 1; k <= e->partials; k++) {
    const double at = hz * cst_pow(k, e->stretch);
    amplitude[k - 1] = at > 0.45 * s->rate_hz ? 0.0 : synth_from_db(e->slope_db * (k - 1));
    if (e->vowels) amplitude[k - 1] *= vowel_gain(&f, at);
    power += amplitude[k - 1] * amplitude[k - 1] / 2.0;
  }
  for (int k = 1; k <= e->partials; k++) {
    const double phase = synth_between(dice, 0.0, TWO_PI);
    if (amplitude[k - 1] > 0.0)
      synth_add_partial(hz * cst_pow(k, e->stretch), glide, phase, s->rate_hz, s->envelope,
                        gain * amplitude[k - 1] / sqrt(power), n, s->grain);
  }
}

static void add_noise(const stage *s, const synth_event_spec *e, uint64_t which, double hz,
                      double gain, size_t n)
{
  const cst_random_key key =
      cst_random_key_make(s->seed, CST_RANDOM_SYNTH, SYNTH_DRAW_GRAIN, s->clip_key, which);
  const synth_band band = {.kind = SYNTH_BAND_PASS, .hz = hz, .q = e->q};
  /* White noise has power 1 up to rate / 2; the band passes pi / 2 hz / q of it. */
  const double pass = sqrt(fmin(1.0, 3.14159 * hz / (e->q * s->rate_hz)));

  synth_white(&key, n, s->grain);
  synth_filter(&band, 1, s->rate_hz, s->grain, n);
  for (size_t i = 0; i < n; i++) s->grain[i] *= gain / pass * s->envelope[i];
}

/* One grain, @p start samples into the clip (it may begin before the clip and end after it). */
static void add_grain(const stage *s, const synth_event_spec *e, synth_dice *dice, uint64_t which,
                      double start, double hz, double gain)
{
  const double max = SYNTH_GRAIN_SECONDS * s->rate_hz;
  const double length = synth_between(dice, e->length_s.low, e->length_s.high) * s->rate_hz;
  const size_t n = (size_t)fmin(length, max);
  const long first = (long)floor(start);

  if (first >= (long)s->n || first + (long)n <= 0) return;
  make_envelope(e, s->rate_hz, s->envelope, n);
  for (size_t i = 0; i < n; i++) s->grain[i] = 0.0;
  if (e->noise)
    add_noise(s, e, which, hz, gain, n);
  else
    add_chord(s, e, dice, hz, gain, n);
  const size_t skip = first < 0 ? (size_t)-first : 0, at = first < 0 ? 0 : (size_t)first;
  for (size_t i = skip; i < n && at + i - skip < s->n; i++) s->x[at + i - skip] += s->grain[i];
}

/* Event @p which of the clip: its grains follow one another at one tempo. */
static void add_event(const stage *s, const synth_event_spec *e, uint64_t which, double start_s,
                      double pitch, double gain)
{
  synth_dice dice = synth_dice_make(s->seed, SYNTH_DRAW_EVENT, s->clip_key, which);
  const double hz = pitch * synth_between_log(&dice, e->hz.low, e->hz.high);
  const double interval_s = synth_between(&dice, e->interval_s.low, e->interval_s.high);
  const int grains = (int)synth_between(&dice, e->grains.low, e->grains.high + 1.0);
  const double own_gain = gain * synth_from_db(synth_normal(&dice, 3.0));

  for (int g = 0; g < grains; g++) {
    synth_dice grain =
        synth_dice_make(s->seed, SYNTH_DRAW_GRAIN, s->clip_key, which << 16 | (uint64_t)(g + 1));
    const double scatter = synth_between(&grain, -e->scatter_octaves, e->scatter_octaves);
    const double late = synth_between(&grain, 0.0, 0.04 * interval_s);
    add_grain(s, e, &grain, which << 16 | (uint64_t)g | 1u << 15,
              (start_s + g * interval_s + late) * s->rate_hz, hz * cst_pow(2.0, scatter), own_gain);
  }
}

void synth_add_events(const synth_voice *voice, uint64_t seed, uint64_t clip_key, double rate_hz,
                      double background, double *envelope, double *grain, double *x, size_t n)
{
  const stage s = {seed, clip_key, rate_hz, envelope, grain, x, n};
  const double seconds = (double)n / rate_hz;

  for (uint64_t k = 0; k < SYNTH_SCENE_STREAMS; k++) {
    if (voice->stream[k].kind == SYNTH_NO_EVENT) continue;
    const synth_event_spec *e = &synth_events[voice->stream[k].kind];
    const double lead = e->grains.high * e->interval_s.high + e->length_s.high;
    const double gain = background * synth_from_db(voice->stream[k].db);
    synth_dice dice = synth_dice_make(seed, SYNTH_DRAW_EVENT, clip_key, k << 48);
    uint64_t which = 1;

    /* A Poisson process that began before the clip: some events are under way at its start. */
    for (double t = -lead;; which++) {
      t -= cst_ln(1.0 - synth_between(&dice, 0.0, 1.0)) / voice->stream[k].per_s;
      if (t >= seconds) break;
      add_event(&s, e, k << 40 | which, t, voice->pitch, gain);
    }
  }
}
