/* Which sound an open file holds. */
#ifndef CST_SOUND_H
#define CST_SOUND_H

#include "cassette/clip.h"

#include <sys/stat.h>

/* Size and time, before the content is read: what changes meanwhile is seen the next time. */
void sound_look(const struct stat *about, cst_sound *out);
/* Digest of all bytes of a file; @p error: 0, or errno where it cannot be read. */
cst_status sound_digest(int fd, cst_sound *out, int *error);

#endif
