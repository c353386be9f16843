/* Random draws, filters and partials for synthesis.  Double throughout: recursions are long. */
#ifndef CST_SYNTH_DSP_H
#define CST_SYNTH_DSP_H

#include "cassette/random.h"

#include <stddef.h>
#include <stdint.h>

/** A sequence of draws, each from a Philox block of its own. */
typedef struct {
  cst_random_key key;
  uint64_t next;
} synth_dice;
/** What draws are for: the random key's stage.  Append, never renumber: sounds would change. */
typedef enum {
  SYNTH_DRAW_CITY = 1,
  SYNTH_DRAW_CELL,
  SYNTH_DRAW_SESSION,
  SYNTH_DRAW_RECORDER,
  SYNTH_DRAW_CLIP,
  SYNTH_DRAW_EVENT,
  SYNTH_DRAW_GRAIN,
  SYNTH_DRAW_BACKGROUND,
  SYNTH_DRAW_FLOOR,
  SYNTH_DRAW_SIDE,
  SYNTH_DRAW_FORMAT,
  SYNTH_DRAW_PLAN
} synth_draw;

synth_dice synth_dice_make(uint64_t seed, synth_draw what, uint64_t a, uint64_t b);
double synth_between(synth_dice *dice, double low, double high);
/** Uniform on a logarithmic scale; low > 0. */
double synth_between_log(synth_dice *dice, double low, double high);
double synth_normal(synth_dice *dice, double deviation);
/** White noise of variance 1. */
void synth_white(const cst_random_key *key, size_t n, double *out);

typedef enum { SYNTH_PEAK, SYNTH_LOW_SHELF, SYNTH_HIGH_SHELF, SYNTH_BAND_PASS } synth_band_kind;
typedef struct {
  synth_band_kind kind;
  double hz, q, db; /* db: gain of a peak or shelf; a band-pass has 0 dB at its centre */
} synth_band;

/** Filter in place through @p count bands, one after the other. */
void synth_filter(const synth_band *band, size_t count, double rate_hz, double *x, size_t n);

/** Add amplitude[i] sin(phase + 2 pi (hz t + glide)) to x: the pitch moves by @p glide octaves over
 *  the n samples (linearly in Hz). */
void synth_add_partial(double hz, double glide, double phase, double rate_hz,
                       const double *amplitude, double gain, size_t n, double *x);

double synth_from_db(double db);
double synth_rms(const double *x, size_t n);

#endif
