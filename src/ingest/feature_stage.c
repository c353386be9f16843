/*
 * Audio to feature shards.  Rank 0 finds out which clips the store lacks, so that all ranks divide
 * the same list; a shard is written whole by one rank, so that stopping at any moment loses only
 * shards in the making.
 */
#include "cassette/feature_stage.h"

#include "cassette/clock.h"
#include "cassette/delay.h"
#include "cassette/digest.h"
#include "cassette/feature_store.h"
#include "cassette/interrupt.h"
#include "cassette/job_data.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/run_record.h"
#include "cassette/watchdog.h"

#include <string.h>

enum { SHARD_CLIPS_MIN = 8, SHARD_CLIPS_MAX = 128, SHARDS_PER_RANK = 4, SHARD_NAME_BYTES = 16 };

/* Keys of an earlier version were set and name of a clip; a digest has no '/'. */
static void warn_earlier(const char *dir, const cst_feature_store *store)
{
  size_t n = 0;
  for (size_t at = 0; at < cst_feature_store_clips(store); at++)
    n += strchr(cst_feature_store_id(store, at), '/') != NULL;
  if (n > 0)
    cst_log(CST_LOG_WARN,
            "%s: features of %zu clips were made by an earlier version, which knew clips by name "
            "only: they are not used and can be removed",
            dir, n);
}

/* lacking[i] = 1: a usable clip whose features are not in the store; of clips with the same sound
 * the first. */
static cst_status find_lacking(const cst_job *self, const char *dir, uint8_t *lacking)
{
  cst_status st = CST_OK;
  cst_feature_store *store = NULL;
  cst_names seen = {0};
  CST_TRY(cst_make_dirs(dir));
  CST_TRY(cst_dir_writable(dir));
  cst_remove_stale_temps(dir);
  CST_TRY(cst_feature_store_open(dir, &self->spec, 1, &store));
  warn_earlier(dir, store);
  for (size_t i = 0; i < self->data->n; i++) {
    const cst_clip *clip = &self->data->clip[i];
    const size_t known = seen.n;
    if (!cst_audio_usable(clip->status)) continue;
    if (cst_names_add(&seen, clip->sound.digest) == CST_NONE)
      CST_TRY(cst_no_memory("clips", known + 1, sizeof(char *)));
    lacking[i] = seen.n > known && cst_feature_store_find(store, clip->sound.digest) == SIZE_MAX;
  }
done:
  cst_names_reset(&seen);
  cst_feature_store_close(&store);
  return st;
}

typedef struct {
  size_t done, total;
} progress;

static void clip_done(void *context, size_t clips)
{
  progress *p = context;
  p->done += clips;
  cst_watchdog_tick();
  cst_progress("features", (double)p->done, (double)p->total, "");
}

/* A shard is named after the sounds in it: whoever makes it, for whichever data set, makes the same
 * file. */
static cst_status shard_name(const cst_feature_job *jobs, size_t n, char name[CST_DIGEST_HEX])
{
  cst_status st = CST_OK;
  cst_text ids = {0};
  for (size_t i = 0; i < n; i++) cst_text_add(&ids, "%s\n", jobs[i].id);
  CST_TRY(cst_text_status(&ids)); /* a name of fewer sounds would be another shard's */
  cst_digest_bytes(ids.data, ids.bytes, name);
  name[SHARD_NAME_BYTES] = '\0';
done:
  cst_text_reset(&ids);
  return st;
}

