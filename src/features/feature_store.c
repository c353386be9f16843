/*
 * Index over the shards of a store, in cassette/feature_store.h.
 *
 * A position is the rank of a clip's id in byte order, so that it does not depend on how clips are
 * spread over shards.  A clip that several shards hold is kept several times: the second copy is
 * used when the first turns out to be damaged.
 */
#include "cassette/feature_store.h"

#include "cassette/file.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "shard.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_OPEN = 48 }; /* files held open; the usual limit is 1024 for a process */

typedef struct {
  const char *id; /* in its shard */
  size_t shard, row;
} copy;

struct cst_feature_store {
  char *dir;
  cst_logmel_spec spec;
  char *fingerprint;
  bool verified;
  shard *shards; /* in name order */
  size_t n_shards, capacity;
  cst_store **open;  /* [n_shards], NULL: closed */
  uint64_t *used_at; /* [n_shards] */
  uint64_t clock;
  size_t n_open;
  copy *copies; /* by id, then shard, then row */
  size_t n_copies;
  size_t *first; /* [n]: of a clip, in copies */
  size_t n;
  float *clip; /* room for one clip */
};

static cst_status refuse_fingerprint(const cst_feature_store *self, const shard *s)
{
  const char *held = s->fingerprint, *wanted = self->fingerprint;
  size_t at = 0;
  while (held[at] && held[at] == wanted[at]) at++;
  while (at > 0 && held[at - 1] != ' ') at--;
  return cst_raise(
      CST_ERR_DATA,
      "%s: features differ in %.*s (wanted: %.*s); it was made with [%s], this run wants "
      "[%s]; use another feature directory, or remove the shard and compute again",
      s->path, (int)strcspn(held + at, " "), held + at, (int)strcspn(wanted + at, " "), wanted + at,
      held, wanted);
}

/* A store without a wanted spec takes that of its first shard. */
static cst_status check_fingerprint(cst_feature_store *self, const shard *s)
{
  if (!self->fingerprint) {
    self->spec = s->spec;
    self->fingerprint = cst_strdup(s->fingerprint);
    if (!self->fingerprint) return cst_no_memory(s->path, strlen(s->fingerprint), 1);
  }
  return strcmp(s->fingerprint, self->fingerprint) == 0 ? CST_OK : refuse_fingerprint(self, s);
}

static cst_status keep_shard(cst_feature_store *self, shard *s)
{
  if (self->n_shards == self->capacity) {
    const size_t capacity = self->capacity ? 2 * self->capacity : 16;
    shard *grown = cst_realloc(self->shards, capacity, sizeof *grown);
    if (!grown) return cst_no_memory(self->dir, capacity, sizeof *grown);
    self->shards = grown;
    self->capacity = capacity;
  }
  self->shards[self->n_shards++] = *s;
  *s = (shard){0};
  return CST_OK;
}

static bool is_shard(const char *relative)
{
  const size_t bytes = strlen(relative);
  return strncmp(relative, "shard-", 6) == 0 && bytes > 9 && !strchr(relative, '/') &&
         strcmp(relative + bytes - 3, ".h5") == 0;
}

/* Damage costs the clips of a shard, not the store. */
static void leave_out(const char *what)
{
  cst_log(CST_LOG_WARN, "%s: left out, its clips count as not computed", what);
  cst_clear();
}

static cst_status verify_shard(cst_feature_store *self, const shard *s)
{
  cst_status st = CST_OK;
  CST_ALLOC(self->clip, shard_clip_floats(&self->spec));
  CST_TRY(shard_verify(s, self->clip));
done:
  cst_free(self->clip);
  self->clip = NULL;
  return st;
}

