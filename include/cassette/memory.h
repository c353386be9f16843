/**
 * @file memory.h
 * Counted allocation: what is still held at the end of the program is a bug and fails it.
 */
#ifndef CST_MEMORY_H
#define CST_MEMORY_H

#include "cassette/status.h"

#include <stddef.h>
#include <stdint.h>

/** a * b, or SIZE_MAX where that is more than a size can tell, which no allocation grants and no
 *  count equals.  For sizes that come from a file. */
static inline size_t cst_product(size_t a, size_t b)
{
  size_t product;
  return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

/** Zeroed, 64-byte aligned memory for @p n elements of @p size bytes; NULL if there is none or
 *  n * size overflows.  n = 0 gives a valid pointer. */
void *cst_alloc(size_t n, size_t size);

/** Grow or shrink; the new part is zeroed.  NULL on failure, @p p untouched. p may be NULL. */
void *cst_realloc(void *p, size_t n, size_t size);

/** Release; NULL is allowed. */
void cst_free(void *p);

/** Heap copies; NULL on failure. */
char *cst_strdup(const char *s);
char *cst_strndup(const char *s, size_t n);
/** printf into a new string; NULL on failure. */
char *cst_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Blocks and bytes held now; bytes held at most so far. */
size_t cst_memory_blocks(void);
size_t cst_memory_bytes(void);
size_t cst_memory_peak_bytes(void);

/** Fail with CST_ERR_INTERNAL naming @p n elements of @p size bytes for @p what. */
cst_status cst_no_memory(const char *what, size_t n, size_t size);

/* Allocate into `pointer` or go to `done` with a clear message. */
#define CST_ALLOC(pointer, n)                                                                      \
  do {                                                                                             \
    (pointer) = cst_alloc((n), sizeof *(pointer));                                                 \
    if (!(pointer)) {                                                                              \
      st = cst_no_memory(#pointer, (size_t)(n), sizeof *(pointer));                                \
      goto done;                                                                                   \
    }                                                                                              \
  } while (0)

#endif
