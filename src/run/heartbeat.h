/* Signs of life of all ranks in one file: it reaches every node without MPI, which may be what
 * hangs.  Private to run. */
#ifndef CST_RUN_HEARTBEAT_H
#define CST_RUN_HEARTBEAT_H

#include "cassette/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { HEARTBEAT_SLOT_BYTES = 4096 }; /* of a rank */

typedef struct {
  uint64_t beats;   /* counts up while the rank's process runs */
  uint64_t entries; /* phases entered or finished: the same on all ranks that keep up */
  uint64_t moves;   /* counts up while the rank gets on with its work */
  int64_t epoch, step;
  char phase[32], stage[32], host[64];
  uint32_t waiting; /* done with the phase */
  uint32_t job;     /* tells this start from those before it */
} heartbeat;

/* Make the file if need be.  CST_ERR_DATA names what is wrong. */
cst_status heartbeat_make(const char *path);
/* Write that of @p rank; false: the file cannot be written. */
bool heartbeat_write(const char *path, int rank, const heartbeat *mine);
/* Read those of ranks 0 to n - 1; slots that are not there come as zeros.  false: cannot be read.
 */
bool heartbeat_read(const char *path, int n, heartbeat *all);

#endif
