/* Contract in adaptation.h. */
#include "adaptation.h"

#include "cassette/adam.h"
#include "cassette/batch.h"
#include "cassette/elementary.h"
#include "cassette/inference.h"
#include "cassette/log.h"
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/slice.h"
#include "cassette/watchdog.h"

#include <math.h>
#include <string.h>

static const double UNCHANGED = 0.0, TENT_RATE = 1e-3;

typedef struct {
  const cst_job *job;
  const uint32_t *clips; /* [n] */
  size_t n, steps, K;
  cst_network tuned;
  const float **feature;   /* [rows] of the batch in hand */
  cst_told *told;          /* [rows] */
  float *logits, *dlogits; /* [rows][K] */
  float *gradient, *m, *v; /* [parameters] */
  double *p;               /* [K] */
  cst_exact *sum;
  uint32_t *order; /* [n] shuffled */
  uint32_t key;
} adaptation;

/* ---- tent ---- */

/* Steps of the pass, in batches of at most @p most clips. */
static size_t count_steps(size_t n, size_t max) { return (n + max - 1) / max; }

/* One batch through the network, with its own statistics.  Batches differ by one clip at most: a
 * step is as long whatever its batch, so a rest of two clips would weigh as much as any other. */
static cst_status forward(adaptation *a, size_t step, cst_model_batch *part)
{
  cst_status st = CST_OK;
  const cst_comm *comm = a->job->comm;
  const cst_slice batch = cst_slice_of(a->n, (int)step, (int)a->steps);
  const cst_slice mine = cst_slice_of(batch.count, cst_comm_rank(comm), cst_comm_size(comm));
  cst_watchdog_enter("adaptation", "", -1, (int64_t)step);
  st = cst_feature_source_get(a->job->source, a->order + batch.first + mine.first, mine.count,
                              a->feature);
  CST_TRY(cst_comm_agree(comm, st));
  for (size_t i = 0; i < mine.count; i++)
    a->told[i] = cst_network_told(a->job, a->order[batch.first + mine.first + i]);
  *part = (cst_model_batch){.clips = mine.count,
                            .global_clips = batch.count,
                            .features = a->feature,
                            .told = a->told,
                            .momentum = &UNCHANGED};
  cst_model_forward(a->tuned.model, &a->tuned.weights, part, a->logits);
done:
  return st;
}

/* d/dz_k of -sum p log p = -p_k (log p_k + H) */
static void entropy_gradient(size_t K, const float *logits, double weight, double *p,
                             float *dlogits)
{
  double entropy = 0.0;
  cst_softmax(K, logits, p);
  for (size_t k = 0; k < K; k++)
    if (p[k] > 0.0) entropy -= p[k] * cst_ln(p[k]);
  for (size_t k = 0; k < K; k++)
    dlogits[k] = p[k] > 0.0 ? (float)(-weight * p[k] * (cst_ln(p[k]) + entropy)) : 0.0f;
}

/* BatchNorm's weights and biases alone are adapted. */
static void keep_norms(const cst_layout *params, float *gradient)
{
  for (size_t i = 0; i < params->n; i++) {
    const cst_param *p = &params->list[i];
    if (!(p->roles & CST_ROLE_NORM)) memset(gradient + p->offset, 0, p->count * sizeof *gradient);
  }
}

static cst_status lower_entropy(adaptation *a)
{
  cst_status st = CST_OK;
  cst_network *net = &a->tuned;
  const cst_layout *params = cst_model_params(net->model);
  cst_adam adam = cst_adam_defaults();
  adam.learning_rate = TENT_RATE;
  for (size_t step = 0; step < a->steps; step++) {
    cst_model_batch part;
    size_t bad;
    CST_TRY(forward(a, step, &part));
    for (size_t i = 0; i < part.clips; i++)
      entropy_gradient(a->K, a->logits + i * a->K, 1.0 / (double)part.global_clips, a->p,
                       a->dlogits + i * a->K);
    cst_model_backward(net->model, &net->weights, &part, a->dlogits, a->sum);
    cst_exact_total_f32(a->sum, a->job->comm, a->gradient, &bad);
    if (bad < params->floats)
      CST_FAIL(CST_ERR_NUMBERS,
               "evaluate.adapt = tent: a gradient is not finite; use adabn or none");
    keep_norms(params, a->gradient);
    cst_adam_step(&adam, step + 1, params->floats, a->gradient, net->weights.params, a->m, a->v);
  }
done:
  return st;
}

