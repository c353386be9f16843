/*
 * Products of operands split into parts of bfloat16 (part of lanes.h): what the tiles of AMX compute
 * (TDPBF16PS, Intel's instruction set manual), in vectors of floats, to the bit.
 *
 *   x = high + low + rest    high: x rounded to 8 bits, low: x - high rounded so, |rest| < 2^-17 |x|
 *   a b = low_a high_b + high_a high_b + high_a low_b, less what is below 2^-16 |a b|
 *
 * A block holds 16 rows of 16 pairs of numbers along the summed index, in 1 KiB of high parts and 1
 * KiB of low ones: of A [m][pair of k], of B [pair of k][n].  One block of A by one of B gives each
 * sum two chains of fused multiply-adds from zero, one over the pairs' first numbers and one over their
 * second; their sum is added to what was there.
 *
 * The tiles flush what is subnormal.  Nothing is: split() takes numbers below a bound for zero, so
 * that all others are multiples of 2^-23 of it, and the product of both operands' bounds is
 * 2^-79 at least (parts.h).
 */
#include "parts.h"

typedef uint32_t word __attribute__((vector_size(4 * LANES)));
typedef int32_t whole __attribute__((vector_size(4 * LANES)));

enum { MULTIPLY_ROWS = 4 }; /* two chains each, which hide the latency of a multiply-add */
enum { HIGH_HALF = (int)0xffff0000, HALF_STEP = 0x8000 };

INLINE word load_word(const uint32_t *p)
{
  word v;
  memcpy(&v, p, sizeof v);
  return v;
}

INLINE void store_word(uint32_t *p, word v) { memcpy(p, &v, sizeof v); }

/* The parts of a in the lower halves, those of b in the upper ones. */
INLINE void split_pair(vec a, vec b, whole least, uint32_t *to)
{
  const whole a_bits = (whole)a, b_bits = (whole)b;
  const word a_kept = (word)(a_bits & ((a_bits & 0x7fffffff) >= least));
  const word b_kept = (word)(b_bits & ((b_bits & 0x7fffffff) >= least));
  const word a_high = (a_kept + HALF_STEP) & (uint32_t)HIGH_HALF;
  const word b_high = (b_kept + HALF_STEP) & (uint32_t)HIGH_HALF;
  const word a_low = (word)((vec)a_kept - (vec)a_high) + HALF_STEP;
  const word b_low = (word)((vec)b_kept - (vec)b_high) + HALF_STEP;
  store_word(to, a_high >> 16 | b_high);
  store_word(to + PART_WORDS, a_low >> 16 | (b_low & (uint32_t)HIGH_HALF));
}

static void split(const float *first, const float *second, size_t slab, size_t step, size_t blocks,
                  float least, uint32_t *to, size_t to_slab, size_t to_step)
{
  const whole bound = (whole)splat(least);
  for (size_t e = 0; e < WINOGRAD_PRODUCTS; e++)
    for (size_t b = 0; b < blocks; b++) UNROLL for (size_t i = 0; i < PART_EDGE; i += LANES)
      {
        const size_t at = e * slab + b * step + i;
        split_pair(load(first + at), load(second + at), bound, to + e * to_slab + b * to_step + i);
      }
}

#ifndef OWN_TILES

static void turn(uint32_t *block)
{
  for (size_t i = 0; i < PART_EDGE; i++)
    for (size_t j = 0; j < i; j++) {
      const uint32_t word_ij = block[i * PART_EDGE + j];
      block[i * PART_EDGE + j] = block[j * PART_EDGE + i];
      block[j * PART_EDGE + i] = word_ij;
    }
}

/* sum += rows of A's block by LANES columns of B's. */
INLINE void add_tile(const uint32_t *a, const uint32_t *b, vec sum[MULTIPLY_ROWS])
{
  vec even[MULTIPLY_ROWS], odd[MULTIPLY_ROWS];

  UNROLL for (size_t m = 0; m < MULTIPLY_ROWS; m++) even[m] = odd[m] = (vec){0};
  for (size_t pair = 0; pair < PART_EDGE; pair++) {
    const word both = load_word(b + pair * PART_EDGE);
    const vec b_even = (vec)(both << 16), b_odd = (vec)(both & (uint32_t)HIGH_HALF);
    UNROLL for (size_t m = 0; m < MULTIPLY_ROWS; m++)
    {
      const word of_a = a[m * PART_EDGE + pair] - (word){0};
      even[m] = MULTIPLY_ADD((vec)(of_a << 16), b_even, even[m]);
      odd[m] = MULTIPLY_ADD((vec)(of_a & (uint32_t)HIGH_HALF), b_odd, odd[m]);
    }
  }
  UNROLL for (size_t m = 0; m < MULTIPLY_ROWS; m++) sum[m] = sum[m] + (even[m] + odd[m]);
}

/* MULTIPLY_ROWS x LANES sums over all blocks of k. */
INLINE void add_tiles(size_t blocks, const uint32_t *a, const uint32_t *b, bool add, float *c,
                      size_t c_row)
{
  vec sum[MULTIPLY_ROWS];
  UNROLL for (size_t m = 0; m < MULTIPLY_ROWS; m++) sum[m] = add ? load(c + m * c_row) : (vec){0};
  for (size_t k = 0; k < blocks; k++, a += BLOCK_WORDS, b += BLOCK_WORDS) {
    add_tile(a + PART_WORDS, b, sum);
    add_tile(a, b, sum);
    add_tile(a, b + PART_WORDS, sum);
  }
  UNROLL for (size_t m = 0; m < MULTIPLY_ROWS; m++) store(c + m * c_row, sum[m]);
}

static void multiply_parts(size_t M, size_t N, size_t K, parts a, parts b, bool add,
                           rows_of_panels c, size_t c_slab)
{
  const size_t blocks = K / BLOCK_DEPTH, strip = blocks * BLOCK_WORDS;
  for (size_t e = 0; e < WINOGRAD_PRODUCTS; e++)
    for (size_t n = 0; n < N; n += LANES)
      for (size_t m = 0; m < M; m += MULTIPLY_ROWS)
        add_tiles(blocks, a.at + e * a.slab + m / PART_EDGE * strip + m % PART_EDGE * PART_EDGE,
                  b.at + e * b.slab + n / PART_EDGE * strip + n % PART_EDGE, add,
                  c.at + e * c_slab + n / PANEL * c.panel + n % PANEL + m * c.row, c.row);
}

#endif
