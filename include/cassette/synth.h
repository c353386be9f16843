/**
 * @file synth.h
 * Procedurally generated acoustic scenes in the CAS or TAU layout, for demonstrations and tests.
 *
 * A clip is a pure function of (seed, clip index): any number of workers writes the same files.
 */
#ifndef CST_SYNTH_H
#define CST_SYNTH_H

#include "cassette/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum { CST_SYNTH_TINY, CST_SYNTH_DEMO, CST_SYNTH_CAS } cst_synth_preset;
typedef enum { CST_SYNTH_LAYOUT_CAS, CST_SYNTH_LAYOUT_TAU } cst_synth_layout;

typedef struct cst_synth cst_synth; /**< a plan: every clip with its scene, city, session, ... */

/** Plan a data set.  @p metadata: a real CAS table whose rows are to get audio (its labels are
 *  kept; unlabelled rows get a scene that agrees with their session where it has one), or NULL.
 *  Local, deterministic. */
cst_status cst_synth_create(cst_synth_preset preset, cst_synth_layout layout, const char *metadata,
                            uint64_t seed, cst_synth **out);
void cst_synth_destroy(cst_synth **self);
size_t cst_synth_clips(const cst_synth *self);
/** Rough size on disk of all clips. */
uint64_t cst_synth_bytes(const cst_synth *self);
/** Create the directories and write the metadata tables and the truth table (one worker calls). */
cst_status cst_synth_write_tables(const cst_synth *self, const char *out_dir);
/** Generate and write clip @p i (any worker).  Skips a file that is already whole. */
cst_status cst_synth_write_clip(const cst_synth *self, size_t i, const char *out_dir);

#endif
