/* Features of any clip, for training and inference: from a window shared by the ranks of a node
 * when they fit dataset.cache_gib, else read from the shards as needed.  Private to coord. */
#ifndef CST_COORD_FEATURE_SOURCE_H
#define CST_COORD_FEATURE_SOURCE_H

#include "job.h"

typedef struct feature_source feature_source;

/* For the usable clips of the manifest; reads all of them when they fit.  Collective. */
cst_status feature_source_open(const cst_job *job, feature_source **out);
/* Collective. */
void feature_source_close(feature_source **self);
/* Features [frames][bins] of @p n clips (indices into the data set) in rows[0..n).  Pointers are
 * borrowed and valid until the next call.  Local. */
cst_status feature_source_get(feature_source *self, const uint32_t *clips, size_t n,
                              const float **rows);
/* Features of one clip: where they are in memory, else read into @p buffer [frames][bins].  Local.
 */
cst_status feature_source_clip(feature_source *self, uint32_t clip, float *buffer,
                               const float **row);

#endif
