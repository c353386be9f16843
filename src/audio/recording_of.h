/* What reading a whole recording takes of one that is read piece by piece. */
#ifndef CST_RECORDING_OF_H
#define CST_RECORDING_OF_H

#include "cassette/recording.h"

/* cst_recording_open(); @p in_memory: read all its bytes at once, and note their digest. */
cst_status recording_open(const char *path, bool in_memory, cst_recording **out);
/* Frames by its header, 0 where that leaves it open or the recording is over: not to be believed. */
size_t recording_frames_announced(const cst_recording *self);

#endif
