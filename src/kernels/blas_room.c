/*
 * Room for OpenBLAS.
 *
 * It maps a buffer for each thread that calls it, and some while it is loaded; where the mapping
 * fails it tries again for ever, deaf to signals that only set a flag.  So there must be room
 * before: what .preinit_array of a program holds is called ahead of the constructors of its
 * libraries.  cst_gemm_init() asks again, since MPI has taken some; and a model asks for its other
 * threads once it has its own memory.
 */
#include "cassette/gemm.h"
#include "cassette/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BUFFER_MIB = 128 }; /* of 0.3.21 with kernels for all x86-64 CPUs; others take less */

cst_status cst_gemm_reserve(int threads)
{
  const size_t bytes = (size_t)threads * BUFFER_MIB << 20;
  char limits[CST_LIMIT_BYTES];
  void *buffers;

  if (threads < 1) return CST_OK;
  buffers = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (buffers == MAP_FAILED)
    return cst_raise(
        CST_ERR_INTERNAL,
        "out of memory: OpenBLAS needs %d MiB more, %d for each thread%s; raise the limit, "
        "or use fewer threads",
        threads * BUFFER_MIB, BUFFER_MIB, cst_limits_text(limits));
  munmap(buffers, bytes);
  return CST_OK;
}

/* Threads of OpenBLAS's own, one a core with a buffer each, are never used (gemm.c). */
static void before_libraries(void)
{
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  if (cst_gemm_reserve(1) == CST_OK) return;
  dprintf(STDERR_FILENO, "cassette: error: %s\n", cst_message());
  _exit(CST_ERR_INTERNAL);
}

__attribute__((section(".preinit_array"),
               used)) static void (*const first)(void) = before_libraries;
