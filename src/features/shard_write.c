/*
 * Computing and writing one shard, in cassette/feature_store.h.
 *
 * Clips are computed in blocks: inside a block by whichever thread is free, then stored in order by
 * one; so the file has the same bytes for any number of threads.
 */
#include "shard.h"

#include "cassette/file.h"
#include "cassette/memory.h"

#include <omp.h>
#include <string.h>

enum { BLOCK_CLIPS = 32 };

typedef struct {
  const cst_feature_job *jobs;
  size_t n, clip_floats;
  int threads;
  cst_feature_maker **makers;      /* [threads] */
  float *block;                    /* [BLOCK_CLIPS][clip_floats] */
  uint8_t *status;                 /* [n] */
  char (*digests)[CST_DIGEST_HEX]; /* [n] */
  void (*done)(void *context, size_t clips);
  void *context;
} work;

static cst_status work_init(work *self, const cst_logmel_spec *spec)
{
  cst_status st = CST_OK;
  if (self->threads < 1) self->threads = 1;
  self->clip_floats = shard_clip_floats(spec);
  CST_ALLOC(self->block, BLOCK_CLIPS * self->clip_floats);
  CST_ALLOC(self->status, self->n);
  CST_ALLOC(self->digests, self->n);
  CST_ALLOC(self->makers, (size_t)self->threads);
  for (int t = 0; t < self->threads; t++) CST_TRY(cst_feature_maker_create(spec, &self->makers[t]));
done:
  return st;
}

static void work_reset(work *self)
{
  for (int t = 0; self->makers && t < self->threads; t++)
    cst_feature_maker_destroy(&self->makers[t]);
  cst_free(self->makers);
  cst_free(self->digests);
  cst_free(self->status);
  cst_free(self->block);
}

/* The features of a sound must not be kept as another's. */
static cst_status check_sound(const cst_feature_job *job, const cst_audio_info *info)
{
  if (!job->digest || strcmp(info->sound.digest, job->digest) == 0) return CST_OK;
  if (!info->sound.digest[0])
    return cst_raise(CST_ERR_DATA,
                     "%s: %s, and its features are not in the store; bring it back, or run "
                     "`cassette prepare` again to go on without",
                     job->path ? job->path : job->id, info->detail);
  return cst_raise(CST_ERR_DATA,
                   "%s: has changed: its digest was %s when `cassette prepare` read it, now it is "
                   "%s; run `cassette prepare` again",
                   job->path, job->digest, info->sound.digest);
}

static cst_status compute_clip(work *self, cst_feature_maker *maker, size_t clip, float *out)
{
  cst_audio_info info;
  cst_status st = cst_feature_make(maker, self->jobs[clip].path, out, &info);
  if (st == CST_OK) st = check_sound(&self->jobs[clip], &info);
  if (st != CST_OK) return st;
  self->status[clip] = (uint8_t)info.status;
  return shard_clip_digest(self->jobs[clip].id, self->status[clip], out, self->clip_floats,
                           self->digests[clip]);
}

static cst_status compute_block(work *self, size_t first, size_t count)
{
  bool failed = false;
#pragma omp parallel for num_threads(self->threads) schedule(dynamic, 1)
  for (size_t i = 0; i < count; i++) {
    const cst_status st = compute_clip(self, self->makers[omp_get_thread_num()], first + i,
                                       self->block + i * self->clip_floats);
#pragma omp critical(cst_shard_write)
    {
      failed |= st != CST_OK;
      if (self->done) self->done(self->context, 1);
    }
  }
  return failed ? cst_raised() : CST_OK;
}

static cst_status write_features(work *self, cst_store *store, const cst_logmel_spec *spec)
{
  cst_status st = CST_OK;
  const size_t shape[] = {self->n, spec->frames, spec->bins};
  CST_TRY(cst_store_begin(store, "features", CST_F32, 3, shape, true));
  for (size_t first = 0; first < self->n; first += BLOCK_CLIPS) {
    const size_t left = self->n - first, count = left < BLOCK_CLIPS ? left : BLOCK_CLIPS;
    CST_TRY(compute_block(self, first, count));
    CST_TRY(cst_store_write_rows(store, "features", CST_F32, first, count, self->block));
  }
done:
  return st;
}

static cst_status write_spec(cst_store *store, const cst_logmel_spec *spec)
{
  const struct {
    const char *name;
    double value;
  } fields[] = {{"spec/rate_hz", spec->rate_hz},       {"spec/fft", (double)spec->fft},
                {"spec/window", (double)spec->window}, {"spec/hop", (double)spec->hop},
                {"spec/bands", (double)spec->bins},    {"spec/low_hz", spec->low_hz},
                {"spec/high_hz", spec->high_hz},       {"spec/amin", spec->amin},
                {"spec/top_db", spec->top_db},         {"spec/frames", (double)spec->frames}};
  cst_status st = CST_OK;
  char fingerprint[512];
  cst_logmel_fingerprint(spec, fingerprint, sizeof fingerprint);
  CST_TRY(cst_store_write_string(store, "fingerprint", fingerprint));
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    CST_TRY(cst_store_write(store, fields[i].name, CST_F64, 0, NULL, &fields[i].value, true));
done:
  return st;
}

static cst_status write_clips(const work *self, cst_store *store)
{
  cst_status st = CST_OK;
  const char **texts = NULL;
  char hex[CST_DIGEST_HEX];
  CST_ALLOC(texts, self->n);
  for (size_t i = 0; i < self->n; i++) texts[i] = self->jobs[i].id;
  CST_TRY(cst_store_write_strings(store, "ids", self->n, texts));
  CST_TRY(cst_store_write(store, "status", CST_U8, 1, &self->n, self->status, true));
  for (size_t i = 0; i < self->n; i++) texts[i] = self->digests[i];
  CST_TRY(cst_store_write_strings(store, "digests", self->n, texts));
  CST_TRY(shard_digest(self->n, texts, hex));
  CST_TRY(cst_store_write_string(store, "digest", hex));
done:
  cst_free(texts);
  return st;
}

cst_status cst_shard_write(const char *dir, const char *name, const cst_logmel_spec *spec,
                           const cst_feature_job *jobs, size_t n, int threads,
                           void (*done)(void *context, size_t clips), void *context)
{
  cst_status st = CST_OK;
  cst_store *store = NULL;
  work self = {.jobs = jobs, .n = n, .threads = threads, .done = done, .context = context};
  char *path = cst_format("%s/shard-%s.h5", dir, name);
  if (n == 0) goto done;
  if (!path) CST_TRY(cst_no_memory("shard name", 1, 1));
  CST_TRY(cst_make_dirs(dir));
  CST_TRY(cst_store_create(path, &store));
  CST_TRY(work_init(&self, spec));
  CST_TRY(write_features(&self, store, spec));
  CST_TRY(write_spec(store, spec));
  CST_TRY(write_clips(&self, store));
  CST_TRY(cst_store_commit(&store));
done:
  work_reset(&self);
  cst_store_close(&store);
  cst_free(path);
  return st;
}
