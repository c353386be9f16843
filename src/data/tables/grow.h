/* Growing arrays: capacity doubles, so that n appends copy O(n) elements. */
#ifndef CST_DATA_GROW_H
#define CST_DATA_GROW_H

#include "cassette/memory.h"

#include <stdbool.h>
#include <stddef.h>

/* Make room for element number n (from 0) of *array; false when there is no memory. */
static inline bool grow(void **array, size_t n, size_t *capacity, size_t size)
{
  if (n < *capacity) return true;
  const size_t wanted = *capacity ? *capacity * 2 : 16;
  void *grown = cst_realloc(*array, wanted, size);
  if (!grown) return false;
  *array = grown;
  *capacity = wanted;
  return true;
}

/* Append `value` to `array` of `n` elements with `capacity`, or go to `done`. */
#define PUSH(array, n, capacity, ...)                                                              \
  do {                                                                                             \
    void *array_ = (array);                                                                        \
    if (!grow(&array_, (n), &(capacity), sizeof *(array))) {                                       \
      st = cst_no_memory(#array, (capacity) ? (capacity) : 1, 2 * sizeof *(array));                \
      goto done;                                                                                   \
    }                                                                                              \
    (array) = array_;                                                                              \
    (array)[(n)++] = __VA_ARGS__;                                                                  \
  } while (0)

#endif
