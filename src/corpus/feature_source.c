/* Contract in feature_source.h. */
#include "cassette/feature_source.h"

#include "staging.h"

#include "cassette/delay.h"
#include "cassette/feature_store.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/slice.h"
#include "cassette/watchdog.h"

struct cst_feature_source {
  const cst_comm *comm;    /* borrowed */
  const cst_dataset *data; /* borrowed */
  const cst_logmel_spec *spec;
  cst_feature_store *store;
  size_t *position;   /* of a clip in the store, SIZE_MAX: not usable */
  size_t clip_floats; /* frames x bands */
  cst_window *window; /* NULL: features stay on disk */
  float *cached;      /* [slots][clip_floats] */
  uint32_t *slot;     /* of a clip in the window */
  float *buffer;      /* [capacity][clip_floats] rows read from disk */
  size_t capacity;
};

static cst_status open_store(cst_feature_source *self, const char *dir)
{
  cst_status st = CST_OK;
  const cst_dataset *data = self->data;
  cst_feature_store_close(&self->store);
  CST_TRY(cst_feature_store_open(dir, self->spec, 0, &self->store));
  for (size_t i = 0; i < data->n; i++) {
    self->position[i] = SIZE_MAX;
    if (!cst_audio_usable(data->clip[i].status)) continue;
    self->position[i] = cst_feature_store_find(self->store, data->clip[i].sound.digest);
    if (self->position[i] == SIZE_MAX)
      CST_FAIL(CST_ERR_DATA, "%s: no features of clip %s; run `cassette features` first", dir,
               data->clip[i].id);
  }
done:
  return st;
}

/* A slot of the window for each usable clip. */
static cst_status plan_slots(cst_feature_source *self, size_t *slots)
{
  cst_status st = CST_OK;
  const cst_dataset *data = self->data;
  *slots = 0;
  CST_ALLOC(self->position, data->n);
  CST_ALLOC(self->slot, data->n);
  for (size_t i = 0; i < data->n; i++)
    if (cst_audio_usable(data->clip[i].status)) self->slot[i] = (uint32_t)(*slots)++;
done:
  return st;
}

static cst_status read_clip(cst_feature_source *self, uint32_t clip, float *out)
{
  cst_delay_point("read");
  cst_watchdog_tick();
  return cst_feature_store_read(self->store, self->position[clip], out);
}

/* The ranks of a node read a share each. */
static cst_status fill_window(cst_feature_source *self)
{
  cst_status st = CST_OK;
  const cst_slice mine =
      cst_slice_of(self->data->n, cst_comm_node_rank(self->comm), cst_comm_node_size(self->comm));
  for (size_t i = mine.first; i < mine.first + mine.count && st == CST_OK; i++) {
    if (self->position[i] != SIZE_MAX)
      st = read_clip(self, (uint32_t)i, self->cached + self->slot[i] * self->clip_floats);
    cst_progress("reading features", (double)(i - mine.first + 1), (double)mine.count, "");
  }
  return st;
}

/* Read the node's own copy instead, where there is one.  Others may have added to the store since
 * it was opened: clips have positions of their own in the copy. */
static cst_status open_local(cst_feature_source *self, const char *dir)
{
  cst_status st = CST_OK;
  char *local = NULL;
  CST_TRY(staging_copy(self->comm, dir, &local));
  if (!local) goto done;
  CST_TRY(open_store(self, local));
done:
  cst_free(local);
  return cst_comm_agree(self->comm, st);
}

/* All features into a window that the ranks of a node share.  Collective. */
static cst_status open_window(cst_feature_source *self, size_t bytes)
{
  cst_status st = CST_OK;
  void *base = NULL;
  CST_TRY(cst_window_create(self->comm, bytes, &self->window, &base));
  self->cached = base;
  st = fill_window(self);
  cst_watchdog_wait();
  CST_TRY(cst_comm_agree(self->comm, st));
  cst_window_sync(self->window);
done:
  return st;
}

static cst_status create(const cst_comm *comm, const cst_dataset *data, const cst_logmel_spec *spec,
                         cst_feature_source **out)
{
  cst_status st = CST_OK;
  CST_ALLOC(*out, 1);
  **out = (cst_feature_source){
      .comm = comm, .data = data, .spec = spec, .clip_floats = spec->frames * spec->bins};
done:
  return st;
}

cst_status cst_feature_source_open(const cst_comm *comm, const cst_dataset *data,
                                   const cst_logmel_spec *spec, const char *dir, double cache_gib,
                                   cst_feature_source **out)
{
  cst_status st = CST_OK;
  cst_feature_source *self = NULL;
  size_t slots = 0;
  *out = NULL;
  cst_watchdog_enter("reading features", "", -1, -1);
  st = create(comm, data, spec, &self);
  if (st == CST_OK) st = plan_slots(self, &slots);
  if (st == CST_OK) st = open_store(self, dir);
  CST_TRY(cst_comm_agree(comm, st));
  const size_t bytes = slots * self->clip_floats * sizeof(float);
  if ((double)bytes <= cache_gib * 1073741824.0) {
    CST_TRY(open_window(self, bytes));
  } else {
    cst_log(CST_LOG_INFO,
            "%.1f GiB of features exceed dataset.cache_gib = %g: read from disk as needed",
            (double)bytes / 1073741824.0, cache_gib);
    CST_TRY(open_local(self, dir));
  }
  *out = self;
  self = NULL;
done:
  cst_feature_source_close(&self);
  return st;
}

void cst_feature_source_close(cst_feature_source **self)
{
  if (!*self) return;
  cst_window_destroy(&(*self)->window);
  cst_feature_store_close(&(*self)->store);
  cst_free((*self)->position);
  cst_free((*self)->slot);
  cst_free((*self)->buffer);
  cst_free(*self);
  *self = NULL;
}

static cst_status reserve(cst_feature_source *self, size_t n)
{
  cst_status st = CST_OK;
  if (n <= self->capacity) return CST_OK;
  cst_free(self->buffer);
  self->capacity = 0;
  CST_ALLOC(self->buffer, n * self->clip_floats);
  self->capacity = n;
done:
  return st;
}

cst_status cst_feature_source_clip(cst_feature_source *self, uint32_t clip, float *buffer,
                                   const float **row)
{
  *row = buffer;
  if (!self->window) return read_clip(self, clip, buffer);
  *row = self->cached + self->slot[clip] * self->clip_floats;
  return CST_OK;
}

cst_status cst_feature_source_get(cst_feature_source *self, const uint32_t *clips, size_t n,
                                  const float **rows)
{
  cst_status st = CST_OK;
  if (!self->window) CST_TRY(reserve(self, n));
  for (size_t i = 0; i < n; i++) {
    float *buffer = self->window ? NULL : self->buffer + i * self->clip_floats;
    CST_TRY(cst_feature_source_clip(self, clips[i], buffer, &rows[i]));
  }
done:
  return st;
}
