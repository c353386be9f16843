/**
 * @file strategy.h
 * Semi-supervised strategies behind one table of functions.  Local: a strategy knows nothing of
 * ranks.  What must be known of the whole batch it returns as numbers to be summed; the caller sums
 * them over all samples of all ranks (exactly, exact.h) and hands the totals back.
 *
 * One step of training, as the caller drives it:
 *
 *   guesses, if it wants any: logits of views that are only looked at
 *   logits of every row that cst_strategy_views() asks for
 *   for phase = 0, 1, … while cst_strategy_sums(phase) > 0:
 *     every sample: cst_strategy_observe() → contributions, which the caller adds up
 *     every rank:   cst_strategy_absorb() of the totals
 *   every sample: cst_strategy_loss() → loss and the gradient of the total loss by its logits
 *
 * Where there are guesses, the phases come between them and the rows, because the rows may depend
 * on what is guessed: cst_strategy_guess() makes a target of each clip's.
 *
 * Strategies with a teacher turn its probabilities of all unlabelled clips into targets instead,
 * once a round: cst_strategy_label().
 *
 * Calls on one object use its scratch memory: from one thread at a time.
 *
 * Definitions and sources: docs/strategies.md, and the head of each src/ssl/<strategy>.c.
 */
#ifndef CST_STRATEGY_H
#define CST_STRATEGY_H

#include "cassette/augment.h"
#include "cassette/json.h"
#include "cassette/random.h"
#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What a strategy knows of unlabelled clips; results of different tiers are reported apart. */
typedef enum {
  CST_TIER_NONE, /**< their audio alone: the challenge's rules of 2024 */
  CST_TIER_EXTERNAL, /**< what a model from elsewhere makes of it: not by strategy, see job_strategy.h */
  CST_TIER_METADATA, /**< city and time of day as inputs of the network: likewise */
  CST_TIER_SESSION,  /**< which clips were recorded together */
  CST_TIER_ORACLE    /**< the label of the session, for an upper bound */
} cst_tier;

typedef enum { CST_TSA_NONE, CST_TSA_LINEAR, CST_TSA_EXP, CST_TSA_LOG } cst_tsa;
/** Names in configurations, NULL-terminated. */
extern const char *const cst_tsa_names[], *const cst_tier_names[];

/** Hyper-parameters.  NaN: the strategy's default, that of its paper; 0 is a value. */
typedef struct {
  double threshold;   /**< confidence that a pseudo-label needs, tau */
  double temperature; /**< T of sharpened targets p^(1/T) */
  double weight;      /**< of the unlabelled loss, lambda */
  double ramp;        /**< share of training over which the weight rises */
  double momentum;    /**< of running statistics, m */
  double fairness;    /**< FreeMatch's w_f */
  double per_class;   /**< Noisy Student: clips of each class, as a share of unlabelled / classes */
  double alignment;   /**< of p with the labels' distribution (ReMixMatch's); 0: not, 1: yes */
  double mixup;       /**< rows are mixed with each other by shares ~ Beta(mixup, mixup); 0: not */
  double strong_views;   /**< ReMixMatch's K */
  double unmixed_weight; /**< ReMixMatch's lambda_u1 */
  double flip_weight;    /**< ReMixMatch's lambda_r, of flips in place of rotations */
  double label_weight;   /**< distillation's lambda, of the label beside the teacher's opinion */
  double ratio;          /**< unlabelled clips of a step per labelled one, mu */
  double rounds;         /**< of teacher and student */
  cst_tsa tsa;           /**< UDA's training signal annealing */
} cst_strategy_params;

typedef enum {
  CST_LABELLED_WEAK,  /**< a weak view, or what the configuration says */
  CST_LABELLED_BOTH,  /**< that, and a strong one */
  CST_LABELLED_STRONG /**< a strong one */
} cst_labelled_rows;

/** What a strategy wants of each step.  "Rows" are views that the student is trained on, in one
 *  joint batch, so that BatchNorm sees all of them. */
