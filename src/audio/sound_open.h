/* One place that opens libsndfile streams: the library keeps the error of a failed open in a
 * global variable, which threads would write over one another. */
#ifndef CST_SOUND_OPEN_H
#define CST_SOUND_OPEN_H

#include "container.h"

#include <sndfile.h>
#include <stddef.h>

/** @p mode SFM_READ or SFM_WRITE; borrows @p fd.  NULL on failure with the reason in
 *  @p why [@p bytes].  By descriptor: by name, libsndfile would take any bytes in x.vox for sound.
 */
SNDFILE *cst_sound_open(int fd, int mode, SF_INFO *header, char *why, size_t bytes);

/** A file to read of which some bytes are replaced. */
typedef struct {
  int fd;
  uint64_t bytes, at;
  cst_overlay overlay;
} cst_overlaid;
/** Like cst_sound_open() with SFM_READ; borrows @p file until the stream is closed. */
SNDFILE *cst_sound_open_overlaid(cst_overlaid *file, SF_INFO *header, char *why, size_t bytes);

#endif
