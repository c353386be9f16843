/**
 * @file recording.h
 * A recording of any length, decoded a piece at a time: what cst_audio_read() gives, in memory that
 * does not grow with its length.
 */
#ifndef CST_RECORDING_H
#define CST_RECORDING_H

#include "cassette/clip.h"

typedef struct cst_recording cst_recording;

/** Open @p path.  Bad audio is not an error: the recording is over at once, and its status says why.
 *  CST_ERR_* where this process lacks something.  Local, thread-safe. */
cst_status cst_recording_open(const char *path, cst_recording **out);
void cst_recording_close(cst_recording **self);
/** The next samples, mono as cst_audio_read() mixes them, at most @p capacity (>= 1); *n is 0 once
 *  it is over.  CST_ERR_DATA where the file cannot be read on. */
cst_status cst_recording_read(cst_recording *self, float *samples, size_t capacity, size_t *n);
/** What is known of it: rate and channels at once; frames and status once it is over, for what is
 *  missing shows at the end.  The digest stays empty, CST_AUDIO_SHORT is not judged. */
const cst_audio_info *cst_recording_info(const cst_recording *self);

#endif
