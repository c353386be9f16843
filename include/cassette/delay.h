/**
 * @file delay.h
 * A test aid: pauses at named points, so that a test can end the program inside a window that is
 * microseconds wide otherwise (scripts/kill-test).
 *
 * CST_DELAY=NAME:MILLISECONDS[:K] pauses where the point NAME is passed for the K-th time in a
 * process (default: every time) and says so on stderr: "delay at NAME".  Several, separated by
 * commas, may be given.  Without the variable a point costs one look at a flag.
 *
 * CST_RELEASE=FILE ends every pause as soon as FILE exists, so that a test can hold a job for as
 * long as it needs on a busy machine, and no longer.
 *
 * Points: file-seen (every file below a root), fold (every fold), file-half-written,
 * file-before-rename (any file), shard-written, checkpoint-begun, checkpoint-payload-written,
 * checkpoint-manifest-written, prune-manifest-removed, best-begun, best-written,
 * pseudo-labels-written, journal-written, step (every training step), read (every clip whose
 * features are read).
 */
#ifndef CST_DELAY_H
#define CST_DELAY_H

/** Pause here if CST_DELAY names this point.  Thread-safe. */
void cst_delay_point(const char *name);

#endif
