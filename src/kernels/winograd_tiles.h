/*
 * Blocks of Winograd's tiles: their sizes and work space, the rows they read, and their transforms to
 * the operands of the 36 products and back.  Private to the convolutions; overview in conv_winograd.c.
 */
#ifndef CST_WINOGRAD_TILES_H
#define CST_WINOGRAD_TILES_H

#include "conv_plan.h"
#include "isa.h"

enum {
  TILE = 4,              /* rows and columns of the image that a tile writes */
  TILE_READS = 6,        /* rows and columns that it reads */
  FLOATS_IN_A_LINE = 16, /* of the cache */
};

/* One direction: from C to K channels, or back. */
typedef struct {
  const kernel_isa *isa;
  bool parts; /* operands of the products in parts of bfloat16 */
  size_t H, W, tiles_across, tiles;
  size_t from, to;             /* channels */
  size_t from_lanes, to_panel; /* the same, padded */
  size_t block;                /* tiles at a time */
  size_t v_slab, m_slab;       /* floats, or words of parts, from product to product */
} winograd_pass;

typedef struct {
  float *zeros;  /* a pixel outside the image */
  float *window; /* columns of a tile row, transformed downwards; scratch of the result */
  float *pair;   /* of parts: two transformed tiles, [2][36][channels] */
  float *v, *m;  /* the 36 products' operands and results */
} winograd_space;

/* Rows of x or dy, read where they are or made in a ring. */
typedef struct {
  const cst_conv_source *from;
  float *ring;
  size_t slots, row, ring_row; /* rows in the ring; floats from a row to the next, there and here */
  size_t made;                 /* rows up to here are in the ring */
} row_reader;

winograd_pass cst_winograd_plan(const cst_conv *conv, size_t from, size_t to);
size_t cst_winograd_space_floats(const winograd_pass *p);
winograd_space cst_winograd_divide(const winograd_pass *p, float *work);

/* Rows that tiles of one block touch: of all its tile rows and one on either side. */
size_t cst_winograd_block_rows(const winograd_pass *p);
/* Floats from row to row of a ring. */
size_t cst_winograd_ring_row(const winograd_pass *p, size_t channels);
/* From the row above `first` on; a ring of `slots` rows. */
row_reader cst_winograd_read(const winograd_pass *p, const cst_conv_source *from, size_t channels,
                             size_t slots, float *ring, size_t first);

/* What becomes of tile t of a block, whose columns are transformed downwards: six of data, four of a
 * gradient. */
typedef void (*tile_sink)(const winograd_pass *p, const winograd_space *at, size_t t,
                          const float *const columns[]);

/* Tiles first .. first + n of x, and of dy. */
void cst_winograd_spread_data(const winograd_pass *p, const winograd_space *at, row_reader *x,
                              size_t first, size_t n, tile_sink sink);
void cst_winograd_spread_gradient(const winograd_pass *p, const winograd_space *at, row_reader *dy,
                                  size_t first, size_t n, tile_sink sink);
/* The 4x4 pixels of y of each tile, from m[36][n][K]. */
void cst_winograd_collect(const winograd_pass *p, const winograd_space *at,
                          const cst_conv_target *y, size_t first, size_t n);

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

#endif
