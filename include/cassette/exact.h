/**
 * @file exact.h
 * Sums of floating-point numbers without rounding: the result is the exact real sum of all
 * contributions of all ranks, rounded once; so it depends on no order, no grouping, no thread
 * count, no slice boundary and no MPI algorithm.
 *
 * Contributions are float32, or float64 each rounded to a multiple of 2^-190 by itself; |x| must
 * stay below 2^128.  NaN, infinity and larger values make that one sum NaN, on all ranks.  A sum
 * takes CST_EXACT_MAX_TERMS contributions over all ranks.
 *
 * Source: error-free addition, Knuth, TAOCP vol. 2, 4.2.2, theorem B; digits at absolute binary
 * positions as in the pre-rounded sums of Demmel and Nguyen, ARITH 2013.  src/comm/exact.c has
 * the mathematics, src/comm/exact_total.c the exchange.
 */
#ifndef CST_EXACT_H
#define CST_EXACT_H

#include "cassette/comm.h"

enum {
  CST_EXACT_MAX_TERMS = 1 << 20,
  CST_EXACT_BLOCK = 256 /**< sums that are stored, encoded and sent together */
};

typedef struct cst_exact cst_exact;

/** Accumulator of @p n independent sums, all zero.  Local.  CST_ERR_INTERNAL without memory: 8
 * bytes a sum are used, and 88 more of address space, of which only pages that are needed appear.
 */
cst_status cst_exact_create(size_t n, cst_exact **out);
void cst_exact_destroy(cst_exact **self);
void cst_exact_clear(cst_exact *self);

/** Add x[0..n) to sums first..first+n-1.  Not thread-safe for overlapping ranges; ranges that
 *  start at multiples of CST_EXACT_BLOCK may be added to by different threads at once. */
void cst_exact_add_f32(cst_exact *self, size_t first, size_t n, const float *x);
void cst_exact_add_f64(cst_exact *self, size_t first, size_t n, const double *x);

/** Total over all ranks, rounded to nearest double.  Collective.  @p out [n] on every rank.
 *  *bad (may be NULL): index of the first sum that is not finite, or n if all are; such sums are
 *  NaN in @p out.  The accumulator is cleared. */
void cst_exact_total(cst_exact *self, const cst_comm *comm, double *out, size_t *bad);
/** The same rounded to nearest float, once and from the exact sum, at half the traffic of results.
 *  A sum beyond the range of float is infinite and counts as bad. */
void cst_exact_total_f32(cst_exact *self, const cst_comm *comm, float *out, size_t *bad);

/** One-shot: per-clip contributions [clips][n] (local clips, in any order) to totals [n].
 *  Collective; scratch is kept in @p self, which must have room for n sums and be clear. */
void cst_exact_sum_rows(cst_exact *self, const cst_comm *comm, const double *rows, size_t clips,
                        size_t n, double *out);

/** Of the last total: bytes this rank sent, and seconds spent. */
size_t cst_exact_last_bytes(const cst_exact *self);
double cst_exact_last_s(const cst_exact *self);

/** Costs of summing, and of the same sums in plain floats with MPI_Allreduce, which are rounded and
 *  depend on the order; seconds of the fastest of several rounds, worst over ranks. */
typedef struct {
  double add_s;         /**< accumulate one clip's n floats */
  double total_s;       /**< cst_exact_total_f32() */
  double small_s;       /**< cst_exact_sum_rows() of the clips' 256 sums, as BatchNorm does */
  double plain_add_s;   /**< accumulate one clip's n floats in floats */
  double plain_s;       /**< MPI_Allreduce of n floats */
  double plain_small_s; /**< the clips' 256 sums in floats, and MPI_Allreduce */
  double bytes;         /**< sent per rank and total, mean over ranks */
  double small_bytes;   /**< the same of 256 sums */
  double digit_share;   /**< part of the blocks whose sums did not fit doubles */
} cst_exact_bench_result;

/** Time sums of @p n synthetic gradients, @p clips of them on every rank.  Collective. */
cst_status cst_exact_bench(const cst_comm *comm, size_t n, size_t clips,
                           cst_exact_bench_result *out);

#endif
