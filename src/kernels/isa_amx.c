/*
 * AMX beside AVX-512: products in parts by tiles of 16 rows of 64 bytes, all else as there.
 */
#include "isa.h"

#if defined(__x86_64__)

#  if defined(__clang__)
#    pragma clang attribute push(__attribute__((target("avx512f,avx2,fma,amx-tile,amx-bf16"))),    \
                                 apply_to = function)
#  else
#    pragma GCC target("avx512f,avx2,fma,amx-tile,amx-bf16")
#  endif

#  include <immintrin.h>

#  define LANES                 16
#  define ROWS                  12
#  define MULTIPLY_ADD(a, b, c) _mm512_fmadd_ps(a, b, c)
#  define TABLE                 cst_isa_amx
#  define TABLE_NAME            "amx"
#  define OWN_TILES

#  include "tiles.h"

#  include <stdbool.h>

static void turn(uint32_t *block);
static void multiply_parts(size_t M, size_t N, size_t K, parts a, parts b, bool add,
                           rows_of_panels c, size_t c_slab);

#  include "lanes.h"

/* ---- a block of words, transposed ---- */

static void turn(uint32_t *block)
{
  __m512i a[16], b[16];
  UNROLL for (int i = 0; i < 16; i++) a[i] = _mm512_loadu_si512(block + i * PART_EDGE);
  UNROLL for (int i = 0; i < 16; i += 2)
  {
    b[i] = _mm512_unpacklo_epi32(a[i], a[i + 1]);
    b[i + 1] = _mm512_unpackhi_epi32(a[i], a[i + 1]);
  }
  UNROLL for (int i = 0; i < 16; i += 4)
  {
    a[i] = _mm512_unpacklo_epi64(b[i], b[i + 2]);
    a[i + 1] = _mm512_unpackhi_epi64(b[i], b[i + 2]);
    a[i + 2] = _mm512_unpacklo_epi64(b[i + 1], b[i + 3]);
    a[i + 3] = _mm512_unpackhi_epi64(b[i + 1], b[i + 3]);
  }
  /* a[4 q + r]: column r of each quarter, of rows 4 q .. 4 q + 3 */
  UNROLL for (int r = 0; r < 4; r++)
  {
    b[r] = _mm512_shuffle_i32x4(a[r], a[4 + r], 0x88);
    b[4 + r] = _mm512_shuffle_i32x4(a[r], a[4 + r], 0xdd);
    b[8 + r] = _mm512_shuffle_i32x4(a[8 + r], a[12 + r], 0x88);
    b[12 + r] = _mm512_shuffle_i32x4(a[8 + r], a[12 + r], 0xdd);
  }
  UNROLL for (int r = 0; r < 4; r++)
  {
    a[r] = _mm512_shuffle_i32x4(b[r], b[8 + r], 0x88);
    a[4 + r] = _mm512_shuffle_i32x4(b[4 + r], b[12 + r], 0x88);
    a[8 + r] = _mm512_shuffle_i32x4(b[r], b[8 + r], 0xdd);
    a[12 + r] = _mm512_shuffle_i32x4(b[4 + r], b[12 + r], 0xdd);
  }
  UNROLL for (int i = 0; i < 16; i++) _mm512_storeu_si512(block + i * PART_EDGE, a[i]);
}

/* ---- tiles ---- */

/* Tiles 0 to 3 are two by two of the result, 4 and 5 of A, 6 and 7 of B. */
#  define ADD_PRODUCTS()                                                                           \
    _tile_dpbf16ps(0, 4, 6);                                                                       \
    _tile_dpbf16ps(1, 4, 7);                                                                       \
    _tile_dpbf16ps(2, 5, 6);                                                                       \
    _tile_dpbf16ps(3, 5, 7)

static inline void add_blocks(const uint32_t *a, const uint32_t *b, size_t strip)
{
  _tile_loadd(6, b, TILE_BYTES);
  _tile_loadd(7, b + strip, TILE_BYTES);
  _tile_loadd(4, a + PART_WORDS, TILE_BYTES);
  _tile_loadd(5, a + strip + PART_WORDS, TILE_BYTES);
  ADD_PRODUCTS();
  _tile_loadd(4, a, TILE_BYTES);
  _tile_loadd(5, a + strip, TILE_BYTES);
  ADD_PRODUCTS();
  _tile_loadd(6, b + PART_WORDS, TILE_BYTES);
  _tile_loadd(7, b + strip + PART_WORDS, TILE_BYTES);
  ADD_PRODUCTS();
}

/* 32 x 32 sums over all blocks of k; a strip of blocks has 16 rows of A or columns of B. */
static inline void add_strips(size_t blocks, const uint32_t *a, const uint32_t *b, bool add,
                              float *c, size_t c_row)
{
  const size_t strip = blocks * BLOCK_WORDS, bytes = c_row * sizeof *c;
  float *below = c + TILE_EDGE * c_row;
  if (add) {
    _tile_loadd(0, c, bytes);
    _tile_loadd(1, c + TILE_EDGE, bytes);
    _tile_loadd(2, below, bytes);
    _tile_loadd(3, below + TILE_EDGE, bytes);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  for (size_t k = 0; k < blocks; k++) add_blocks(a + k * BLOCK_WORDS, b + k * BLOCK_WORDS, strip);
  _tile_stored(0, c, bytes);
  _tile_stored(1, c + TILE_EDGE, bytes);
  _tile_stored(2, below, bytes);
  _tile_stored(3, below + TILE_EDGE, bytes);
}

static void multiply_parts(size_t M, size_t N, size_t K, parts a, parts b, bool add,
                           rows_of_panels c, size_t c_slab)
{
  const size_t blocks = K / BLOCK_DEPTH, strip = blocks * BLOCK_WORDS;

  _tile_loadconfig(&whole_tiles);
  for (size_t e = 0; e < WINOGRAD_PRODUCTS; e++)
    for (size_t n = 0; n < N; n += PANEL)
      for (size_t m = 0; m < M; m += 2 * TILE_EDGE)
        add_strips(blocks, a.at + e * a.slab + m / TILE_EDGE * strip,
                   b.at + e * b.slab + n / TILE_EDGE * strip, add,
                   c.at + e * c_slab + n / PANEL * c.panel + m * c.row, c.row);
  _tile_release();
}

#  if defined(__clang__)
#    pragma clang attribute pop
#  endif

#endif
