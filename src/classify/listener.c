/* Contract in listener.h. */
#include "listener.h"

#include "cassette/inference.h"
#include "cassette/memory.h"
#include "cassette/windows.h"

#include <stdio.h>
#include <string.h>

enum { BATCH_WINDOWS = 16 }; /* of each thread, classified at a time */

/* Whose a window of the batch is. */
typedef struct {
  answer *answer;
  size_t at;
  const char *path;
} place;

struct listener {
  const cst_classifier *by;
  uint64_t hop;
  cst_windows *windows;
  cst_inference **inference; /* [networks] */
  size_t capacity, filled;   /* of the batch */
  float *features;           /* [capacity][T][M] */
  const float **row;         /* [capacity] of them */
  place *place;              /* [capacity] */
  float *p;                  /* [capacity][K] */
  heard *hears;              /* what is being read */
};

cst_status listener_create(const cst_classifier *by, uint64_t hop, listener **out)
{
  cst_status st = CST_OK;
  const size_t floats = by->spec.frames * by->spec.bins;
  const size_t capacity = BATCH_WINDOWS * (size_t)by->threads;
  listener *self = NULL;
  *out = NULL;
  CST_ALLOC(self, 1);
  *self = (listener){.by = by, .hop = hop, .capacity = capacity};
  CST_TRY(cst_windows_create(&by->spec, &self->windows));
  CST_ALLOC(self->inference, by->networks);
  for (size_t i = 0; i < by->networks; i++)
    CST_TRY(cst_inference_create(by->network[i].model, &by->network[i].weights,
                                 (size_t)by->config->evaluate.crops, capacity,
                                 &self->inference[i]));
  CST_ALLOC(self->features, capacity * floats);
  CST_ALLOC(self->row, capacity);
  CST_ALLOC(self->place, capacity);
  CST_ALLOC(self->p, capacity * by->classes.n);
  for (size_t i = 0; i < capacity; i++) self->row[i] = self->features + i * floats;
  *out = self;
  self = NULL;
done:
  listener_destroy(&self);
  return st;
}

void listener_destroy(listener **pointer)
{
  listener *self = *pointer;
  if (!self) return;
  cst_windows_destroy(&self->windows);
  for (size_t i = 0; self->inference && i < self->by->networks; i++)
    cst_inference_destroy(&self->inference[i]);
  cst_free(self->inference);
  cst_free(self->features);
  cst_free(self->row);
  cst_free(self->place);
  cst_free(self->p);
  cst_free(self);
  *pointer = NULL;
}

/* Classify what is in the batch: the mean over the networks, summed as predictions are. */
static cst_status classify_batch(listener *self)
{
  cst_status st = CST_OK;
  const size_t n = self->filled, K = self->by->classes.n;
  self->filled = 0;
  for (size_t i = 0; i < self->by->networks && n > 0; i++) {
    const size_t bad = cst_inference_run(self->inference[i], n, self->row, NULL, self->p);
    if (bad < n)
      CST_FAIL(CST_ERR_NUMBERS,
               "%s: the scores of the model are not finite; its weights are no use",
               self->place[bad].path);
    for (size_t w = 0; w < n; w++) {
      double *sum = self->place[w].answer->p + self->place[w].at * K;
      for (size_t k = 0; k < K; k++)
        sum[k] += (double)self->p[w * K + k] / (double)self->by->networks;
    }
  }
done:
  return st;
}

/* A window of the recording that is being read. */
static cst_status take_window(void *context, size_t i, uint64_t first, uint64_t n,
                              const float *features)
{
  cst_status st = CST_OK;
  listener *self = context;
  heard *h = self->hears;
  const cst_logmel_spec *spec = &self->by->spec;
  const uint64_t longest = cst_windows_samples(spec);
  place *to = &self->place[self->filled];
  (void)i;
  CST_TRY(answer_add(&h->answer, self->by->classes.n, first, n < longest ? n : longest, &to->at));
  to->answer = &h->answer;
  to->path = h->path;
  memcpy(self->features + self->filled * spec->frames * spec->bins, features,
         spec->frames * spec->bins * sizeof *features);
  if (++self->filled == self->capacity) CST_TRY(classify_batch(self));
done:
  return st;
}

/* The recordings of a batch stay where they are until it is classified, the one that is being read
 * and those that turned out bad among them. */
static cst_status hear_one(listener *self, heard *h)
{
  cst_audio_info info;
  self->hears = h;
  cst_status st = cst_windows_make(self->windows, h->path, self->hop, take_window, self, &info);
  if (st == CST_ERR_DATA) { /* the file cannot be read: its trouble, not ours */
    snprintf(h->trouble, sizeof h->trouble, "%s", cst_message());
    cst_clear();
    return CST_OK;
  }
  if (st == CST_OK && !cst_audio_usable(info.status))
    snprintf(h->trouble, sizeof h->trouble, "%s: %s", cst_audio_status_text(info.status),
             info.detail);
  return st;
}

cst_status listener_hear(listener *self, heard *recordings, size_t n)
{
  cst_status st = CST_OK;
  self->filled = 0;
  for (size_t i = 0; i < n; i++) CST_TRY(hear_one(self, &recordings[i]));
  CST_TRY(classify_batch(self));
done:
  return st;
}
