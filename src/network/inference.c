/* Clips through a finished network.  Contract in inference.h. */
#include "cassette/inference.h"

#include "cassette/finite.h"
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/slice.h"
#include "cassette/watchdog.h"

#include <string.h>

enum { PREDICT_CLIPS = 16 }; /* clips read at a time by one rank */

/* A rank's share of clips to predict. */
typedef struct {
  const cst_job *job;
  cst_model *model;
  const cst_weights *weights;
  size_t K, crops, capacity; /* capacity: clips at a time */
  const float **row;         /* [capacity] */
  float *shifted;            /* [capacity][T][M], for more than one crop */
  float *logits;             /* [capacity][K] */
  double *p;                 /* [K] */
} prediction;

static cst_status allocate_prediction(prediction *x)
{
  cst_status st = CST_OK;
  const cst_model_spec *spec = cst_model_get_spec(x->model);
  CST_ALLOC(x->row, x->capacity);
  CST_ALLOC(x->logits, x->capacity * x->K);
  CST_ALLOC(x->p, x->K);
  if (x->crops > 1) CST_ALLOC(x->shifted, x->capacity * spec->frames * spec->bins);
done:
  return st;
}

/* Rows [count] become those rolled by @p shift frames. */
static void roll(const prediction *x, size_t count, size_t shift)
{
  const cst_model_spec *spec = cst_model_get_spec(x->model);
  const size_t floats = spec->frames * spec->bins, head = shift * spec->bins;
  for (size_t i = 0; i < count; i++) {
    float *to = x->shifted + i * floats;
    memcpy(to, x->row[i] + head, (floats - head) * sizeof *to);
    memcpy(to + floats - head, x->row[i], head * sizeof *to);
    x->row[i] = to;
  }
}

/* Add 1 / crops of a few clips' probabilities to @p out [count][K], which starts at zero. */
static cst_status predict_few(const prediction *x, const uint32_t *clips, size_t count, float *out)
{
  cst_status st = CST_OK;
  const size_t frames = cst_model_get_spec(x->model)->frames, K = x->K;
  for (size_t crop = 0; crop < x->crops; crop++) {
    CST_TRY(cst_feature_source_get(x->job->source, clips, count, x->row));
    if (crop > 0) roll(x, count, crop * frames / x->crops);
    cst_model_predict(x->model, x->weights, count, x->row, x->logits);
    cst_watchdog_tick();
    for (size_t i = 0; i < count; i++) {
      const float *logits = x->logits + i * K;
      if (cst_first_not_finite(K, logits) < K)
        CST_FAIL(CST_ERR_NUMBERS,
                 "the scores of clip %s are not finite; check its features, and the learning rate",
                 x->job->data->clip[clips[i]].id);
      cst_softmax(K, logits, x->p);
      for (size_t k = 0; k < K; k++) out[i * K + k] += (float)(x->p[k] / (double)x->crops);
    }
  }
done:
  return st;
}

cst_status cst_network_predict(const cst_job *job, cst_model *model, const cst_weights *w,
                               const uint32_t *clips, size_t n, size_t crops, float *probabilities)
{
  cst_status st = CST_OK;
  const cst_comm *comm = job->comm;
  const size_t K = cst_model_get_spec(model)->classes;
  const cst_slice mine = cst_slice_of(n, cst_comm_rank(comm), cst_comm_size(comm));
  prediction x = {.job = job,
                  .model = model,
                  .weights = w,
                  .K = K,
                  .crops = crops,
                  .capacity = PREDICT_CLIPS * (size_t)job->threads};
  float *own = NULL;
  void *all = NULL;
  size_t bytes = 0;
  CST_ALLOC(own, mine.count * K);
  CST_TRY(allocate_prediction(&x));
  for (size_t i = 0; i < mine.count; i += x.capacity)
    CST_TRY(predict_few(&x, clips + mine.first + i,
                        mine.count - i < x.capacity ? mine.count - i : x.capacity, own + i * K));
done:
  cst_watchdog_wait();
  st = cst_comm_agree(comm, st);
  if (st == CST_OK) st = cst_comm_gather(comm, own, mine.count * K * sizeof *own, &all, &bytes);
  if (st == CST_OK) memcpy(probabilities, all, bytes);
  cst_free(all);
  cst_free(own);
  cst_free(x.row);
  cst_free(x.shifted);
  cst_free(x.logits);
  cst_free(x.p);
  return st;
}

/* --- statistics --- */

typedef struct {
  cst_feature_source *source;
  const uint32_t *clips; /* of this rank */
} own_clips;

static cst_status read_clips(void *context, size_t first, size_t n, const float **rows)
{
  const own_clips *own = context;
  cst_watchdog_tick();
  return cst_feature_source_get(own->source, own->clips + first, n, rows);
}

cst_status cst_network_take_statistics(const cst_job *job, cst_model *model, cst_weights *w,
                                       const uint32_t *clips, size_t n)
{
  const cst_slice mine = cst_slice_of(n, cst_comm_rank(job->comm), cst_comm_size(job->comm));
  own_clips own = {job->source, clips + mine.first};
  const cst_model_clips all = {
      .read = read_clips, .context = &own, .clips = mine.count, .global_clips = n};
  return cst_model_take_statistics(model, w, &all);
}
