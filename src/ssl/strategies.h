/* The table behind strategy.h, and what several strategies share.  Private to ssl. */
#ifndef CST_SSL_STRATEGIES_H
#define CST_SSL_STRATEGIES_H

#include "cassette/strategy.h"

/* One strategy.  A NULL function means: nothing to do. */
typedef struct {
  const char *name;
  cst_tier tier;
  cst_views views;
  cst_strategy_params defaults; /* 0: no parameter of this strategy's */
  size_t (*state)(size_t K, size_t unlabelled);
  void (*start)(cst_strategy *self);
  size_t (*sums)(const cst_strategy *self, const cst_ssl_step *step, int phase);
  void (*observe)(const cst_strategy *self, const cst_ssl_step *step, int phase,
                  const cst_sample *sample, double *out);
  void (*absorb)(cst_strategy *self, const cst_ssl_step *step, int phase, const double *totals);
  /* Labelled clips have cst_ssl_supervise() where this is NULL. */
  void (*labelled)(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                   float *dlogits, float *dalone, cst_sample_loss *out);
  void (*unlabelled)(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                     float *dlogits, cst_sample_loss *out);
  void (*guess)(const cst_strategy *self, const float *guess, double *target);
  double (*threshold)(const cst_strategy *self, size_t k);
  cst_status (*label)(const cst_strategy *self, const cst_teacher_view *view, float *target,
                      int32_t *copies);
} cst_strategy_ops;

struct cst_strategy {
  const cst_strategy_ops *ops;
  cst_strategy_params params;
  size_t K, unlabelled;
  double *state;
  size_t n_state;
  double *scratch; /* [2][K], for the call in hand */
};

extern const cst_strategy_ops cst_supervised, cst_one_shot, cst_soft, cst_noisy_student,
    cst_session_consistent, cst_session_oracle, cst_thresholded, cst_mean_teacher, cst_fixmatch,
    cst_uda, cst_flexmatch, cst_freematch, cst_softmatch, cst_adamatch, cst_mixmatch;

/* L_s = 1/B sum H(target, softmax(weak)): a labelled clip's part. */
void cst_ssl_supervise(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                       float *dlogits, float *dalone, cst_sample_loss *out);
/* L_u = lambda/U sum weight H(target, softmax(row)): an unlabelled clip's part, by its row @p row.
 * @p target NULL: one-hot of out->label.  Sets out->mask to @p weight. */
void cst_ssl_match(const cst_strategy *self, const cst_ssl_step *step, const cst_sample *sample,
                   size_t row, const double *target, double lambda, double weight, float *dlogits,
                   cst_sample_loss *out);
/* The same for the decision on the weak view: the label of the last row, with weight 1 if it is as
 * confident as the strategy's threshold for its class wants, else 0. */
void cst_ssl_match_confident(const cst_strategy *self, const cst_ssl_step *step,
                             const cst_sample *sample, double lambda, float *dlogits,
                             cst_sample_loss *out);
/* Probabilities of the weak view in self->scratch; its largest, and where. */
const double *cst_ssl_weak(const cst_strategy *self, const cst_sample *sample, double *confidence,
                           size_t *class);
/* Brier score against @p target, mean over classes: returns it, adds weight times its gradient. */
double cst_ssl_brier(const cst_strategy *self, const float *logits, const double *target,
                     double weight, float *dlogits);
/* p^(1/T), normalised, in place. */
void cst_ssl_sharpen(size_t K, double temperature, double *p);
/* average = m average + (1 - m) value, as every running statistic here. */
void cst_ssl_track(double momentum, double value, double *average);
/* 0 to 1 over the first params.ramp of training; 1 where that is 0. */
double cst_ssl_linear_ramp(const cst_strategy *self, const cst_ssl_step *step);
/* tau for every class. */
double cst_ssl_fixed_threshold(const cst_strategy *self, size_t k);

#endif
