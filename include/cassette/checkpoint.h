/**
 * @file checkpoint.h
 * States on disk that are whole or not there.
 *
 * A checkpoint is NAME.h5 (payload) and NAME.json (manifest: length and checksum of the payload,
 * and what it holds), each written beside its target, synced and renamed, the manifest last; a
 * payload without a manifest does not count.  Pruning removes the manifest first.  Local: rank 0
 * writes and reads.
 */
#ifndef CST_CHECKPOINT_H
#define CST_CHECKPOINT_H

#include "cassette/json.h"
#include "cassette/params.h"
#include "cassette/store.h"

#include <stdio.h>

/** One named value of a state: an array, or (with a layout) one array per tensor of a flat float
 *  buffer under NAME/. */
typedef struct {
  const char *name;
  cst_type type;
  size_t count;             /**< elements; of the flat buffer with a layout */
  const cst_layout *layout; /**< NULL: a plain array */
  void *data;
} cst_field;

/** Write @p path (ends in .h5) and its manifest, which extends @p summary (borrowed, may be NULL).
 */
cst_status cst_checkpoint_save(const char *path, const cst_field *fields, size_t n,
                               const cst_json *summary);
/** Verify manifest and checksum, then read every field.  CST_ERR_DATA names cause and cure. */
cst_status cst_checkpoint_load(const char *path, const cst_field *fields, size_t n);
/** Whether the payload is what its manifest describes; CST_ERR_DATA says what is not. */
cst_status cst_checkpoint_verify(const char *path);
/** "x.h5" -> "x.json".  cst_free. */
char *cst_checkpoint_manifest_path(const char *path);

/* The checkpoints that a run resumes from: DIR/last-NNNNNNNN.h5. */

/** Newest that verifies, NULL if none (cst_free).  Each damaged one is named in a warning and
 *  passed over. */
cst_status cst_checkpoint_latest(const char *dir, char **path);
/** Number in its name. */
uint64_t cst_checkpoint_sequence(const char *path);
/** Keep the newest @p keep, and remove payloads that a killed process left without manifest. */
cst_status cst_checkpoint_prune(const char *dir, size_t keep);
/** Remove all with numbers above @p sequence, so that what follows it can be written again. */
cst_status cst_checkpoint_rewind(const char *dir, uint64_t sequence);
/** Digest over params, stats, adam_m, adam_v, and averaged or raw weights where there are any,
 * tensor by tensor in byte order of their names. */
cst_status cst_checkpoint_digest(const char *path, char *hex /* CST_DIGEST_HEX */);
/** Whether the file at @p path has what every checkpoint has; its manifest may be missing. */
cst_status cst_checkpoint_is_one(const char *path, bool *is);
/** What `cassette info FILE` prints, ending in "digest: HEX". */
cst_status cst_checkpoint_describe(const char *path, FILE *out);

#endif
