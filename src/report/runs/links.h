/* Where a report's reader finds recordings. */
#ifndef LINKS_H
#define LINKS_H

#include "run_files.h"

/* The address of @p sound, a path of the manifest, relative to RUN/report, as long as both stay where they
 * are to each other; nothing where there is none or no such file.  Links are followed. */
cst_status link_to_sound(const run_files *run, const char *sound, cst_text *out);

#endif