typedef struct {
  bool teacher; /**< targets come from cst_strategy_label(); no unlabelled rows */
  bool taught; /**< what the teacher says stands beside labels, not in their place: sample.taught */
  bool unlabelled; /**< false: unlabelled clips are not looked at in training steps */
  cst_labelled_rows labelled;
  bool labelled_alone;   /**< a second pass over the labelled rows alone (AdaMatch) */
  int guesses;           /**< weak views seen without gradient before the rows are made */
  bool guess_by_average; /**< by the average of weights instead of the student (Mean Teacher) */
  int unlabelled_weak;   /**< weak views among an unlabelled clip's rows */
  int unlabelled_strong; /**< strong ones after them */
  bool mix;              /**< all of these are mixed with each other (MixMatch) */
  bool unmixed;          /**< then the first strong view once more, not mixed */
  bool flipped;          /**< then that view flipped, for a second head (ReMixMatch) */
} cst_views;

/** Views of a clip among the rows. */
static inline size_t cst_views_labelled(const cst_views *v)
{
  return v->labelled == CST_LABELLED_BOTH ? 2 : 1;
}
/** Those of an unlabelled clip that take part in mixing, where there is any. */
static inline size_t cst_views_mixed(const cst_views *v)
{
  return (size_t)v->unlabelled_weak + (size_t)v->unlabelled_strong;
}
static inline size_t cst_views_unlabelled(const cst_views *v)
{
  return cst_views_mixed(v) + (v->unmixed ? 1 : 0) + (v->flipped ? 1 : 0);
}
/** Views of a clip in the pass that guesses are made in.  Where strong views are mixed, labelled rows
 *  and strong views go along, unmixed, so that BatchNorm sees a batch such as those that the
 *  student is trained on; without them it would judge weak views in another way than it learns. */
static inline size_t cst_views_labelled_guess(const cst_views *v)
{
  return v->mix && v->unlabelled_strong ? cst_views_labelled(v) : 0;
}
static inline size_t cst_views_unlabelled_guess(const cst_views *v)
{
  return (size_t)v->guesses + (v->mix ? (size_t)v->unlabelled_strong : 0);
}
/** Classes of the second head, 0: there is none. */
static inline size_t cst_views_flips(const cst_views *v) { return v->flipped ? CST_FLIPS : 0; }

/** One clip of a step with the logits of its views.  All borrowed. */
typedef struct {
  bool labelled;
  size_t position;      /**< in the global batch, among its labelled or its unlabelled clips */
  size_t clip;          /**< unlabelled: which of the stage's unlabelled clips, for memories */
  const double *target; /**< [rows][K] labelled: class distribution of each row; unlabelled:
                             guesses, mixed as the rows are (views.mix), else NULL */
  const double *taught; /**< [rows][K] the teacher's target of each row, weighed and mixed as target
                             is; NULL unless views.taught */
  const float *logits;  /**< [rows][K] in the order of cst_views */
  const float *alone; /**< [rows][K] of the labelled-only pass; NULL unless views.labelled_alone */
  const float *guess; /**< [guesses][K]; NULL unless views.guesses */
  const float *flips; /**< [CST_FLIPS] the second head's logits of the last row; NULL unless
                           views.flipped */
  int flip;           /**< which flip that row is, < CST_FLIPS */
} cst_sample;

/** Gradients of the total loss by a sample's logits, where it has them. */
typedef struct {
  float *logits; /**< [rows][K] */
  float *alone;  /**< [rows][K] */
  float *flips;  /**< [CST_FLIPS] */
} cst_gradient;

/** The global batch. */
typedef struct {
  size_t labelled, unlabelled; /**< clips over all ranks: B and U; U may be 0 */
  double progress;             /**< share of the stage's steps done before this one, in [0, 1) */
  cst_random_key key;          /**< of this step's random numbers; number `i` of sample at
                                    `position` is index position * 2K + i */
} cst_ssl_step;

