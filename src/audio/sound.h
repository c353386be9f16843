/* Which sound an open file holds. */
#ifndef CST_SOUND_H
#define CST_SOUND_H

#include "cassette/clip.h"

#include <sys/stat.h>

/* Size and time, before the content is read: what changes meanwhile is seen the next time. */
void sound_look(const struct stat *about, cst_sound *out);
/* All bytes of an open file and their digest, which goes into @p out.  *file is new (cst_free). */
cst_status sound_load(const char *path, int fd, cst_sound *out, uint8_t **file, uint64_t *bytes);

#endif
