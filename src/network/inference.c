/* Clips through a finished network.  Contract in inference.h. */
#include "cassette/inference.h"

#include "cassette/finite.h"
#include "cassette/loss.h"
#include "cassette/memory.h"
#include "cassette/network.h"
#include "cassette/slice.h"
#include "cassette/watchdog.h"

#include <string.h>

enum { PREDICT_CLIPS = 16 }; /* clips read at a time by one rank */

struct cst_inference {
  cst_model *model;
  const cst_weights *weights;
  size_t K, crops, capacity;
  const float **rolled; /* [capacity] rows of shifted */
  float *shifted;       /* [capacity][T][M], for more than one crop */
  float *logits;        /* [capacity][K] */
  double *p;            /* [K] */
};

cst_status cst_inference_create(cst_model *model, const cst_weights *w, size_t crops,
                                size_t capacity, cst_inference **out)
{
  cst_status st = CST_OK;
  const cst_model_spec *spec = cst_model_get_spec(model);
  const size_t floats = spec->frames * spec->bins;
  cst_inference *self = NULL;
  *out = NULL;
  CST_ALLOC(self, 1);
  *self = (cst_inference){
      .model = model, .weights = w, .K = spec->classes, .crops = crops, .capacity = capacity};
  CST_ALLOC(self->logits, capacity * self->K);
  CST_ALLOC(self->p, self->K);
  if (crops > 1) {
    CST_ALLOC(self->rolled, capacity);
    CST_ALLOC(self->shifted, capacity * floats);
    for (size_t i = 0; i < capacity; i++) self->rolled[i] = self->shifted + i * floats;
  }
  *out = self;
  self = NULL;
done:
  cst_inference_destroy(&self);
  return st;
}

void cst_inference_destroy(cst_inference **pointer)
{
  cst_inference *self = *pointer;
  if (!self) return;
  cst_free(self->rolled);
  cst_free(self->shifted);
  cst_free(self->logits);
  cst_free(self->p);
  cst_free(self);
  *pointer = NULL;
}

/* @p rows [n] rolled by @p shift frames. */
static const float *const *roll(cst_inference *self, size_t n, const float *const *rows,
                                size_t shift)
{
  const cst_model_spec *spec = cst_model_get_spec(self->model);
  const size_t floats = spec->frames * spec->bins, head = shift * spec->bins;
  if (shift == 0) return rows;
  for (size_t i = 0; i < n; i++) {
    float *to = self->shifted + i * floats;
    memcpy(to, rows[i] + head, (floats - head) * sizeof *to);
    memcpy(to + floats - head, rows[i], head * sizeof *to);
  }
  return self->rolled;
}

size_t cst_inference_run(cst_inference *self, size_t n, const float *const *rows,
                         const cst_told *told, float *p)
{
  const size_t frames = cst_model_get_spec(self->model)->frames, K = self->K;
  CST_ASSERT(n <= self->capacity);
  memset(p, 0, n * K * sizeof *p);
  for (size_t crop = 0; crop < self->crops; crop++) {
    const float *const *seen = roll(self, n, rows, crop * frames / self->crops);
    cst_model_predict(self->model, self->weights, n, seen, told, self->logits);
    cst_watchdog_tick();
    for (size_t i = 0; i < n; i++) {
      const float *logits = self->logits + i * K;
      if (cst_first_not_finite(K, logits) < K) return i;
      cst_softmax(K, logits, self->p);
      for (size_t k = 0; k < K; k++) p[i * K + k] += (float)(self->p[k] / (double)self->crops);
    }
  }
  return n;
}

/* This rank's share, a few clips at a time. */
static cst_status predict_share(const cst_job *job, cst_inference *inference, const uint32_t *clips,
                                size_t n, float *p)
{
  cst_status st = CST_OK;
  const float **rows = NULL;
  cst_told *told = NULL;
  CST_ALLOC(rows, inference->capacity);
  CST_ALLOC(told, inference->capacity);
  for (size_t i = 0; i < n; i += inference->capacity) {
    const size_t count = n - i < inference->capacity ? n - i : inference->capacity;
    CST_TRY(cst_feature_source_get(job->source, clips + i, count, rows));
    for (size_t j = 0; j < count; j++) told[j] = cst_network_told(job, clips[i + j]);
    const size_t bad = cst_inference_run(inference, count, rows, told, p + i * inference->K);
    if (bad < count)
      CST_FAIL(CST_ERR_NUMBERS,
               "the scores of clip %s are not finite; check its features, and the learning rate",
               job->data->clip[clips[i + bad]].id);
  }
done:
  cst_free(told);
  cst_free(rows);
  return st;
}

cst_status cst_network_predict(const cst_job *job, cst_model *model, const cst_weights *w,
                               const uint32_t *clips, size_t n, size_t crops, float *probabilities)
{
  cst_status st = CST_OK;
  const cst_comm *comm = job->comm;
  const size_t K = cst_model_get_spec(model)->classes;
  const cst_slice mine = cst_slice_of(n, cst_comm_rank(comm), cst_comm_size(comm));
  cst_inference *inference = NULL;
  float *own = NULL;
  void *all = NULL;
  size_t bytes = 0;
  CST_ALLOC(own, mine.count * K);
  CST_TRY(cst_inference_create(model, w, crops, PREDICT_CLIPS * (size_t)job->threads, &inference));
  CST_TRY(predict_share(job, inference, clips + mine.first, mine.count, own));
done:
  cst_watchdog_wait();
  st = cst_comm_agree(comm, st);
  if (st == CST_OK) st = cst_comm_gather(comm, own, mine.count * K * sizeof *own, &all, &bytes);
  if (st == CST_OK) memcpy(probabilities, all, bytes);
  cst_inference_destroy(&inference);
  cst_free(all);
  cst_free(own);
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
