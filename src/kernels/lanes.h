/*
 * Vectors of LANES floats and the kernels made of them.  Included once by each isa_*.c, which
 * defines LANES, ROWS (rows of a product kept in registers), MULTIPLY_ADD (a b + c), TABLE and
 * TABLE_NAME, and switches the compiler to the instruction set.  OWN_TILES: it has turn() and
 * multiply_parts() itself.
 *
 * Every instruction set gives the same bits: what one lane holds is computed from the same numbers in
 * the same order whatever lies beside it, no sum crosses lanes, and a multiply-add is fused everywhere
 * and spelt out, since the compiler must fuse nothing itself.
 */
#include "isa.h"

#include <stdint.h>
#include <string.h>

typedef float vec __attribute__((vector_size(4 * LANES)));

#define INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#  define UNROLL _Pragma("clang loop unroll(full)")
#else
#  define UNROLL _Pragma("GCC unroll 16")
#endif

INLINE vec load(const float *p)
{
  vec v;
  memcpy(&v, p, sizeof v);
  return v;
}

INLINE void store(float *p, vec v) { memcpy(p, &v, sizeof v); }

/* The first n lanes, n <= LANES; the others are zero. */
INLINE vec load_part(const float *p, size_t n)
{
  vec v = {0};
  if (n >= LANES) return load(p);
  memcpy(&v, p, n * sizeof *p);
  return v;
}

INLINE void store_part(float *p, vec v, size_t n)
{
  if (n >= LANES)
    store(p, v);
  else
    memcpy(p, &v, n * sizeof *p);
}

INLINE vec splat(float a) { return a - (vec){0}; }
/* c + a b */
INLINE vec add_times(vec c, float a, vec b) { return MULTIPLY_ADD(splat(a), b, c); }

/* Fetch what lies `floats` behind p, which may be outside any object. */
INLINE void touch(const float *p, size_t floats)
{
  __builtin_prefetch((const void *)((uintptr_t)p + floats * sizeof *p));
}

INLINE void touch_to_write(const float *p, size_t floats)
{
  __builtin_prefetch((const void *)((uintptr_t)p + floats * sizeof *p), 1);
}

#include "lanes_product.h"

#include "lanes_parts.h"
#include "lanes_winograd.h"

const kernel_isa TABLE = {
    .name = TABLE_NAME,
    .lanes = LANES,
    .panel = PANEL,
    .multiply = multiply,
    .data_column = data_column,
    .data_spread = data_spread,
    .gradient_column = gradient_column,
    .gradient_spread = gradient_spread,
    .result_tile = result_tile,
    .weight_gradient = weight_gradient,
    .split = split,
    .turn = turn,
    .multiply_parts = multiply_parts,
};
