/**
 * @file gemm.h
 * Products of small matrices, row-major, on the calling thread: the same bits from every instruction
 * set.
 */
#ifndef CST_GEMM_H
#define CST_GEMM_H

#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum { CST_NN, CST_NT, CST_TN } cst_transpose;

/** C[M][N] = A B, or C + A B if @p add.  NN: A[M][K] B[K][N]; NT: B[N][K]; TN: A[K][M].  lda, ldb,
 *  ldc: floats between rows as stored. */
void cst_gemm_ld(cst_transpose t, size_t M, size_t N, size_t K, const float *a, size_t lda,
                 const float *b, size_t ldb, bool add, float *c, size_t ldc);
/** The same with dense rows. */
void cst_gemm(cst_transpose t, size_t M, size_t N, size_t K, const float *a, const float *b,
              bool add, float *c);
/** Plain twin, for tests: sums in double. */
void cst_gemm_plain(cst_transpose t, size_t M, size_t N, size_t K, const float *a, const float *b,
                    bool add, float *c);

#endif
