/*
 * Operands of products in parts of bfloat16.  Private to the kernels; what the parts are and how they
 * multiply: lanes_parts.h.
 */
#ifndef CST_PARTS_H
#define CST_PARTS_H

#include <stddef.h>
#include <stdint.h>

enum {
  PART_EDGE = 16,                     /* rows of a block, and words in a row */
  PART_WORDS = PART_EDGE * PART_EDGE, /* of the high or the low parts of a block */
  BLOCK_WORDS = 2 * PART_WORDS,       /* a word holds the parts of two numbers */
  BLOCK_DEPTH = 2 * PART_EDGE,        /* numbers along the summed index */
};

/* Magnitudes below these count as zero: far below what a float beside a usual number keeps.  Their
 * product is 2^-79, so that no product of parts, and no sum of some, is subnormal. */
#define LEAST_DATA     0x1p-29f /* activations and weights */
#define LEAST_GRADIENT 0x1p-50f

/* 36 matrices, `slab` words apart: blocks of A as [M / 16][K / 32], of B as [N / 16][K / 32]. */
typedef struct {
  const uint32_t *at;
  size_t slab;
} parts;

#endif
