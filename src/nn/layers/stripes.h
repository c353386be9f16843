/*
 * Exact sums that several threads add to at once: locked a stripe at a time, and every thread
 * begins with another stripe.
 */
#ifndef CST_STRIPES_H
#define CST_STRIPES_H

#include "cassette/exact.h"

#include <omp.h>

typedef struct {
  omp_lock_t *lock; /**< [n] */
  size_t n;
} cst_stripes;

/** For @p sums sums. */
cst_status cst_stripes_make(size_t sums, cst_stripes *out);
void cst_stripes_reset(cst_stripes *self); /**< zeroed ones are fine */

/** Add x[0..n), n at least 1, to sums first..first+n-1; from any thread of a team. */
void cst_stripes_add_f32(const cst_stripes *self, cst_exact *to, size_t first, size_t n,
                         const float *x);
void cst_stripes_add_f64(const cst_stripes *self, cst_exact *to, size_t first, size_t n,
                         const double *x);

#endif
