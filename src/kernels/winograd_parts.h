/*
 * Winograd's products of operands in parts of bfloat16, for channels that are multiples of 32.
 * Private to the convolutions; layout in parts.h, arithmetic in lanes_parts.h.
 */
#ifndef CST_WINOGRAD_PARTS_H
#define CST_WINOGRAD_PARTS_H

#include "winograd_tiles.h"

/* A block of tiles, first .. first + n: y of x, or dx of dy, a gradient; and sums of the weights'
 * gradient. */
void cst_parts_correlate(const winograd_pass *p, const winograd_space *at, const float *prepared,
                         bool gradient, row_reader *x, const cst_conv_target *y, size_t first,
                         size_t n);
void cst_parts_add_weights(const winograd_pass *p, const winograd_space *at, row_reader *x,
                           row_reader *dy, float *sums, bool begin, size_t first, size_t n);
/* The contract of cst_winograd_weights(), with u[36] in blocks. */
void cst_parts_weights(const winograd_pass *p, const float *w, size_t from_step, size_t to_step,
                       bool turned, float *prepared);

#endif