/** What a sample adds to the loss and to what is reported. */
typedef struct {
  double supervised;   /**< part of the mean loss of the labelled clips */
  double unsupervised; /**< part of the weighted loss of the unlabelled ones */
  double extra;        /**< anything else (flips; FreeMatch's fairness: all of it in position 0) */
  double mask;         /**< unlabelled: weight of its pseudo-label, in [0, 1] */
  int label;           /**< unlabelled: its pseudo-label (argmax of its target), kept or not */
} cst_sample_loss;

typedef struct cst_strategy cst_strategy;

/** All of them the strategy's defaults. */
cst_strategy_params cst_strategy_own_params(void);

/** NULL-terminated. */
const char *const *cst_strategy_names(void);
/** Tier of a strategy by name; CST_TIER_NONE for an unknown one. */
cst_tier cst_strategy_tier(const char *name);
/** Whether a teacher judges the unlabelled clips, by name. */
bool cst_strategy_has_teacher(const char *name);
const char *cst_tier_text(cst_tier tier); /**< none, external, session, oracle */
cst_tier cst_tier_of(const char *text);   /**< CST_TIER_NONE for an unknown one */

/** @p K classes, @p unlabelled clips of the stage.  CST_ERR_USAGE for an unknown name. */
cst_status cst_strategy_create(const char *name, const cst_strategy_params *params, size_t K,
                               size_t unlabelled, cst_strategy **out);
void cst_strategy_destroy(cst_strategy **self);
const cst_views *cst_strategy_views(const cst_strategy *self);
/** Parameters with the strategy's defaults filled in; NaN for those that it does not have, unless
 *  they were asked for. */
const cst_strategy_params *cst_strategy_get_params(const cst_strategy *self);
/** The parameters that the strategy has, by key of the configuration.  New. */
cst_json *cst_strategy_params_json(const cst_strategy *self);
/** Running statistics, *n numbers: to be saved and restored whole.  May be NULL with *n = 0. */
double *cst_strategy_state(cst_strategy *self, size_t *n);

/** How many numbers a phase sums; 0 ends the phases. */
size_t cst_strategy_sums(const cst_strategy *self, const cst_ssl_step *step, int phase);
/** Contribution of @p sample to the phase's sums: @p out, zero on entry.  With views.guesses the
 *  sample has its guess, or the target of its first row, and no logits yet. */
void cst_strategy_observe(const cst_strategy *self, const cst_ssl_step *step, int phase,
                          const cst_sample *sample, double *out);
void cst_strategy_absorb(cst_strategy *self, const cst_ssl_step *step, int phase,
                         const double *totals);
/** Loss of a sample, and its gradient, which is overwritten.  Targets, masks and statistics are
 *  constants. */
void cst_strategy_loss(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       const cst_gradient *gradient, cst_sample_loss *out);
/** What is known of a clip gets its weight in the loss, before rows are mixed (views.taught): its label
 *  @p target [K] and the teacher's target @p taught [K], zeros where there is none. */
void cst_strategy_weigh(const cst_strategy *self, double *target, double *taught);
/** A target [K] from an unlabelled clip's guesses (views.mix).  Returns whether its rows are mixed
 *  with others; those of a clip that nothing is learned from are not. */
bool cst_strategy_guess(const cst_strategy *self, const float *guess, double *target);
/** Confidence that class @p k needs now (0: none), for the journal. */
double cst_strategy_threshold(const cst_strategy *self, size_t k);

/** Unlabelled clips of a round, as the teacher and the metadata see them. */
typedef struct {
  size_t n, K;
  const float *p;           /**< [n][K] the teacher's probabilities */
  const int *session;       /**< [n] session number < sessions, -1: none */
  const int *session_label; /**< [sessions] the one class of its training labels, -1: none */
  size_t sessions;
} cst_teacher_view;

/** Targets [n][K] and copies [n] (how often the clip is trained on; 0: not).  Local. */
cst_status cst_strategy_label(const cst_strategy *self, const cst_teacher_view *view, float *target,
                              int32_t *copies);

#endif
