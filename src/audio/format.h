/* Which formats are read: those whose completeness can be told, see docs/data.md. */
#ifndef CST_FORMAT_H
#define CST_FORMAT_H

#include <sndfile.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Whether a file that libsndfile has opened is of them; else its name in @p name [@p bytes]. */
bool cst_format_known(const SF_INFO *header, char *name, size_t bytes);
bool cst_format_is_flac(const SF_INFO *header);
/** Bytes of one frame in the file, 0 for compressed formats. */
uint64_t cst_format_frame_bytes(const SF_INFO *header);

#endif
