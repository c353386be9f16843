/* A copy of the feature shards on a disk of each node's own.  Private to corpus. */
#ifndef CST_CORPUS_STAGING_H
#define CST_CORPUS_STAGING_H

#include "cassette/comm.h"

/* Copy the shards of the store @p dir below CST_LOCAL_DIR, once per node, where that is set and has
 * room; what an earlier start copied is kept.  *local: the directory to read instead, NULL: read
 * @p dir.  A node whose copy fails says so and reads @p dir.  cst_free.  Collective. */
cst_status staging_copy(const cst_comm *comm, const char *dir, char **local);

#endif
