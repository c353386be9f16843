/*
 * One shard file of a feature store.
 *
 *   ids         [n] text     digests of the recordings: cst_sound
 *   status      [n] u8       cst_audio_status
 *   features    [n][frames][bins] f32, dB; zeros where the audio is not usable
 *   digests     [n] text     of each clip: id, 0, status, features
 *   digest      text         of all lines of digests
 *   fingerprint text         cst_logmel_fingerprint()
 *   spec/...    f64          the members of cst_logmel_spec
 */
#ifndef CST_SHARD_H
#define CST_SHARD_H

#include "cassette/digest.h"
#include "cassette/feature_store.h"
#include "cassette/store.h"

/* What is kept in memory of a shard: all but the features. */
typedef struct {
  char *path;
  cst_logmel_spec spec;
  char *fingerprint, *digest;
  size_t n;
  char **ids, **digests; /* [n] */
  uint8_t *status;       /* [n] */
} shard;

/* Read and check the structure.  CST_ERR_DATA names the file and what is wrong with it. */
cst_status shard_load(const char *path, shard *out);
void shard_reset(shard *self);
/* Open the file for reading features; refused if it is no longer the one that was loaded. */
cst_status shard_open(const shard *self, cst_store **out);
/* Features of one clip; the message names shard and clip. */
cst_status shard_features(const shard *self, const cst_store *store, size_t row, float *out);
/* Read every byte and compare the digests; `clip` is room for one clip. */
cst_status shard_verify(const shard *self, float *clip);

/* Numbers of one clip. */
size_t shard_clip_floats(const cst_logmel_spec *spec);
cst_status shard_clip_digest(const char *id, uint8_t status, const float *features, size_t floats,
                             char hex[CST_DIGEST_HEX]);
cst_status shard_digest(size_t n, const char *const *digests, char hex[CST_DIGEST_HEX]);

#endif
