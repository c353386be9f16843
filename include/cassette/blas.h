/**
 * @file blas.h
 * OpenBLAS, with which tests compare our own products (gemm.h).  Its bits depend on the
 * CPU, so no result may depend on it.
 */
#ifndef CST_BLAS_H
#define CST_BLAS_H

#include "cassette/gemm.h"

/** cst_gemm() by OpenBLAS, on the calling thread. */
void cst_blas_gemm(cst_transpose t, size_t M, size_t N, size_t K, const float *a, const float *b,
                   bool add, float *c);
/** Library, version and the kernels it chose for this CPU. */
const char *cst_blas_library(void);

#endif
