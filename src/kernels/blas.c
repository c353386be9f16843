/*
 * Contracts in cassette/blas.h; and room for OpenBLAS.
 *
 * It maps a buffer for each thread that calls it, and some while it is loaded; where the mapping
 * fails it tries again for ever, deaf to signals that only set a flag.  So there must be room
 * before: what .preinit_array of a program holds is called ahead of the constructors of its
 * libraries.
 */
#include "cassette/blas.h"
#include "cassette/limits.h"

#include <cblas.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BUFFER_MIB = 128 }; /* of 0.3.21 with kernels for all x86-64 CPUs; others take less */

static cst_status make_room(void)
{
  const size_t bytes = (size_t)BUFFER_MIB << 20;
  char limits[CST_LIMIT_BYTES];
  void *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED)
    return cst_raise(CST_ERR_INTERNAL,
                     "out of memory: OpenBLAS needs %d MiB more%s; raise the limit", BUFFER_MIB,
                     cst_limits_text(limits));
  munmap(room, bytes);
  return CST_OK;
}

/* Threads of OpenBLAS's own, one a core with a buffer each, are never used. */
static void before_libraries(void)
{
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  if (make_room() == CST_OK) return;
  dprintf(STDERR_FILENO, "cassette: error: %s\n", cst_message());
  _exit(CST_ERR_INTERNAL);
}

__attribute__((section(".preinit_array"),
               used)) static void (*const first)(void) = before_libraries;

static blasint narrow(size_t n)
{
  CST_ASSERT(n <= INT_MAX);
  return (blasint)n;
}

void cst_blas_gemm(cst_transpose t, size_t M, size_t N, size_t K, const float *a, const float *b,
                   bool add, float *c)
{
  const size_t a_row = t == CST_TN ? M : K, b_row = t == CST_NT ? K : N;
  if (M == 0 || N == 0) return; /* BLAS refuses a leading dimension of 0 */
  cblas_sgemm(CblasRowMajor, t == CST_TN ? CblasTrans : CblasNoTrans,
              t == CST_NT ? CblasTrans : CblasNoTrans, narrow(M), narrow(N), narrow(K), 1.0f, a,
              narrow(a_row ? a_row : 1), b, narrow(b_row ? b_row : 1), add ? 1.0f : 0.0f, c,
              narrow(N));
}

static char library[256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void name_library(void)
{
  snprintf(library, sizeof library, "%s, kernels for %s", openblas_get_config(),
           openblas_get_corename());
}

const char *cst_blas_library(void)
{
  pthread_once(&once, name_library);
  return library;
}
