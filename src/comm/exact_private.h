/* Parts of the exact sums: store (exact.c), rounding (exact_round.c), messages (exact_code.c),
 * exchange (exact_total.c). */
#ifndef CST_EXACT_PRIVATE_H
#define CST_EXACT_PRIVATE_H

#include "cassette/exact.h"

#include <stdbool.h>
#include <stdint.h>

enum {
  DIGIT_BITS = 32,
  LOWEST_EXPONENT = -190, /* unit of digit plane 0; plane p has 2^(-190 + 32 p) */
  PLANES = 11,            /* up to 2^161; sums reach 2^148 = 2^128 CST_EXACT_MAX_TERMS */
  PARTS = PLANES + 1,     /* the leading doubles and the digits */
  BLOCK = CST_EXACT_BLOCK,
  FEW_BLOCKS = 10 /* up to here every rank takes all sums */
};

struct cst_exact {
  size_t n, blocks;
  double *lead;     /* [blocks][BLOCK] each sum, as far as a double holds it */
  double *digits;   /* [blocks][PLANES][BLOCK] the rest; mapped, so pages come when used */
  uint16_t *live;   /* [blocks] bit p: plane p counts; bit PLANES: lead does */
  uint32_t *spills; /* [blocks] deposits into the digits since they were cleared */
  unsigned char *send, *receive;
  size_t buffer_bytes;
  size_t last_bytes;
  double last_s;
};

/* Values of a block as an unevaluated sum: part[0] + part[1] + ... */
typedef struct {
  _Alignas(64) double part[PARTS][BLOCK];
  size_t parts;
} cst_parts;

/* The vector loops exist in several instruction sets, chosen when the program is loaded; all give
 * the same bits, for every operation is exact.  Sanitizers start after that choice. */
#if defined __x86_64__ && defined __GLIBC__ && !defined CST_SANITIZED
#  define CST_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#  define CST_CLONES
#endif

/* s + *error = a + b exactly, s = a + b rounded to nearest.  The parentheses are the algorithm. */
static inline double two_sum(double a, double b, double *error)
{
  const double s = a + b, t = s - a;
  *error = (a - (s - t)) + (b - t);
  return s;
}

/* exact.c */
void cst_exact_add_part(cst_exact *self, size_t block, size_t n, const double *x);
void cst_exact_clear_block(cst_exact *self, size_t block);
/* Cut x[0..n) into digit planes [PLANES][BLOCK] from column @p at on; x becomes zero. */
void cst_exact_deposit(double *planes, uint16_t *live, size_t at, size_t n, double *x);

/* exact_round.c */
/* A block in few parts: the first is about the value, each further one about the error of those
 * before; none when nothing was added.  Sums that are not finite are not in the first. */
void cst_exact_distil(const cst_exact *self, size_t block, cst_parts *out);
/* The values of @p p to nearest, ties to even; or, if @p odd, between the two neighbours to the one
 * with an odd last bit, so that rounding once more to float is as good as rounding once. */
void cst_exact_round(cst_parts *p, size_t n, bool odd, double *out);

/* exact_code.c */
enum { MAX_CODE_BYTES = 1 + PARTS * (1 + BLOCK * 8) };                     /* of one block */
size_t cst_exact_encode(const cst_parts *p, size_t n, unsigned char *out); /* bytes written */
size_t cst_exact_decode(cst_exact *self, size_t block, size_t n, const unsigned char *code);

#endif