static cst_status allocate(adaptation *a)
{
  cst_status st = CST_OK;
  const size_t ranks = (size_t)cst_comm_size(a->job->comm);
  const size_t rows = (cst_slice_of(a->n, 0, (int)a->steps).count + ranks - 1) / ranks;
  const cst_network_use use = {.classes = a->K, .told = true, .max_clips = rows};
  CST_TRY(cst_network_create(a->job, &use, &a->tuned));
  const size_t floats = cst_model_params(a->tuned.model)->floats;
  CST_TRY(cst_exact_create(floats, &a->sum));
  CST_ALLOC(a->gradient, floats);
  CST_ALLOC(a->m, floats);
  CST_ALLOC(a->v, floats);
  CST_ALLOC(a->feature, rows);
  CST_ALLOC(a->told, rows);
  CST_ALLOC(a->logits, rows * a->K);
  CST_ALLOC(a->dlogits, rows * a->K);
  CST_ALLOC(a->p, a->K);
  CST_ALLOC(a->order, a->n);
done:
  return cst_comm_agree(a->job->comm, st);
}

static void release(adaptation *a)
{
  cst_network_reset(&a->tuned);
  cst_exact_destroy(&a->sum);
  cst_free(a->gradient);
  cst_free(a->m);
  cst_free(a->v);
  cst_free(a->feature);
  cst_free(a->told);
  cst_free(a->logits);
  cst_free(a->dlogits);
  cst_free(a->p);
  cst_free(a->order);
}

static cst_status tent(const cst_job *job, const cst_fold *fold, const uint32_t *clips, size_t n,
                       cst_network *net)
{
  cst_status st = CST_OK;
  adaptation a = {.job = job,
                  .clips = clips,
                  .n = n,
                  .steps = count_steps(n, (size_t)job->config->student.batch),
                  .K = job->data->scenes.n,
                  .key = cst_stage_key(fold->name, CST_STAGE_DONE, 0)};
  CST_TRY(allocate(&a));
  cst_epoch_order((uint64_t)job->config->seed, a.key, 0, n, a.order);
  for (size_t i = 0; i < n; i++) a.order[i] = clips[a.order[i]];
  cst_weights_copy(a.tuned.model, &net->weights, &a.tuned.weights);
  CST_TRY(lower_entropy(&a));
  cst_weights_copy(a.tuned.model, &a.tuned.weights, &net->weights);
done:
  release(&a);
  return st;
}

cst_status adaptation_run(const cst_job *job, const cst_fold *fold, const uint32_t *clips, size_t n,
                          cst_network *net)
{
  cst_status st = CST_OK;
  const cst_adapt how = job->config->evaluate.adapt;
  if (how == CST_ADAPT_NONE || n == 0) return CST_OK;
  if (n == 1) {
    cst_log(CST_LOG_WARN,
            "fold %s: evaluate.adapt = %s did nothing to clip %s: it is alone, and one clip has no "
            "statistics of a city",
            fold->name, cst_adapt_text(how), job->data->clip[clips[0]].id);
    return CST_OK;
  }
  if (how == CST_ADAPT_TENT) CST_TRY(tent(job, fold, clips, n, net));
  cst_watchdog_enter("adaptation", "", -1, -1);
  CST_TRY(cst_network_take_statistics(job, net->model, &net->weights, clips, n));
done:
  return st;
}
