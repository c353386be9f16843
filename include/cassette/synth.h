/**
 * @file synth.h
 * Procedurally generated acoustic scenes in the CAS or TAU layout, for demonstrations and tests.
 *
 * A clip is a pure function of the seed and of its names (clip, session, city, device): any number
 * of workers, in any order, writes the same bytes.
 *
 *   preset   clips (s)   development                       evaluation           TAU layout
 *   tiny     1           120, 3 cities, 48 labelled        30, 1 city unseen   60
 *   demo     4           600, 6 cities, 120 labelled       120, 2 unseen       240
 *   cas      10          8700, 8 cities, 1740 labelled     1100, 6 unseen      16300
 *
 * Every class is seen in at least three cities of development and labelled wherever it is seen,
 * so a fold that leaves a city out can test its classes.  How hard the task is, and how much of it
 * an unseen city takes away, is one table at the top of src/synth/synth_voice.c.
 *
 * Directory (CAS layout): the tables under CAS's names, audio/NAME.wav or .flac (48 kHz, some
 * 24-bit, stereo and FLAC), truth.csv with the scene of every clip, which training never reads, and
 * synth.txt, which says what the directory holds.  TAU layout: meta.csv, evaluation_setup/, audio/
 * (44.1 kHz, 24-bit, mono).
 */
#ifndef CST_SYNTH_H
#define CST_SYNTH_H

#include "cassette/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum { CST_SYNTH_TINY, CST_SYNTH_DEMO, CST_SYNTH_CAS } cst_synth_preset;
typedef enum { CST_SYNTH_LAYOUT_CAS, CST_SYNTH_LAYOUT_TAU } cst_synth_layout;

typedef struct cst_synth cst_synth; /**< a plan: every clip with its scene, city, session, ... */

/** Plan a data set.  @p metadata: a real CAS table whose rows are to get audio, or a directory that
 *  holds such tables under their usual names (development and evaluation then agree on their
 *  sessions), or NULL.  Labels are kept; unlabelled rows get the scene of their session where it
 * has one.  @p preset then only gives the length of the clips.  CST_ERR_DATA names table, line and
 * cure; CST_ERR_USAGE for metadata with the TAU layout.  Local, deterministic. */
cst_status cst_synth_create(cst_synth_preset preset, cst_synth_layout layout, const char *metadata,
                            uint64_t seed, cst_synth **out);
void cst_synth_destroy(cst_synth **self);
/** Clips of another length than the preset's, at least CST_SYNTH_SHORTEST_S: all of a data set where
 *  there is no room for its sound. */
void cst_synth_set_seconds(cst_synth *self, double seconds);
#define CST_SYNTH_SHORTEST_S 0.1
size_t cst_synth_clips(const cst_synth *self);
/** Rough size on disk of all clips. */
uint64_t cst_synth_bytes(const cst_synth *self);
/** Create the directories and write the metadata tables and the truth table (one worker calls,
 * before any clip is written).  CST_ERR_DATA if @p out_dir holds another plan's data set, or tables
 * that are not from here: real ones are never overwritten. */
cst_status cst_synth_write_tables(const cst_synth *self, const char *out_dir);
/** Generate and write clip @p i (any worker, thread-safe).  Skips a file that is already whole: it
 * is decoded from end to end to know. */
cst_status cst_synth_write_clip(const cst_synth *self, size_t i, const char *out_dir);

#endif
