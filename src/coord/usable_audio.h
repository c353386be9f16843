/*
 * Which sound each clip of a job has: the digest of its file.  Features, checkpoints and models are
 * kept under digests, so that no recording is taken for another one of the same name.  Files are
 * asked for size and time at every start, by all ranks a share each, and read again where these
 * changed.  Private to coord.
 */
#ifndef CST_COORD_SOUNDS_H
#define CST_COORD_SOUNDS_H

#include "job.h"

/* Status and sound of every clip of the metadata, on all ranks.  What @p before (NULL: nothing)
 * says of a file of the same path, size and time is taken as it is.  Collective. */
cst_status usable_audio_read(cst_job *self, const cst_dataset *before);
/* CST_ERR_DATA where a file is not what the manifest says: both digests and @p cure.  A file with
 * another time and the same content is taken up (@p touched: there are such); one that is gone is
 * not missed where its features are there.  Collective. */
cst_status usable_audio_check(cst_job *self, const char *cure, bool *touched);

#endif
