/* What a path holds (private to `cassette info`). */
#ifndef CST_CLI_INFO_H
#define CST_CLI_INFO_H

#include "cassette/status.h"

#include <stdbool.h>

/** Describe a run directory, feature store, checkpoint or HDF5 file on stdout.  Local. */
cst_status cli_info_path(const char *path);
/** The run directory @p dir: configuration, starts, models, results, and a digest over them. */
cst_status cli_info_run(const char *dir);
/** Who works in run directory @p dir, and how far training has come.  @p trained: to its end. */
cst_status cli_info_progress(const char *dir, bool trained);

#endif
