/**
 * @file batch.h
 * Which clips make up the global batch of a step: a function of (seed, stage, epoch, step) alone.
 */
#ifndef CST_BATCH_H
#define CST_BATCH_H

#include <stddef.h>
#include <stdint.h>

/** Steps of an epoch over @p n clips: the last batch may be smaller; none is dropped, but a last
 *  batch of one clip joins the batch before it (BatchNorm statistics need two), unless batches are
 *  of one clip anyway.  n = 0: no steps.  @p batch >= 1. */
size_t cst_epoch_steps(size_t n, size_t batch);
/** Positions in the shuffled epoch covered by step @p step < steps: [*first, *first + *count). */
void cst_step_range(size_t n, size_t batch, size_t step, size_t *first, size_t *count);
/** Shuffled order of 0..n-1 for an epoch. */
void cst_epoch_order(uint64_t seed, uint32_t stage, uint64_t epoch, size_t n, uint32_t *out);

/** Numbers first..first+count-1 of an endless stream over 0..n-1 (n >= 1), which is shuffled anew
 * for each pass; so that streams of different lengths can be read side by side.  @p which tells
 * streams of one stage apart.  scratch [n]. */
void cst_stream(uint64_t seed, uint32_t stage, uint32_t which, uint64_t first, size_t n,
                size_t count, uint32_t *scratch, uint32_t *out);
/** Numbers first..first+count-1 of an endless stream over 0..n-1 (n >= 1) in which all classes come
 *  equally often: each pass over the classes has one clip of each, in shuffled order, and each
 *  class's clips are a stream of their own.  label [n]: class of each, < classes.  scratch [n + 3
 *  classes]. */
void cst_balanced_stream(uint64_t seed, uint32_t stage, uint32_t which, uint64_t first, size_t n,
                         const int *label, size_t classes, size_t count, uint32_t *scratch,
                         uint32_t *out);

#endif
