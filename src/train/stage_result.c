/* What a stage's weights are worth, and the mean of them that it may end with. */
#include "stage_result.h"

#include "plan.h"

#include "cassette/elementary.h"
#include "cassette/inference.h"
#include "cassette/log.h"
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/metrics.h"
#include "cassette/watchdog.h"

#include <math.h>

cst_journal_event stage_event(const training *self, const char *kind)
{
  cst_journal_event event;
  cst_journal_event_init(&event);
  event.event = kind;
  event.stage = cst_stage_name((cst_stage)self->state.stage);
  if (self->state.stage != CST_STAGE_PRETRAIN) event.fold = training_fold(self)->name;
  if (self->order.rounds > 1 && self->state.stage == CST_STAGE_STUDENT)
    event.round = self->state.round + 1;
  return event;
}

/* A clip's answer among the classes of its group, from the probabilities of all: the most probable
 * one, and the logarithm of the true one's share. */
static int judge(const cst_class_groups *groups, size_t K, int truth, const float *p, double *log_p)
{
  const cst_slice among = cst_class_group(groups, K, (size_t)truth);
  double sum = 1.0;
  if (groups->n > 0) {
    sum = 0.0;
    for (size_t k = 0; k < among.count; k++) sum += (double)p[among.first + k];
  }
  *log_p = cst_ln(fmax((double)p[truth] / fmax(sum, 1e-38), 1e-38));
  return (int)(among.first + cst_argmax_f32(among.count, p + among.first));
}

cst_status stage_validate(training *self, const cst_weights *weights, double *accuracy,
                          double *loss)
{
  cst_status st = CST_OK;
  const size_t K = training_classes(self), n = self->clips.n_validation;
  const cst_class_groups groups = training_groups(self);
  cst_score *scores = cst_alloc(n, sizeof *scores);
  int64_t *counts = cst_alloc(K * K, sizeof *counts);
  float *p = cst_alloc(n * K, sizeof *p);
  if (!scores || !counts || !p) st = cst_no_memory("validation", n, K * sizeof *p);
  CST_TRY(cst_comm_agree(self->job->comm, st));
  CST_TRY(cst_network_predict(self->job, self->learner.network.model, weights,
                              self->clips.validation, n, 1, p));
  *loss = 0.0;
  for (size_t i = 0; i < n; i++) {
    const int truth = self->clips.label[self->clips.validation[i]];
    double log_p;
    const int best = judge(&groups, K, truth, p + i * K, &log_p);
    scores[i] =
        (cst_score){.truth = truth, .predicted = best, .session = CST_NONE, .city = CST_NONE};
    *loss -= log_p / (double)n;
  }
  cst_confusion(n, scores, K, counts);
  *accuracy = cst_macro_accuracy(K, counts);
done:
  cst_free(p);
  cst_free(counts);
  cst_free(scores);
  return st;
}

/* Their statistics are of other weights: BatchNorm's are taken anew. */
cst_status stage_average(training *self)
{
  cst_status st = CST_OK;
  training_state *s = &self->state;
  learner *l = &self->learner;
  double accuracy = NAN, loss = NAN;
  cst_watchdog_enter("averaging weights", cst_stage_name((cst_stage)s->stage), -1, -1);
  CST_TRY(learner_take_mean(l, self->clips.labelled, self->clips.n_labelled));
  if (self->clips.n_validation) CST_TRY(stage_validate(self, &l->best, &accuracy, &loss));
  s->best_epoch = s->epoch - 1;
  s->best_accuracy = self->clips.n_validation ? accuracy : 0.0;
  s->best_loss = self->clips.n_validation ? loss : 0.0;
  cst_journal_event event = stage_event(self, CST_EVENT_AVERAGE);
  event.epochs = l->mean_epochs;
  event.validation_macro_accuracy = accuracy;
  event.validation_loss = loss;
  st = cst_comm_agree(self->job->comm, cst_journal_add(self->journal, &event));
  cst_log(CST_LOG_INFO, "%s: mean of the weights of the last %lld epochs%s",
          cst_stage_name((cst_stage)s->stage), (long long)l->mean_epochs,
          self->clips.n_validation ? ", validated" : "");
done:
  return st;
}