static cst_status visit_file(void *context, const char *relative)
{
  cst_status st = CST_OK;
  cst_feature_store *self = context;
  shard s = {0};
  char *path = NULL;
  if (!is_shard(relative)) return CST_OK;
  path = cst_path_join(self->dir, relative);
  if (!path) CST_TRY(cst_no_memory(relative, strlen(relative), 1));
  st = shard_load(path, &s);
  if (st == CST_OK) {
    CST_TRY(check_fingerprint(self, &s));
    if (self->verified) st = verify_shard(self, &s);
  }
  if (st == CST_ERR_DATA) {
    leave_out(cst_message());
    st = CST_OK;
  } else if (st == CST_OK) {
    CST_TRY(keep_shard(self, &s));
  }
done:
  shard_reset(&s);
  cst_free(path);
  return st;
}

static int by_id(const void *a, const void *b)
{
  const copy *x = a, *y = b;
  const int order = strcmp(x->id, y->id);
  if (order != 0) return order;
  if (x->shard != y->shard) return x->shard < y->shard ? -1 : 1;
  return x->row < y->row ? -1 : x->row > y->row;
}

static cst_status build_index(cst_feature_store *self)
{
  cst_status st = CST_OK;
  size_t total = 0;
  for (size_t s = 0; s < self->n_shards; s++) total += self->shards[s].n;
  CST_ALLOC(self->copies, total);
  CST_ALLOC(self->first, total);
  CST_ALLOC(self->open, self->n_shards);
  CST_ALLOC(self->used_at, self->n_shards);
  for (size_t s = 0; s < self->n_shards; s++)
    for (size_t row = 0; row < self->shards[s].n; row++)
      self->copies[self->n_copies++] = (copy){self->shards[s].ids[row], s, row};
  qsort(self->copies, total, sizeof *self->copies, by_id);
  for (size_t i = 0; i < total; i++)
    if (i == 0 || strcmp(self->copies[i].id, self->copies[i - 1].id) != 0)
      self->first[self->n++] = i;
done:
  return st;
}

static cst_status want_spec(cst_feature_store *self, const cst_logmel_spec *spec)
{
  char fingerprint[512];
  if (!spec) return CST_OK;
  self->spec = *spec;
  cst_logmel_fingerprint(spec, fingerprint, sizeof fingerprint);
  self->fingerprint = cst_strdup(fingerprint);
  return self->fingerprint ? CST_OK : cst_no_memory("fingerprint", strlen(fingerprint), 1);
}

cst_status cst_feature_store_open(const char *dir, const cst_logmel_spec *spec, int verify,
                                  cst_feature_store **out)
{
  cst_status st = CST_OK;
  cst_feature_store *self = NULL;
  *out = NULL;
  CST_ALLOC(self, 1);
  self->verified = verify != 0;
  self->dir = cst_strdup(dir);
  if (!self->dir) CST_TRY(cst_no_memory(dir, strlen(dir), 1));
  CST_TRY(want_spec(self, spec));
  if (cst_file_exists(dir))
    CST_FAIL(CST_ERR_DATA, "%s: a file, a feature directory is needed", dir);
  if (cst_dir_exists(dir)) CST_TRY(cst_walk(dir, visit_file, self));
  CST_TRY(build_index(self));
  CST_ALLOC(self->clip, shard_clip_floats(&self->spec));
  *out = self;
  self = NULL;
done:
  cst_feature_store_close(&self);
  return st;
}

void cst_feature_store_close(cst_feature_store **pointer)
{
  cst_feature_store *self = *pointer;
  if (!self) return;
  for (size_t s = 0; s < self->n_shards; s++) {
    if (self->open) cst_store_close(&self->open[s]);
    shard_reset(&self->shards[s]);
  }
  cst_free(self->shards);
  cst_free(self->open);
  cst_free(self->used_at);
  cst_free(self->copies);
  cst_free(self->first);
  cst_free(self->clip);
  cst_free(self->fingerprint);
  cst_free(self->dir);
  cst_free(self);
  *pointer = NULL;
}

size_t cst_feature_store_clips(const cst_feature_store *self) { return self->n; }

static const copy *copy_of(const cst_feature_store *self, size_t position)
{
  CST_ASSERT(position < self->n);
  return &self->copies[self->first[position]];
}

