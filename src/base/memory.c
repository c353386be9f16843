/*
 * Counted allocation.  A 64-byte header in front of each block keeps its size, so that blocks
 * can be counted, grown and zeroed; 64 keeps the block aligned for vector loads.
 */
#include "cassette/memory.h"

#include "cassette/limits.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef CST_SANITIZED
#  include <sanitizer/asan_interface.h>
#endif

enum { HEADER_BYTES = 64, HUGE_PAGE_BYTES = 2 << 20, LARGE_BYTES = 2 * HUGE_PAGE_BYTES };
static const uint64_t ALIVE = 0x6361737365747465u; /* tells a block from a stray pointer */

typedef struct {
  uint64_t mark;
  size_t bytes;
} header;

static atomic_size_t blocks, held_bytes, peak_bytes;

static void count(size_t bytes)
{
  const size_t now = atomic_fetch_add(&held_bytes, bytes) + bytes;
  size_t peak = atomic_load(&peak_bytes);
  while (now > peak && !atomic_compare_exchange_weak(&peak_bytes, &peak, now)) {
  }
  atomic_fetch_add(&blocks, 1);
}

static header *header_of(void *p)
{
  header *h = (header *)((char *)p - HEADER_BYTES);
  CST_ASSERT(h->mark == ALIVE);
  return h;
}

/* Large blocks ask for huge pages: activations are read in strides that miss the TLB on every page,
 * and first touch costs a fault a page.  A hint: the block serves without them. */
static void *aligned(size_t bytes)
{
  const bool large = bytes >= LARGE_BYTES;
  void *raw = NULL;
  if (posix_memalign(&raw, large ? HUGE_PAGE_BYTES : HEADER_BYTES, bytes)) return NULL;
  if (large) madvise(raw, bytes / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES, MADV_HUGEPAGE);
  return raw;
}

void *cst_alloc(size_t n, size_t size)
{
  size_t bytes;
  void *raw;
  if (__builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX - 2 * HEADER_BYTES)
    return NULL;
  raw = aligned(bytes + HEADER_BYTES);
  if (!raw) return NULL;
  memset(raw, 0, bytes + HEADER_BYTES);
  *(header *)raw = (header){.mark = ALIVE, .bytes = bytes};
  count(bytes);
  return (char *)raw + HEADER_BYTES;
}

void cst_free(void *p)
{
  if (!p) return;
  header *h = header_of(p);
  atomic_fetch_sub(&held_bytes, h->bytes);
  atomic_fetch_sub(&blocks, 1);
  h->mark = 0;
  free(h);
}

void *cst_realloc(void *p, size_t n, size_t size)
{
  void *grown = cst_alloc(n, size);
  if (p && grown) {
    const size_t old = header_of(p)->bytes;
    memcpy(grown, p, old < n * size ? old : n * size);
    cst_free(p);
  }
  return grown;
}

char *cst_strndup(const char *s, size_t n)
{
  const size_t length = strnlen(s, n);
  char *copy = cst_alloc(length + 1, 1);
  if (copy) memcpy(copy, s, length);
  return copy;
}

char *cst_strdup(const char *s) { return cst_strndup(s, strlen(s)); }

char *cst_format(const char *format, ...)
{
  va_list args;
  va_start(args, format);
  const int n = vsnprintf(NULL, 0, format, args);
  va_end(args);
  char *text = n < 0 ? NULL : cst_alloc((size_t)n + 1, 1);
  if (text) {
    va_start(args, format);
    vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
  }
  return text;
}

size_t cst_memory_blocks(void) { return atomic_load(&blocks); }
size_t cst_memory_bytes(void) { return atomic_load(&held_bytes); }
size_t cst_memory_peak_bytes(void) { return atomic_load(&peak_bytes); }

cst_status cst_no_memory(const char *what, size_t n, size_t size)
{
  char limits[CST_LIMIT_BYTES];
  return cst_raise(CST_ERR_INTERNAL,
                   "out of memory: %s needs %zu x %zu bytes (%.1f MiB held%s); use more nodes or "
                   "fewer ranks per node",
                   what, n, size, (double)cst_memory_bytes() / 1048576.0, cst_limits_text(limits));
}

#ifdef CST_SANITIZED
/* Open MPI, HDF5 and libvorbis leave blocks behind, so LeakSanitizer cannot judge programs that
 * link them: the count above does.  Built in, because a system without /proc hides ASAN_OPTIONS. */
const char *__asan_default_options(void) { return "detect_leaks=0"; }
#endif
