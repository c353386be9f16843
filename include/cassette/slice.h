/**
 * @file slice.h
 * Contiguous shares of n items for `size` workers, in order, sizes differing by at most one.
 */
#ifndef CST_SLICE_H
#define CST_SLICE_H

#include <stddef.h>

typedef struct {
  size_t first, count;
} cst_slice;

/** Share of worker @p rank, 0 <= rank < size. The first n % size workers have one item more. */
cst_slice cst_slice_of(size_t n, int rank, int size);

#endif
