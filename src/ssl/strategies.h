/* The table behind strategy.h, and what several strategies share.  Private to ssl. */
#ifndef CST_SSL_STRATEGIES_H
#define CST_SSL_STRATEGIES_H

#include "cassette/strategy.h"

enum { CST_MAX_DEFAULTS = 10 }; /* of a strategy, at most, and an end */

/* One strategy.  A NULL function means: nothing to do. */
typedef struct {
  const char *name;
  cst_tier tier;
  cst_views views;
  /* Its parameters by key of the configuration, with its paper's values; the first without a key
   * ends them. */
  struct {
    const char *key;
    double value;
  } defaults[CST_MAX_DEFAULTS];
  bool anneals; /* takes strategy.tsa */
  /* What its parameters change in its views. */
  void (*settle)(const cst_strategy_params *params, cst_views *views);
  size_t (*state)(const cst_strategy *self); /* numbers of it; parameters are settled */
  void (*start)(cst_strategy *self);
  size_t (*sums)(const cst_strategy *self, const cst_ssl_step *step, int phase);
  void (*observe)(const cst_strategy *self, const cst_ssl_step *step, int phase,
                  const cst_sample *sample, double *out);
  void (*absorb)(cst_strategy *self, const cst_ssl_step *step, int phase, const double *totals);
  void (*weigh)(const cst_strategy *self, double *target, double *taught);
  /* Gradients are zero on entry.  Labelled clips have cst_ssl_supervise() where this is NULL. */
  void (*labelled)(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                   const cst_gradient *gradient, cst_sample_loss *out);
  void (*unlabelled)(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                     const cst_gradient *gradient, cst_sample_loss *out);
  bool (*guess)(const cst_strategy *self, const float *guess, double *target);
  /* What becomes of the weak view's probabilities [K] before they decide. */
  void (*adjust)(const cst_strategy *self, double *p);
  double (*threshold)(const cst_strategy *self, size_t k);
  cst_status (*label)(const cst_strategy *self, const cst_teacher_view *view, float *target,
                      int32_t *copies);
} cst_strategy_ops;

struct cst_strategy {
  const cst_strategy_ops *ops;
  cst_strategy_params params;
  cst_views views;
  size_t K, unlabelled;
  double *state;
  size_t n_state;
  double *scratch; /* [2][K], for the call in hand */
};

/* The table: a line for each strategy, in the order of the configuration. */
#define CST_STRATEGIES(EACH)                                                                       \
  EACH(cst_supervised)                                                                             \
  EACH(cst_one_shot)                                                                               \
  EACH(cst_soft)                                                                                   \
  EACH(cst_distill)                                                                                \
  EACH(cst_noisy_student)                                                                          \
  EACH(cst_thresholded)                                                                            \
  EACH(cst_mean_teacher)                                                                           \
  EACH(cst_fixmatch)                                                                               \
  EACH(cst_uda)                                                                                    \
  EACH(cst_flexmatch)                                                                              \
  EACH(cst_freematch)                                                                              \
  EACH(cst_softmatch)                                                                              \
  EACH(cst_adamatch)                                                                               \
  EACH(cst_mixmatch)                                                                               \
  EACH(cst_remixmatch)                                                                             \
  EACH(cst_session_consistent)                                                                     \
  EACH(cst_session_oracle)

#define CST_DECLARE_STRATEGY(name) extern const cst_strategy_ops name;
CST_STRATEGIES(CST_DECLARE_STRATEGY)
#undef CST_DECLARE_STRATEGY

/* L_s = 1/B sum H(target, softmax(weak)): a labelled clip's part. */
void cst_ssl_supervise(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       const cst_gradient *gradient, cst_sample_loss *out);
/* L_u = lambda/U sum weight H(target, softmax(row)): an unlabelled clip's part, by its row @p row.
 * @p target NULL: one-hot of out->label.  Sets out->mask to @p weight, adds to out->unsupervised. */
void cst_ssl_match(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                   size_t row, const double *target, double lambda, double weight, float *dlogits,
                   cst_sample_loss *out);
/* The same for the decision on the weak view: the label of the last row, with weight 1 if it is as
 * confident as the strategy's threshold for its class wants, else 0.  Where rows are mixed, that
 * row's target is the mixture that the label is part of. */
void cst_ssl_match_confident(const cst_strategy *self, const cst_ssl_step *step,
                             const cst_sample *sample, double lambda, float *dlogits,
                             cst_sample_loss *out);
/* Mixup for strategies of such decisions (strategy.mixup): the decision is guessed first, on the
 * weak view, then labelled rows and rows of confident clips are mixed. */
void cst_ssl_settle_mixup(const cst_strategy_params *params, cst_views *views);
bool cst_ssl_guess_confident(const cst_strategy *self, const float *guess, double *target);
/* Probabilities of the weak view, guessed or a row, in self->scratch; its largest, and where. */
const double *cst_ssl_weak(const cst_strategy *self, const cst_sample *sample, double *confidence,
                           size_t *class);
/* Brier score against @p target, mean over classes: returns it, adds weight times its gradient. */
double cst_ssl_brier(const cst_strategy *self, const float *logits, const double *target,
                     double weight, float *dlogits);
/* p^(1/T), normalised, in place. */
void cst_ssl_sharpen(size_t K, double temperature, double *p);
/* The teacher's probabilities of every clip, so sharpened. */
cst_status cst_ssl_label_sharpened(const cst_strategy *self, const cst_teacher_view *view,
                                   float *target, int32_t *copies);
/* The last CST_SSL_MEMORY batch means of a distribution [K], and their mean. */
enum { CST_SSL_MEMORY = 128 };
typedef struct {
  bool from_uniform; /* it begins with as many of 1/K; else it is the mean of what there is */
  double *batches;   /* so far */
  double *mean;      /* [K] */
  double *memory;    /* [CST_SSL_MEMORY][K] */
} cst_ssl_recent;
/* @p sum [K] over the @p n samples of a batch takes the place of the oldest. */
void cst_ssl_remember(size_t K, double n, const double *sum, const cst_ssl_recent *recent);
/* p <- Norm(p (want + 1e-6) / (have + 1e-6)): distribution alignment. */
void cst_ssl_align(size_t K, const double *want, const double *have, double *p);
/* The same with recent labels and recent p of the weak view as what is wanted and had, where
 * params.alignment is not 0: the pieces of cst_strategy_ops for it. */
size_t cst_ssl_alignment_state(const cst_strategy *self);
void cst_ssl_alignment_start(cst_strategy *self);
size_t cst_ssl_alignment_sums(const cst_strategy *self, const cst_ssl_step *step, int phase);
void cst_ssl_alignment_observe(const cst_strategy *self, const cst_ssl_step *step, int phase,
                               const cst_sample *sample, double *out);
void cst_ssl_alignment_absorb(cst_strategy *self, const cst_ssl_step *step, int phase,
                              const double *totals);
void cst_ssl_alignment_adjust(const cst_strategy *self, double *p);
/* average = m average + (1 - m) value, as every running statistic here. */
void cst_ssl_track(double momentum, double value, double *average);
/* 0 to 1 over the first params.ramp of training; 1 where that is 0. */
double cst_ssl_linear_ramp(const cst_strategy *self, const cst_ssl_step *step);
/* tau for every class. */
double cst_ssl_fixed_threshold(const cst_strategy *self, size_t k);

#endif
