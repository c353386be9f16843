/**
 * @file gemm.h
 * Matrix products, by OpenBLAS on one thread (threads are the caller's).  The only module that
 * calls BLAS.  Row-major.
 */
#ifndef CST_GEMM_H
#define CST_GEMM_H

#include "cassette/status.h"

#include <stddef.h>

typedef enum { CST_NN, CST_NT, CST_TN } cst_transpose;

/** C[M][N] = A B + beta C.  NN: A[M][K] B[K][N]; NT: B[N][K]; TN: A[K][M].  lda, ldb, ldc: floats
 *  between rows as stored. */
void cst_gemm_ld(cst_transpose t, size_t M, size_t N, size_t K, const float *a, size_t lda,
                 const float *b, size_t ldb, float beta, float *c, size_t ldc);
/** The same with dense rows. */
void cst_gemm(cst_transpose t, size_t M, size_t N, size_t K, const float *a, const float *b,
              float beta, float *c);
/** Plain twin, for tests: sums in double. */
void cst_gemm_plain(cst_transpose t, size_t M, size_t N, size_t K, const float *a, const float *b,
                    float beta, float *c);
/** Keep BLAS to the calling thread; call once at start.  Fails as cst_gemm_reserve() does. */
cst_status cst_gemm_init(void);
/** Room for @p threads more to multiply at the same time; OpenBLAS would ask for it for ever.
 *  CST_ERR_INTERNAL with the limit and the cure. */
cst_status cst_gemm_reserve(int threads);
/** Library, version and the kernel it chose for this CPU. */
const char *cst_gemm_library(void);

#endif
