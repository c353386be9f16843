/**
 * @file metadata.h
 * The metadata tables that a configuration names.
 */
#ifndef CST_METADATA_H
#define CST_METADATA_H

#include "cassette/config.h"

/** Them as the text of a manifest, audio unchecked.  Local. */
cst_status cst_metadata_read(const cst_config *config, cst_text *manifest);

#endif
