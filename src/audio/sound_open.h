/* One place that opens libsndfile streams: the library keeps the error of a failed open in a
 * global variable, which threads would write over one another.  NULL on failure, with the reason in
 * `why`. */
#ifndef CST_SOUND_OPEN_H
#define CST_SOUND_OPEN_H

#include "sound_bytes.h"

#include <sndfile.h>

/* A new file; borrows @p fd. */
SNDFILE *cst_sound_create(int fd, SF_INFO *header, char *why, size_t why_bytes);

/* A file, and how far it is read. */
typedef struct {
  sound_bytes file;
  uint64_t at;
} cst_sound_source;
/* Borrows @p source until the stream is closed. */
SNDFILE *cst_sound_open(cst_sound_source *source, SF_INFO *header, char *why, size_t why_bytes);

#endif
