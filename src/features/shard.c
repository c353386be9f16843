/* Reading shards, in shard.h. */
#include "shard.h"

#include "cassette/memory.h"

#include <stdio.h>
#include <string.h>

size_t shard_clip_floats(const cst_logmel_spec *spec)
{
  return cst_product(spec->frames, spec->bins);
}

cst_status shard_clip_digest(const char *id, uint8_t status, const float *features, size_t floats,
                             char hex[CST_DIGEST_HEX])
{
  cst_digest *digest = NULL;
  const cst_status st = cst_digest_create(&digest);
  if (st != CST_OK) return st;
  cst_digest_add(digest, id, strlen(id) + 1);
  cst_digest_add(digest, &status, 1);
  cst_digest_add(digest, features, floats * sizeof *features);
  cst_digest_hex(digest, hex);
  cst_digest_destroy(&digest);
  return CST_OK;
}

cst_status shard_digest(size_t n, const char *const *digests, char hex[CST_DIGEST_HEX])
{
  cst_digest *digest = NULL;
  const cst_status st = cst_digest_create(&digest);
  if (st != CST_OK) return st;
  for (size_t i = 0; i < n; i++) {
    cst_digest_add(digest, digests[i], strlen(digests[i]));
    cst_digest_add(digest, "\n", 1);
  }
  cst_digest_hex(digest, hex);
  cst_digest_destroy(&digest);
  return CST_OK;
}

static cst_status read_size(const cst_store *store, const char *name, size_t *out)
{
  uint64_t value = 0;
  const cst_status st = cst_store_read(store, name, CST_U64, 1, &value);
  *out = (size_t)value;
  return st;
}

static cst_status read_spec(const cst_store *store, cst_logmel_spec *s)
{
  cst_status st = CST_OK;
  size_t rate_hz = 0;
  CST_TRY(read_size(store, "spec/rate_hz", &rate_hz));
  CST_TRY(read_size(store, "spec/fft", &s->fft));
  CST_TRY(read_size(store, "spec/window", &s->window));
  CST_TRY(read_size(store, "spec/hop", &s->hop));
  CST_TRY(read_size(store, "spec/bands", &s->bins));
  CST_TRY(cst_store_read(store, "spec/low_hz", CST_F64, 1, &s->low_hz));
  CST_TRY(cst_store_read(store, "spec/high_hz", CST_F64, 1, &s->high_hz));
  CST_TRY(cst_store_read(store, "spec/amin", CST_F64, 1, &s->amin));
  CST_TRY(cst_store_read(store, "spec/top_db", CST_F64, 1, &s->top_db));
  CST_TRY(read_size(store, "spec/frames", &s->frames));
  s->rate_hz = rate_hz > UINT32_MAX ? 0 : (uint32_t)rate_hz;
done:
  return st;
}

/* What is computed with must be what the fingerprint, which all shards of a store share, tells. */
static cst_status check_spec(const shard *self)
{
  if (cst_logmel_fingerprint_fits(&self->spec, self->fingerprint)) return CST_OK;
  return cst_raise(CST_ERR_DATA, "%s: its parameters are not those of its fingerprint [%.300s]",
                   self->path, self->fingerprint);
}

static cst_status check_features(const shard *self, const cst_store *store)
{
  size_t dims = 0, shape[CST_STORE_MAX_DIMS];
  const cst_status st = cst_store_shape(store, "features", &dims, shape);
  if (st != CST_OK) return st;
  if (dims == 3 && shape[0] == self->n && shape[1] == self->spec.frames &&
      shape[2] == self->spec.bins)
    return CST_OK;
  return cst_raise(CST_ERR_DATA, "%s: features do not have the shape [%zu, %zu, %zu]", self->path,
                   self->n, self->spec.frames, self->spec.bins);
}

