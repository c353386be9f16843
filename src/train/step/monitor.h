/* What a training step reports of labelled and unlabelled clips, as numbers that add up over clips,
 * ranks and steps; and what becomes of them in the journal.  Private to train. */
#ifndef CST_TRAIN_MONITOR_H
#define CST_TRAIN_MONITOR_H

#include "cassette/dataset.h"
#include "cassette/journal_event.h"
#include "cassette/strategy.h"

/* The first tallies; behind them, per class: pseudo-labels kept, mean probabilities of labelled and
 * of unlabelled clips. */
enum {
  TALLY_SUPERVISED, /* parts of the loss */
  TALLY_UNSUPERVISED,
  TALLY_EXTRA,
  TALLY_CORRECT, /* labelled clips whose largest logit was their label */
  TALLY_MASK,    /* weights of pseudo-labels */
  TALLY_KNOWN,   /* pseudo-labels kept that can be checked */
  TALLY_RIGHT,   /* and are right */
  TALLIES
};
size_t monitor_tallies(size_t K);
/* Sum of the loss's parts. */
double monitor_loss(const double *tallies);
/* Tallies of one sample, @p out zero on entry.  @p check: its class if known, else CST_NONE. */
void monitor_sample(size_t K, const cst_sample *sample, const cst_sample_loss *loss, int check,
                    double *out);

/* Sums of tallies over steps. */
typedef struct {
  const double *tallies;
  int64_t steps, labelled, unlabelled; /* clips */
} monitor_sum;
/* What a journal event says of unlabelled clips: of a step, and more of an epoch, *counts new. */
void monitor_step(const monitor_sum *sum, cst_journal_event *event);
void monitor_epoch(const cst_names *classes, const monitor_sum *sum, cst_journal_event *event,
                   cst_json **counts);
/* Whether nothing, or one class alone, is learned from unlabelled clips; then @p out says so, with
 * a cure that the @p strategy with these @p parameters does not have yet. */
bool monitor_trouble(size_t K, const cst_names *classes, const monitor_sum *sum,
                     const char *strategy, const cst_json *parameters, cst_text *out);
/* A warning of it.  @p what: "student Xi'an epoch 3". */
void monitor_warn(const char *strategy, const cst_json *parameters, const cst_names *classes,
                  const monitor_sum *sum, const char *what);

#endif
