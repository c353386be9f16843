/**
 * @file feature_store.h
 * Log-mel features of a data set on disk: shard files, each written whole by one worker.
 *
 * A store is a directory of shard-*.h5.  A shard holds clip ids, audio statuses, features
 * [clips][frames][bins] float32, a digest of its content, and the fingerprint of every parameter
 * and library version.  Any number of workers writes or reads any store.  Knows nothing of ranks:
 * callers divide the work.
 */
#ifndef CST_FEATURE_STORE_H
#define CST_FEATURE_STORE_H

#include "cassette/clip.h"
#include "cassette/logmel.h"
#include "cassette/status.h"

/** One clip to compute. */
typedef struct {
  const char *id;     /**< unique in the store; borrowed */
  const char *path;   /**< audio file; borrowed; NULL: missing */
  const char *digest; /**< that the content of the file must have; borrowed; NULL: any */
} cst_feature_job;

typedef struct cst_feature_maker
    cst_feature_maker; /**< decode + resample + log-mel, one a thread */
cst_status cst_feature_maker_create(const cst_logmel_spec *spec, cst_feature_maker **out);
void cst_feature_maker_destroy(cst_feature_maker **self);
/** Features [frames][bins] of one file; zeros when the audio is not usable (info says why).  NULL
 *  as @p path: missing. */
cst_status cst_feature_make(cst_feature_maker *self, const char *path, float *out,
                            cst_audio_info *info);

/** Compute @p n clips with @p threads threads and write them as one shard file
 *  @p dir/shard-NAME.h5, making @p dir.  The file has the same bytes for any number of threads.
 *  n = 0 writes nothing.  A file whose content has another digest than its job says, or is gone, is
 *  CST_ERR_DATA, and nothing is written.  @p done (may be NULL) is called with 1 after each clip,
 * from one thread at a time. */
cst_status cst_shard_write(const char *dir, const char *name, const cst_logmel_spec *spec,
                           const cst_feature_job *jobs, size_t n, int threads,
                           void (*done)(void *context, size_t clips), void *context);

typedef struct cst_feature_store cst_feature_store; /**< index over the valid shards of a store */

/** Index @p dir.  Each shard is opened and its structure checked; a shard that is truncated or
 *  damaged is left out, with a warning naming it (its clips count as not computed).
 *  @p verify: also read every byte and compare the digests.
 *  A fingerprint that differs from @p spec's is CST_ERR_DATA showing both values.
 *  A directory that does not exist is an empty store.
 *  @p spec NULL: that of the first shard, and all others must agree with it. */
cst_status cst_feature_store_open(const char *dir, const cst_logmel_spec *spec, int verify,
                                  cst_feature_store **out);
void cst_feature_store_close(cst_feature_store **self);
size_t cst_feature_store_clips(const cst_feature_store *self);
/** Position of clip @p id, or SIZE_MAX: its place among all ids in byte order.  Where several
 * shards hold it, the first in name order counts. */
size_t cst_feature_store_find(const cst_feature_store *self, const char *id);
const char *cst_feature_store_id(const cst_feature_store *self, size_t position);
cst_audio_status cst_feature_store_status(const cst_feature_store *self, size_t position);
/** Read [frames][bins] of one clip; Fletcher-32 guards it.  Where that copy is damaged and another
 *  shard holds the clip too, from there, with a warning; else CST_ERR_DATA names shard and clip.
 *  Not thread-safe per object. */
cst_status cst_feature_store_read(cst_feature_store *self, size_t position, float *out);
/** Digest over ids, statuses and features of all clips in id order: the same for any sharding. */
cst_status cst_feature_store_digest(cst_feature_store *self, char *hex /* CST_DIGEST_HEX */);
/** Spec a store was written with (frames, bins...), for `cassette info`.  @p fingerprint:
 * cst_free() it.  No valid shard is CST_ERR_DATA. */
cst_status cst_feature_store_describe(const char *dir, cst_logmel_spec *spec, size_t *shards,
                                      size_t *clips, char **fingerprint);

#endif
