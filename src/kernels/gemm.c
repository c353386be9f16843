/*
 * Matrix products by OpenBLAS.
 *
 * OpenBLAS is told to stay on the calling thread: its own threads would fight ours, and would cut a
 * sum differently on another number of cores.  Calls from several threads at once are safe then;
 * each takes its own packing buffer.  Which kernel runs depends on the CPU and on the shape only.
 */
#include "cassette/gemm.h"
#include "cassette/status.h"

#include <cblas.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>

static blasint narrow(size_t n)
{
  CST_ASSERT(n <= INT_MAX);
  return (blasint)n;
}

void cst_gemm_ld(cst_transpose t, size_t M, size_t N, size_t K, const float *a, size_t lda,
                 const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
  if (M == 0 || N == 0) return; /* BLAS refuses a leading dimension of 0 */
  cblas_sgemm(CblasRowMajor, t == CST_TN ? CblasTrans : CblasNoTrans,
              t == CST_NT ? CblasTrans : CblasNoTrans, narrow(M), narrow(N), narrow(K), 1.0f, a,
              narrow(lda), b, narrow(ldb), beta, c, narrow(ldc));
}

/* Row length of A and of B as stored; at least 1, as BLAS wants it. */
static size_t row_of_a(cst_transpose t, size_t M, size_t K)
{
  const size_t n = t == CST_TN ? M : K;
  return n ? n : 1;
}

static size_t row_of_b(cst_transpose t, size_t N, size_t K)
{
  const size_t n = t == CST_NT ? K : N;
  return n ? n : 1;
}

void cst_gemm(cst_transpose t, size_t M, size_t N, size_t K, const float *a, const float *b,
              float beta, float *c)
{
  cst_gemm_ld(t, M, N, K, a, row_of_a(t, M, K), b, row_of_b(t, N, K), beta, c, N);
}

void cst_gemm_plain(cst_transpose t, size_t M, size_t N, size_t K, const float *a, const float *b,
                    float beta, float *c)
{
  for (size_t m = 0; m < M; m++)
    for (size_t n = 0; n < N; n++) {
      double sum = 0.0;
      for (size_t k = 0; k < K; k++)
        sum += (double)a[t == CST_TN ? k * M + m : m * K + k] *
               (double)b[t == CST_NT ? n * K + k : k * N + n];
      /* beta = 0 overwrites whatever C held, NaN included, as in BLAS */
      if (beta != 0.0f) sum += (double)beta * (double)c[m * N + n];
      c[m * N + n] = (float)sum;
    }
}

static char library[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;
static cst_status started;

/* The product takes the first buffer now, while there is room for it. */
static void start(void)
{
  enum { ORDER = 128 }; /* small ones may do without */
  static const float zeros[ORDER * ORDER];
  static float product[ORDER * ORDER];

  openblas_set_num_threads(1);
  started = cst_gemm_reserve(1);
  if (started == CST_OK) cst_gemm(CST_NN, ORDER, ORDER, ORDER, zeros, zeros, 0.0f, product);
  snprintf(library, sizeof library, "%s, kernels for %s", openblas_get_config(),
           openblas_get_corename());
}

cst_status cst_gemm_init(void)
{
  pthread_once(&once, start);
  return started;
}

const char *cst_gemm_library(void)
{
  cst_gemm_init();
  return library;
}
