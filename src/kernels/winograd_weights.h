/* Kernels as Winograd's products want them. */
#ifndef CST_WINOGRAD_WEIGHTS_H
#define CST_WINOGRAD_WEIGHTS_H

#include "isa.h"

/* u[36] in panels [to / panel][from][panel].  The kernel from channel c to channel k is at w[c *
 * from_step + k * to_step], read backwards if `turned`. */
void cst_winograd_weights(const kernel_isa *isa, size_t from, size_t to, const float *w,
                          size_t from_step, size_t to_step, bool turned, float *u);

/* One row of a panel: the n kernels at w, w + to_step, ..., of which the first `there` exist and the
 * others are zero, to u[36][n], `slab` apart. */
void cst_winograd_weights_row(const float *w, size_t to_step, size_t there, size_t n, bool turned,
                              float *u, size_t slab);

#endif
