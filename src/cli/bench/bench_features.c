/*
 * Wave files to a feature shard, the way `cassette features` does it.
 *
 * The files are few and read again and again, so the disk is the page cache: what is measured is
 * decoding, resampling, the transform, and writing the shard.
 */
#include "bench.h"

#include "cassette/clip.h"
#include "cassette/feature_store.h"
#include "cassette/file.h"
#include "cassette/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILES = 4, RATE_HZ = 48000 };

typedef struct {
  cst_logmel_spec spec;
  char *dir;
  char *path[FILES];
  char (*id)[32];
  cst_feature_job *jobs;
  size_t clips;
  int threads;
} feature_bench;

static cst_status write_noise(const feature_bench *b, size_t file, int rank)
{
  cst_status st = CST_OK;
  const cst_random_key key = cst_random_key_make(1, CST_RANDOM_TEST, 0, (uint64_t)rank, file);
  const size_t n = (size_t)(cst_logmel_seconds(&b->spec) * RATE_HZ + 0.5);
  float *samples = NULL;

  CST_ALLOC(samples, n);
  cst_random_fill_uniform(&key, 0, n, samples);
  for (size_t i = 0; i < n; i++) samples[i] = 0.5f * samples[i] - 0.25f;
  CST_TRY(cst_audio_write(b->path[file], CST_WAVE_PCM16, RATE_HZ, 1, samples, n));
done:
  cst_free(samples);
  return st;
}

static cst_status prepare(const cli_bench_run *self, feature_bench *b)
{
  cst_status st = CST_OK;

  b->threads = self->threads;
  b->clips = self->mine.count;
  CST_ASSERT(cst_logmel_preset(cst_logmel_presets[self->config->features.preset],
                               (size_t)self->config->features.frames, &b->spec));
  CST_TRY(cst_scratch_make("bench", &b->dir));
  for (size_t i = 0; i < FILES; i++) {
    b->path[i] = cst_format("%s/%zu.wav", b->dir, i);
    if (!b->path[i]) CST_TRY(cst_no_memory("a path", 1, 1));
    CST_TRY(write_noise(b, i, cst_comm_rank(self->comm)));
  }
  CST_ALLOC(b->jobs, b->clips);
  CST_ALLOC(b->id, b->clips);
  for (size_t i = 0; i < b->clips; i++) {
    snprintf(b->id[i], sizeof b->id[i], "%zu", i);
    b->jobs[i] = (cst_feature_job){.id = b->id[i], .path = b->path[i % FILES]};
  }
done:
  return st;
}

static cst_status step(void *context, size_t i)
{
  feature_bench *b = context;
  (void)i;
  return b->clips
             ? cst_shard_write(b->dir, "bench", &b->spec, b->jobs, b->clips, b->threads, NULL, NULL)
             : CST_OK;
}

static void remove_dir(feature_bench *b)
{
  for (size_t i = 0; i < FILES; i++) cst_free(b->path[i]);
  cst_scratch_remove(&b->dir);
}

cst_status cli_bench_features(cli_bench_run *self)
{
  cst_status st = CST_OK;
  feature_bench b = {.dir = NULL};

  CST_TRY(cst_comm_agree(self->comm, prepare(self, &b)));
  CST_TRY(cli_bench_time(self, step, &b));
done:
  remove_dir(&b);
  cst_free(b.jobs);
  cst_free(b.id);
  return st;
}
