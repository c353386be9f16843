/*
 * Building blocks of synthesis.
 *
 * Filters: second-order sections of R. Bristow-Johnson's "Cookbook formulae for audio EQ biquad
 * filter coefficients", run in transposed direct form II.  Partials: rotation of a complex number,
 * whose step itself rotates when the pitch glides.
 */
#include "synth_dsp.h"

#include "cassette/elementary.h"

#include <math.h>

enum { BLOCK_SAMPLES = 1024 };
static const double TWO_PI = 6.283185307179586;

synth_dice synth_dice_make(uint64_t seed, synth_draw what, uint64_t a, uint64_t b)
{
  return (synth_dice){.key = cst_random_key_make(seed, CST_RANDOM_SYNTH, (uint32_t)what, a, b)};
}

/* Number i uses block i / 2 for a uniform and block i for a normal: doubling keeps them apart. */
static double uniform(synth_dice *dice) { return cst_random_uniform(&dice->key, 2 * dice->next++); }

double synth_between(synth_dice *dice, double low, double high)
{
  return low + (high - low) * uniform(dice);
}

double synth_between_log(synth_dice *dice, double low, double high)
{
  return low * cst_pow(high / low, uniform(dice));
}

double synth_normal(synth_dice *dice, double deviation)
{
  return deviation * cst_random_normal(&dice->key, dice->next++);
}

void synth_white(const cst_random_key *key, size_t n, double *out)
{
  const double scale = sqrt(12.0); /* a uniform of width 1 has variance 1/12 */
  float block[BLOCK_SAMPLES];

  for (size_t at = 0; at < n; at += BLOCK_SAMPLES) {
    const size_t chunk = n - at < BLOCK_SAMPLES ? n - at : BLOCK_SAMPLES;
    cst_random_fill_uniform(key, at, chunk, block);
    for (size_t i = 0; i < chunk; i++) out[at + i] = scale * ((double)block[i] - 0.5);
  }
}

typedef struct {
  double b0, b1, b2, a1, a2;
} biquad;

static biquad shelf(double cosine, double alpha, double a, double side)
{
  const double root = 2.0 * sqrt(a) * alpha, c = side * cosine;
  const double a0 = (a + 1.0) + (a - 1.0) * c + root;

  return (biquad){.b0 = a * ((a + 1.0) - (a - 1.0) * c + root) / a0,
                  .b1 = side * 2.0 * a * ((a - 1.0) - (a + 1.0) * c) / a0,
                  .b2 = a * ((a + 1.0) - (a - 1.0) * c - root) / a0,
                  .a1 = side * -2.0 * ((a - 1.0) + (a + 1.0) * c) / a0,
                  .a2 = ((a + 1.0) + (a - 1.0) * c - root) / a0};
}

static biquad design(const synth_band *band, double rate_hz)
{
  const double hz = fmin(band->hz, 0.45 * rate_hz), w = TWO_PI * hz / rate_hz;
  const double cosine = cst_cos(w), alpha = cst_sin(w) / (2.0 * band->q),
               a = cst_pow(10.0, band->db / 40.0);
  biquad f = {.b0 = 1.0};

  switch (band->kind) {
  case SYNTH_PEAK: {
    const double a0 = 1.0 + alpha / a;
    f = (biquad){(1.0 + alpha * a) / a0, -2.0 * cosine / a0, (1.0 - alpha * a) / a0,
                 -2.0 * cosine / a0, (1.0 - alpha / a) / a0};
    break;
  }
  case SYNTH_BAND_PASS: {
    const double a0 = 1.0 + alpha;
    f = (biquad){alpha / a0, 0.0, -alpha / a0, -2.0 * cosine / a0, (1.0 - alpha) / a0};
    break;
  }
  case SYNTH_LOW_SHELF:
    f = shelf(cosine, alpha, a, 1.0);
    break;
  case SYNTH_HIGH_SHELF:
    f = shelf(cosine, alpha, a, -1.0);
    break;
  }
  return f;
}

/* Four sections a pass: each waits for its own last output, so the processor works on all four. */
static void run_four(const biquad f[4], double *x, size_t n)
{
  double z[8] = {0.0};

  for (size_t i = 0; i < n; i++) {
    double v = x[i];
    for (int k = 0; k < 4; k++) {
      const double out = f[k].b0 * v + z[2 * k];
      z[2 * k] = f[k].b1 * v - f[k].a1 * out + z[2 * k + 1];
      z[2 * k + 1] = f[k].b2 * v - f[k].a2 * out;
      v = out;
    }
    x[i] = v;
  }
}

static void run_one(const biquad *f, double *x, size_t n)
{
  double z1 = 0.0, z2 = 0.0;

  for (size_t i = 0; i < n; i++) {
    const double in = x[i], out = f->b0 * in + z1;
    z1 = f->b1 * in - f->a1 * out + z2;
    z2 = f->b2 * in - f->a2 * out;
    x[i] = out;
  }
}

void synth_filter(const synth_band *band, size_t count, double rate_hz, double *x, size_t n)
{
  size_t k = 0;

  for (; k + 4 <= count; k += 4) {
    const biquad four[4] = {design(&band[k], rate_hz), design(&band[k + 1], rate_hz),
                            design(&band[k + 2], rate_hz), design(&band[k + 3], rate_hz)};
    run_four(four, x, n);
  }
  for (; k < count; k++) {
    const biquad one = design(&band[k], rate_hz);
    run_one(&one, x, n);
  }
}

void synth_add_partial(double hz, double glide, double phase, double rate_hz,
                       const double *amplitude, double gain, size_t n, double *x)
{
  const double step = TWO_PI * hz / rate_hz;
  const double last = step * cst_pow(2.0, glide),
               slope = n > 1 ? (last - step) / (double)(n - 1) : 0.0;
  double re = cst_cos(phase), im = cst_sin(phase), wr = cst_cos(step), wi = cst_sin(step);
  const double dr = cst_cos(slope), di = cst_sin(slope);

  for (size_t i = 0; i < n; i++) {
    const double r = re * wr - im * wi, w = wr * dr - wi * di;
    x[i] += gain * amplitude[i] * im;
    im = re * wi + im * wr;
    re = r;
    wi = wr * di + wi * dr;
    wr = w;
  }
}

double synth_from_db(double db) { return cst_pow(10.0, db / 20.0); }

double synth_rms(const double *x, size_t n)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += x[i] * x[i];
  return n ? sqrt(sum / (double)n) : 0.0;
}