static cst_status check_clips(const shard *self)
{
  char hex[CST_DIGEST_HEX];
  for (size_t i = 0; i < self->n; i++)
    if (self->status[i] > CST_AUDIO_MISSING)
      return cst_raise(CST_ERR_DATA, "%s: clip %s has the unknown status %u", self->path,
                       self->ids[i], self->status[i]);
  const cst_status st = shard_digest(self->n, (const char *const *)self->digests, hex);
  if (st != CST_OK || strcmp(hex, self->digest) == 0) return st;
  return cst_raise(CST_ERR_DATA, "%s: its digest is %s, its clips give %s", self->path,
                   self->digest, hex);
}

cst_status shard_load(const char *path, shard *out)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  shard self = {.path = cst_strdup(path)};
  size_t n = 0;
  *out = (shard){0};
  if (!self.path) CST_TRY(cst_no_memory(path, strlen(path), 1));
  CST_TRY(cst_store_open(path, &store));
  CST_TRY(cst_store_read_string(store, "fingerprint", &self.fingerprint));
  CST_TRY(cst_store_read_string(store, "digest", &self.digest));
  CST_TRY(read_spec(store, &self.spec));
  CST_TRY(check_spec(&self));
  CST_TRY(cst_store_read_strings(store, "ids", &self.n, &self.ids));
  CST_TRY(cst_store_read_strings(store, "digests", &n, &self.digests));
  if (n == 0) CST_FAIL(CST_ERR_DATA, "%s: holds no clips", path);
  if (n != self.n) CST_FAIL(CST_ERR_DATA, "%s: %zu ids, %zu digests", path, self.n, n);
  CST_ALLOC(self.status, n);
  CST_TRY(cst_store_read(store, "status", CST_U8, n, self.status));
  CST_TRY(check_features(&self, store));
  CST_TRY(check_clips(&self));
  *out = self;
  self = (shard){0};
done:
  cst_store_close(&store);
  shard_reset(&self);
  return st;
}

void shard_reset(shard *self)
{
  cst_free(self->path);
  cst_free(self->fingerprint);
  cst_free(self->digest);
  cst_free(self->ids);
  cst_free(self->digests);
  cst_free(self->status);
  *self = (shard){0};
}

cst_status shard_open(const shard *self, cst_store **out)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  char *digest = NULL;
  *out = NULL;
  CST_TRY(cst_store_open(self->path, &store));
  CST_TRY(cst_store_read_string(store, "digest", &digest));
  if (strcmp(digest, self->digest) != 0)
    CST_FAIL(CST_ERR_DATA, "%s: was replaced while in use; run the command again", self->path);
  *out = store;
  store = NULL;
done:
  cst_free(digest);
  cst_store_close(&store);
  return st;
}

cst_status shard_features(const shard *self, const cst_store *store, size_t row, float *out)
{
  const cst_status st =
      cst_store_read_rows(store, "features", CST_F32, row, 1, shard_clip_floats(&self->spec), out);
  if (st != CST_ERR_DATA) return st;
  char cause[CST_MESSAGE_BYTES];
  snprintf(cause, sizeof cause, "%s", cst_message());
  cst_clear();
  return cst_raise(st, "clip %s: %.1500s, or remove it and run `cassette features`", self->ids[row],
                   cause);
}

cst_status shard_verify(const shard *self, float *clip)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  char hex[CST_DIGEST_HEX];
  CST_TRY(shard_open(self, &store));
  for (size_t i = 0; i < self->n; i++) {
    CST_TRY(shard_features(self, store, i, clip));
    CST_TRY(shard_clip_digest(self->ids[i], self->status[i], clip, shard_clip_floats(&self->spec),
                              hex));
    if (strcmp(hex, self->digests[i]) != 0)
      CST_FAIL(CST_ERR_DATA, "%s: clip %s has the digest %s, its content gives %s", self->path,
               self->ids[i], self->digests[i], hex);
  }
done:
  cst_store_close(&store);
  return st;
}