size_t cst_feature_store_find(const cst_feature_store *self, const char *id)
{
  size_t low = 0, high = self->n;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const int order = strcmp(id, copy_of(self, middle)->id);
    if (order == 0) return middle;
    if (order < 0)
      high = middle;
    else
      low = middle + 1;
  }
  return SIZE_MAX;
}

const char *cst_feature_store_id(const cst_feature_store *self, size_t position)
{
  return copy_of(self, position)->id;
}

cst_audio_status cst_feature_store_status(const cst_feature_store *self, size_t position)
{
  const copy *c = copy_of(self, position);
  return (cst_audio_status)self->shards[c->shard].status[c->row];
}

static void close_oldest(cst_feature_store *self)
{
  size_t oldest = SIZE_MAX;
  for (size_t s = 0; s < self->n_shards; s++)
    if (self->open[s] && (oldest == SIZE_MAX || self->used_at[s] < self->used_at[oldest]))
      oldest = s;
  cst_store_close(&self->open[oldest]);
  self->n_open--;
}

static cst_status read_copy(cst_feature_store *self, const copy *c, float *out)
{
  cst_status st = CST_OK;
  if (!self->open[c->shard]) {
    if (self->n_open == MAX_OPEN) close_oldest(self);
    CST_TRY(shard_open(&self->shards[c->shard], &self->open[c->shard]));
    self->n_open++;
  }
  self->used_at[c->shard] = ++self->clock;
  CST_TRY(shard_features(&self->shards[c->shard], self->open[c->shard], c->row, out));
done:
  return st;
}

cst_status cst_feature_store_read(cst_feature_store *self, size_t position, float *out)
{
  const copy *c = copy_of(self, position), *end = self->copies + self->n_copies;
  cst_status st = read_copy(self, c, out);
  for (const copy *next = c + 1; st == CST_ERR_DATA && next < end && strcmp(next->id, c->id) == 0;
       next++) {
    cst_log_any(CST_LOG_WARN, "%s; another shard holds the clip too", cst_message());
    cst_clear();
    st = read_copy(self, next, out);
  }
  return st;
}

/* Of what is read, not of what the shards say; for a store that was verified these are the same. */
cst_status cst_feature_store_digest(cst_feature_store *self, char *hex)
{
  cst_status st = CST_OK;
  const size_t floats = shard_clip_floats(&self->spec);
  char(*computed)[CST_DIGEST_HEX] = NULL;
  const char **digests = NULL;
  CST_ALLOC(computed, self->n);
  CST_ALLOC(digests, self->n);
  for (size_t i = 0; i < self->n; i++) {
    const copy *c = copy_of(self, i);
    const shard *s = &self->shards[c->shard];
    digests[i] = self->verified ? s->digests[c->row] : computed[i];
    if (self->verified) continue;
    CST_TRY(cst_feature_store_read(self, i, self->clip));
    CST_TRY(shard_clip_digest(c->id, s->status[c->row], self->clip, floats, computed[i]));
  }
  CST_TRY(shard_digest(self->n, digests, hex));
done:
  cst_free(digests);
  cst_free(computed);
  return st;
}

cst_status cst_feature_store_describe(const char *dir, cst_logmel_spec *spec, size_t *shards,
                                      size_t *clips, char **fingerprint)
{
  cst_status st = CST_OK;
  cst_feature_store *self = NULL;
  *fingerprint = NULL;
  CST_TRY(cst_feature_store_open(dir, NULL, 0, &self));
  if (self->n_shards == 0)
    CST_FAIL(CST_ERR_DATA, "%s: no feature shards (shard-*.h5); run `cassette features`", dir);
  *spec = self->spec;
  *shards = self->n_shards;
  *clips = self->n;
  *fingerprint = self->fingerprint;
  self->fingerprint = NULL;
done:
  cst_feature_store_close(&self);
  return st;
}
