/**
 * @file exact.h
 * Sums of floating-point numbers without rounding: the result is the exact real sum of all
 * contributions of all ranks, rounded once; so it depends on no order, no grouping, no thread
 * count, no slice boundary and no MPI algorithm.
 *
 * Representation: a number is cut at fixed absolute binary positions into `digits`, each a multiple
 * of 2^(CST_EXACT_BITS k) held in a double; doubles that are multiples of one power of two add
 * without rounding while they stay below 2^53 of it (the pre-rounded, or indexed, sums of Demmel
 * and Nguyen, ARITH 2013, with absolute bins).  Sums of at most CST_EXACT_MAX_TERMS contributions
 * are therefore exact.  Only digits that occur are stored touched, added and sent.
 *
 * Contributions are float32, or float64 of which bits below 2^-190 are dropped from each
 * contribution alone (order-independent); |x| must stay below 2^128.  NaN, infinity and larger
 * values mark the sum as not finite on all ranks together.
 */
#ifndef CST_EXACT_H
#define CST_EXACT_H

#include "cassette/comm.h"

enum { CST_EXACT_MAX_TERMS = 1 << 20 };

typedef struct cst_exact cst_exact;

/** Accumulator of @p n independent sums, all zero.  Local. */
cst_status cst_exact_create(size_t n, cst_exact **out);
void cst_exact_destroy(cst_exact **self);
void cst_exact_clear(cst_exact *self);
/** Add x[0..n) to sums first..first+n-1.  Not thread-safe for overlapping ranges; ranges that
 *  start at multiples of CST_EXACT_BLOCK may be added to by different threads at once. */
enum { CST_EXACT_BLOCK = 256 };
void cst_exact_add_f32(cst_exact *self, size_t first, size_t n, const float *x);
void cst_exact_add_f64(cst_exact *self, size_t first, size_t n, const double *x);

/** Total over all ranks, rounded to nearest double.  Collective.  @p out [n] on every rank.
 *  *bad (may be NULL): index of the first sum that is not finite, or n if all are; such sums are
 *  NaN in @p out.  The accumulator is cleared. */
void cst_exact_total(cst_exact *self, const cst_comm *comm, double *out, size_t *bad);

/** One-shot: per-clip contributions [clips][n] (local clips, in any order) to totals [n].
 *  Collective; scratch is kept in @p self, which must have room for n sums. */
void cst_exact_sum_rows(cst_exact *self, const cst_comm *comm, const double *rows, size_t clips,
                        size_t n, double *out);

/** Bytes the last total sent per rank, and seconds spent in it (for benchmarks). */
size_t cst_exact_last_bytes(const cst_exact *self);

#endif
