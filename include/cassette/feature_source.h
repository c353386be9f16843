/**
 * @file feature_source.h
 * Features of any clip, for training and inference: from a window shared by the ranks of a node when
 * they fit, else read from the shards as needed.
 */
#ifndef CST_FEATURE_SOURCE_H
#define CST_FEATURE_SOURCE_H

#include "cassette/comm.h"
#include "cassette/dataset.h"
#include "cassette/logmel.h"

typedef struct cst_feature_source cst_feature_source;

/** For the usable clips of @p data, from the store @p dir; reads all of them when they fit
 *  @p cache_gib.  Borrows @p comm, @p data and @p spec.  Collective. */
cst_status cst_feature_source_open(const cst_comm *comm, const cst_dataset *data,
                                   const cst_logmel_spec *spec, const char *dir, double cache_gib,
                                   cst_feature_source **out);
/** Collective. */
void cst_feature_source_close(cst_feature_source **self);
/** Features [frames][bins] of @p n clips (indices into the data set) in rows[0..n).  Pointers are
 *  borrowed and valid until the next call.  Local. */
cst_status cst_feature_source_get(cst_feature_source *self, const uint32_t *clips, size_t n,
                                  const float **rows);
/** Features of one clip: where they are in memory, else read into @p buffer [frames][bins].  Local.
 */
cst_status cst_feature_source_clip(cst_feature_source *self, uint32_t clip, float *buffer,
                                   const float **row);

#endif
