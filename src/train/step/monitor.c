/* Contracts in monitor.h. */
#include "monitor.h"

#include "cassette/elementary.h"
#include "cassette/log.h"
#include "cassette/loss.h"

#include <math.h>
#include <string.h>

/* Below: nothing is learned from unlabelled clips.  Above: one class takes over. */
static const double FEW_KEPT = 0.005, MOST_OF_ONE_CLASS = 0.9;

size_t monitor_tallies(size_t K) { return TALLIES + 3 * K; }

double monitor_loss(const double *tallies)
{
  return tallies[TALLY_SUPERVISED] + tallies[TALLY_UNSUPERVISED] + tallies[TALLY_EXTRA];
}

/* By its label, and of a clip without one by its teacher. */
static size_t likely_class(size_t K, const cst_sample *sample)
{
  const size_t class = cst_argmax(K, sample->target);
  return sample->taught && sample->target[class] == 0.0 ? cst_argmax(K, sample->taught) : class;
}

void monitor_sample(size_t K, const cst_sample *sample, const cst_sample_loss *loss, int check,
                    double *out)
{
  double *kept = out + TALLIES, *labelled = kept + K, *unlabelled = labelled + K;
  out[TALLY_SUPERVISED] = loss->supervised;
  out[TALLY_UNSUPERVISED] = loss->unsupervised;
  out[TALLY_EXTRA] = loss->extra;
  if (sample->labelled) {
    out[TALLY_CORRECT] = cst_argmax_f32(K, sample->logits) == likely_class(K, sample);
    cst_softmax(K, sample->logits, labelled);
    return;
  }
  cst_softmax(K, sample->guess ? sample->guess : sample->logits, unlabelled);
  out[TALLY_MASK] = loss->mask;
  if (!(loss->mask > 0.0)) return;
  kept[loss->label] = 1.0;
  out[TALLY_KNOWN] = check != CST_NONE;
  out[TALLY_RIGHT] = check == loss->label;
}

/* KL(E[p_l] || E[p_u]), from sums. */
static double divergence(size_t K, const double *p, double n_p, const double *q, double n_q)
{
  double sum = 0.0;
  for (size_t k = 0; k < K; k++)
    if (p[k] > 0.0) sum += p[k] / n_p * cst_ln(p[k] / n_p / fmax(q[k] / n_q, 1e-12));
  return sum;
}

void monitor_step(const monitor_sum *sum, cst_journal_event *event)
{
  const double *t = sum->tallies, steps = (double)sum->steps;
  if (sum->unlabelled == 0) return;
  event->loss_supervised = t[TALLY_SUPERVISED] / steps;
  event->loss_unsupervised = t[TALLY_UNSUPERVISED] / steps;
  if (t[TALLY_EXTRA] != 0.0) event->loss_extra = t[TALLY_EXTRA] / steps;
  event->mask_rate = t[TALLY_MASK] / (double)sum->unlabelled;
}

void monitor_epoch(const cst_names *classes, const monitor_sum *sum, cst_journal_event *event,
                   cst_json **counts)
{
  const size_t K = classes->n;
  const double *t = sum->tallies;
  const double *kept = t + TALLIES, *labelled = kept + K, *unlabelled = labelled + K;
  monitor_step(sum, event);
  if (sum->unlabelled == 0) return;
  event->kl = divergence(K, labelled, (double)sum->labelled, unlabelled, (double)sum->unlabelled);
  if (t[TALLY_KNOWN] > 0.0) event->pseudo_label_accuracy = t[TALLY_RIGHT] / t[TALLY_KNOWN];
  event->pseudo_labels_checked = (int64_t)t[TALLY_KNOWN];
  *counts = cst_json_object();
  for (size_t k = 0; k < K; k++) cst_json_set_integer(*counts, classes->item[k], (int64_t)kept[k]);
}

bool monitor_trouble(size_t K, const cst_names *classes, const monitor_sum *sum,
                     const char *strategy, const cst_json *parameters, cst_text *out)
{
  const double *kept = sum->tallies + TALLIES;
  const bool threshold = cst_json_get(parameters, "threshold") != NULL;
  double all = 0.0;
  if (sum->unlabelled == 0) return false;
  for (size_t k = 0; k < K; k++) all += kept[k];
  const size_t largest = cst_argmax(K, kept);
  if (sum->tallies[TALLY_MASK] < FEW_KEPT * (double)sum->unlabelled)
    cst_text_add(out, "%.2f %% of the unlabelled clips are confident enough to be learned from; %s",
                 100.0 * sum->tallies[TALLY_MASK] / (double)sum->unlabelled,
                 threshold ? "lower strategy.threshold, or train longer" : "train longer");
  else if (K > 2 && kept[largest] > MOST_OF_ONE_CLASS * all)
    cst_text_add(out, "%.0f %% of the pseudo-labels are %s: training collapses; try %s",
                 100.0 * kept[largest] / all, classes->item[largest],
                 strcmp(strategy, "adamatch") == 0
                     ? "a lower strategy.weight or learning rate"
                     : "strategy.name=adamatch or a lower strategy.weight");
  else
    return false;
  return true;
}

void monitor_warn(const char *strategy, const cst_json *parameters, const cst_names *classes,
                  const monitor_sum *sum, const char *what)
{
  cst_text text = {0};
  if (monitor_trouble(classes->n, classes, sum, strategy, parameters, &text))
    cst_log(CST_LOG_WARN, "%s: %s", what, text.data ? text.data : "");
  cst_text_reset(&text);
}
