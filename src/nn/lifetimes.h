/*
 * Buffers that live one after another share memory: each has a time when it is first written and one
 * when it is last read, and a place that nothing else has in between.
 */
#ifndef CST_LIFETIMES_H
#define CST_LIFETIMES_H

#include <stddef.h>

typedef struct {
  size_t floats;
  size_t born, dies; /**< times, both included */
  size_t offset;     /**< floats, a multiple of 16: the answer */
} cst_lifetime;

/** Find offsets for @p n buffers; returns the floats that all of them take together. */
size_t cst_lifetimes_place(size_t n, cst_lifetime *list);

#endif