static cst_status make_shards(const cst_job *self, const char *dir, const cst_feature_job *jobs,
                              size_t n)
{
  cst_status st = CST_OK;
  const size_t ranks = (size_t)cst_comm_size(self->comm), rank = (size_t)cst_comm_rank(self->comm);
  size_t clips = n / (ranks * SHARDS_PER_RANK);
  clips = clips < SHARD_CLIPS_MIN   ? SHARD_CLIPS_MIN
          : clips > SHARD_CLIPS_MAX ? SHARD_CLIPS_MAX
                                    : clips;
  progress mine = {0};
  for (size_t first = rank * clips; first < n; first += ranks * clips)
    mine.total += n - first < clips ? n - first : clips;
  for (size_t first = rank * clips; first < n && st == CST_OK; first += ranks * clips) {
    const size_t count = n - first < clips ? n - first : clips;
    char name[CST_DIGEST_HEX];
    const char *why =
        cst_interrupt_reason(self->config->run.walltime_s, cst_now_s() - self->started_s, 0);
    if (why)
      return cst_raise(CST_INTERRUPTED,
                       "stopped between two feature shards by %s; run the same command to go on",
                       why);
    CST_TRY(shard_name(jobs + first, count, name));
    st = cst_shard_write(dir, name, &self->spec, jobs + first, count, self->threads, clip_done,
                         &mine);
    cst_delay_point("shard-written");
  }
done:
  return st;
}

static cst_status compute(const cst_job *self, const char *dir, const uint8_t *lacking, size_t n)
{
  cst_status st = CST_OK;
  cst_feature_job *jobs = NULL;
  size_t at = 0;
  CST_ALLOC(jobs, n);
  for (size_t i = 0; i < self->data->n; i++) {
    const cst_clip *clip = &self->data->clip[i];
    if (lacking[i])
      jobs[at++] = (cst_feature_job){
          .id = clip->sound.digest, .path = clip->path, .digest = clip->sound.digest};
  }
  st = make_shards(self, dir, jobs, n);
done:
  cst_free(jobs);
  return st;
}

/* The store must say of each clip what the manifest says. */
static cst_status check_statuses(const cst_job *self, const char *dir)
{
  cst_status st = CST_OK;
  cst_feature_store *store = NULL;
  CST_TRY(cst_feature_store_open(dir, &self->spec, 0, &store));
  for (size_t i = 0; i < self->data->n && st == CST_OK; i++) {
    const cst_clip *clip = &self->data->clip[i];
    if (!cst_audio_usable(clip->status)) continue;
    const size_t at = cst_feature_store_find(store, clip->sound.digest);
    if (at == SIZE_MAX)
      CST_FAIL(CST_ERR_DATA, "%s: no features of clip %s; run `cassette features` again", dir,
               clip->id);
    if (!cst_audio_usable(cst_feature_store_status(store, at)))
      CST_FAIL(
          CST_ERR_DATA,
          "%s: was %s when `cassette prepare` read it, now it is %s; run `cassette prepare` again",
          clip->path, cst_audio_status_text(clip->status),
          cst_audio_status_text(cst_feature_store_status(store, at)));
  }
done:
  cst_feature_store_close(&store);
  return st;
}

cst_status cst_job_features(cst_job *self)
{
  cst_status st = CST_OK;
  const double started_s = cst_now_s();
  char *dir = NULL;
  uint8_t *lacking = NULL;
  size_t n = 0;
  CST_TRY(cst_job_load_data(self));
  dir = cst_job_store_dir(self);
  lacking = cst_alloc(self->data->n, 1);
  if (!dir || !lacking) st = cst_no_memory("feature list", self->data->n, 1);
  cst_watchdog_enter("checking features", "", -1, -1);
  if (st == CST_OK && cst_job_root(self)) st = find_lacking(self, dir, lacking);
  cst_watchdog_wait();
  CST_TRY(cst_comm_agree(self->comm, st));
  cst_comm_broadcast(self->comm, lacking, self->data->n);
  for (size_t i = 0; i < self->data->n; i++) n += lacking[i];
  if (n > 0) {
    cst_log(CST_LOG_INFO, "features: %zu clips to compute in %s", n, dir);
    cst_watchdog_enter("computing features", "", -1, -1);
    st = compute(self, dir, lacking, n);
    cst_watchdog_wait();
    CST_TRY(cst_comm_agree(self->comm, st));
  }
  st = cst_job_root(self) ? check_statuses(self, dir) : CST_OK;
  CST_TRY(cst_comm_agree(self->comm, st));
  CST_TRY(cst_record_phase(self, "features", cst_now_s() - started_s));
done:
  cst_free(lacking);
  cst_free(dir);
  return st;
}
