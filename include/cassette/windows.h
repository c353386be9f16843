/**
 * @file windows.h
 * Features of a recording of any length, window by window, in memory that does not grow with it.
 *
 * A window is as long as what a model hears at once: frames * hop samples, W here.  They start
 * every H samples:
 *
 *   n < W + W/10     one window: the recording as training takes it, zero-padded where it is short;
 *                    what is beyond W only moves the floor (logmel.h)
 *   else             [k H, k H + W) while that is inside; then, where W/10 or more is left that no
 *                    window has (H <= W), [n - W, n)
 *
 * so that all but a rest of less than W/10 is heard, and none of these windows is padded.
 */
#ifndef CST_WINDOWS_H
#define CST_WINDOWS_H

#include "cassette/clip.h"
#include "cassette/logmel.h"
#include "cassette/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct cst_windows cst_windows; /**< decode + resample + cut + log-mel, one a thread */
cst_status cst_windows_create(const cst_logmel_spec *spec, cst_windows **out);
void cst_windows_destroy(cst_windows **self);
/** W of @p spec. */
uint64_t cst_windows_samples(const cst_logmel_spec *spec);

/** Features [frames][bins] of window @p i, which is [first, first + n) of the recording, in samples
 *  at the spec's rate; valid during the call.  Another status than CST_OK ends the work with it. */
typedef cst_status (*cst_window_fn)(void *context, size_t i, uint64_t first, uint64_t n,
                                    const float *features);

/** Call @p each for every window of the file at @p path, @p hop (>= 1) samples apart, in order.
 *  Bad audio is not an error: @p info says, once the file is read to its end, whether it is usable;
 *  where it is not, forget what came of its windows.  CST_ERR_DATA: it cannot be read on.  Local. */
cst_status cst_windows_make(cst_windows *self, const char *path, uint64_t hop, cst_window_fn each,
                            void *context, cst_audio_info *info);

#endif
