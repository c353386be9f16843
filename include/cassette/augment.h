/**
 * @file augment.h
 * Views of one clip's log-mel spectrogram [T][M] (float32, dB), and mixtures of two clips.
 *
 * A view is a list of transforms, each with its chance and the range that it draws from, taken in
 * the order of cst_transform_kind whatever the order in which they are written.  docs/views.md has
 * the definition and the source of each.
 *
 * What is drawn depends on the caller's key alone.  Each transform has places of its own in the
 * key's sequence: to switch one off changes no draw of the others, and one key serves all calls
 * for one view.  Views that shall differ need keys that differ.  All calls are local, allocate
 * nothing and may run in any thread.
 */
#ifndef CST_AUGMENT_H
#define CST_AUGMENT_H

#include "cassette/random.h"

#include <stdbool.h>
#include <stddef.h>

/** In the order in which a view takes them. */
typedef enum {
  CST_TRANSFORM_OCCLUSION,     /**< a stretch of time is silent */
  CST_TRANSFORM_STRETCH,       /**< the time axis is resampled, then padded or cropped */
  CST_TRANSFORM_CROP,          /**< a part of the clip, repeated to its length */
  CST_TRANSFORM_ROLL,          /**< circular shift in time */
  CST_TRANSFORM_SHIFT,         /**< along frequency, by whole bands */
  CST_TRANSFORM_BACKGROUND,    /**< another clip behind it */
  CST_TRANSFORM_RESPONSES,     /**< gains of bands as a recorder has them */
  CST_TRANSFORM_FILTER_LINEAR, /**< a gain for each band, piecewise linear */
  CST_TRANSFORM_FILTER_STEP,   /**< the same, piecewise constant */
  CST_TRANSFORM_NOISE,         /**< white noise behind it */
  CST_TRANSFORM_GAIN,          /**< level */
  CST_TRANSFORM_MIXSTYLE,      /**< another clip's statistics of each band, in part */
  CST_TRANSFORM_CUTOUT,        /**< a rectangle is silent */
  CST_TRANSFORM_TIME_MASKS,    /**< stretches of time are hidden by the mean */
  CST_TRANSFORM_FREQ_MASKS,    /**< bands of frequency are hidden by the mean */
  CST_TRANSFORMS
} cst_transform_kind;

typedef struct {
  double p;         /**< chance that a view has it; of a batch where the table says so; 0: never */
  double low, high; /**< what is drawn lies evenly between them; the unit is the table's */
  int count;        /**< bands to hide; 1 where nothing is counted */
} cst_transform;

/** All zero: the view is the clip itself, bit for bit. */
typedef struct {
  cst_transform transform[CST_TRANSFORMS];
} cst_view_spec;

/** What the table says of a transform. */
typedef struct {
  const char *name;  /**< in configurations */
  const char *means; /**< of what `low` and `high` are, with the unit */
  double min, max;   /**< which values low and high may have */
  bool drawn;        /**< false: one value, low equals high */
  bool counted;
} cst_transform_info;

const cst_transform_info *cst_transform_get_info(cst_transform_kind kind);

/** NULL-terminated names of ready-made views. */
extern const char *const cst_view_presets[];
/** View "weak" or "strong" of a preset; NULL for an unknown one. */
const cst_view_spec *cst_view_preset(const char *preset, const char *view);

/** What a view is made with.  All borrowed. */
typedef struct {
  size_t T, M;
  double silence_db; /**< level of no sound at all */
  double top_db;     /**< a clip's floor lies so far below its largest value */
  float *scratch;    /**< [T][M] */
  /** Statistics [M] of the partner that lends its style, cst_augment_statistics(); NULL: none, and
   *  then there is no mixstyle. */
  const double *style_mean, *style_std;
  const float *responses; /**< [n_responses][M] gains of recorders, dB; n_responses may be 0 */
  size_t n_responses;
  const float *background; /**< [T][M] of the clip that sounds behind this one; NULL: none does */
} cst_view_context;

/** The view of @p key: in [T][M] to out [T][M], which do not overlap. */
void cst_view_make(const cst_view_spec *spec, const cst_random_key *key,
                   const cst_view_context *context, const float *in, float *out);

/** Flips of a spectrogram: none, time reversed, mel bins reversed, both. */
enum { CST_FLIPS = 4 };
/** One of them, all equally likely. */
int cst_augment_draw_flip(const cst_random_key *key);
/** Flip x [T][M] in place. */
void cst_augment_flip(int flip, size_t T, size_t M, float *x);

/** Which of @p n clips sounds behind the view of @p key; n if none does. */
size_t cst_view_background(const cst_view_spec *spec, const cst_random_key *key, size_t n);
/** Whether the batch of @p key mixes statistics: one coin for all its views. */
bool cst_view_style_coin(const cst_view_spec *spec, const cst_random_key *key);
/** Per band over time: mean [M] and sqrt(population variance + 1e-6) [M], in double.  A roll
 *  changes them by rounding at most. */
void cst_augment_statistics(size_t T, size_t M, const float *x, double *mean, double *std);

/** Share of the first clip in a mixture: Beta(alpha, alpha), 1 if alpha is 0.  @p keep_larger takes
 *  max(lambda, 1 - lambda), so that a mixture stays nearer to its first clip (MixMatch: Berthelot
 *  et al., arXiv 1905.02249). */
double cst_mixup_lambda(const cst_random_key *key, double alpha, bool keep_larger);
/** out = lambda a + (1 - lambda) b (Zhang et al., arXiv 1710.09412) over [n]; out may be a or b. */
void cst_mixup(double lambda, size_t n, const float *a, const float *b, float *out);

#endif
