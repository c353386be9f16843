/* Contract in winograd_tiles.h. */
#include "winograd_tiles.h"

#include <string.h>

enum {
  TILE_BLOCK = 48, /* whole row groups of 6 and of 12; 24 to 96 tiles differ little */
  SLOTS = 8,       /* columns kept transformed downwards: 6 of this tile, 2 of the next */
};

/* Tiles at a time.  Faster products wait for weights and sums, which each block reads anew: where there
 * are many, more tiles share them, else v and m better stay in the second cache. */
static size_t block_of(const winograd_pass *p)
{
  enum { FEW_WEIGHTS = 64 * 128 };
  if (!p->parts) return TILE_BLOCK;
  return p->from * p->to <= FEW_WEIGHTS ? BLOCK_DEPTH : 2 * BLOCK_DEPTH;
}

winograd_pass cst_winograd_plan(const cst_conv *conv, size_t from, size_t to)
{
  winograd_pass p = {
      .isa = conv->isa, .parts = cst_conv_in_parts(conv), .H = conv->H, .W = conv->W};
  p.from = from;
  p.to = to;
  p.tiles_across = (p.W + TILE - 1) / TILE;
  p.tiles = p.tiles_across * ((p.H + TILE - 1) / TILE);
  p.from_lanes = round_up(from, p.isa->lanes);
  p.to_panel = round_up(to, p.isa->panel);
  p.block = smaller(block_of(&p), p.tiles);
  const size_t tiles = p.parts ? round_up(p.block, BLOCK_DEPTH) : p.block;
  /* a line more keeps the 36 slabs off the same cache sets */
  p.v_slab = round_up(tiles * p.from_lanes, FLOATS_IN_A_LINE) + FLOATS_IN_A_LINE;
  p.m_slab = round_up(tiles * p.to_panel, FLOATS_IN_A_LINE) + FLOATS_IN_A_LINE;
  return p;
}

/* ---- work space ---- */

static size_t widest(const winograd_pass *p)
{
  return round_up(p->from > p->to ? p->from : p->to, FLOATS_IN_A_LINE);
}

/* result_tile() wants 24 pixels of scratch. */
static size_t window_floats(const winograd_pass *p) { return SLOTS * TILE_READS * widest(p); }

static size_t pair_floats(const winograd_pass *p)
{
  return p->parts ? 2 * WINOGRAD_PRODUCTS * widest(p) : 0;
}

winograd_space cst_winograd_divide(const winograd_pass *p, float *work)
{
  winograd_space at = {.zeros = work};
  at.window = at.zeros + widest(p);
  at.pair = at.window + window_floats(p);
  at.v = at.pair + pair_floats(p);
  at.m = at.v + WINOGRAD_PRODUCTS * p->v_slab;
  memset(at.zeros, 0, widest(p) * sizeof *at.zeros);
  return at;
}

size_t cst_winograd_space_floats(const winograd_pass *p)
{
  return widest(p) + window_floats(p) + pair_floats(p) +
         WINOGRAD_PRODUCTS * (p->v_slab + p->m_slab);
}

/* ---- rows ---- */

size_t cst_winograd_block_rows(const winograd_pass *p)
{
  const size_t across = p->tiles_across, n = p->block;
  const size_t tile_rows = n % across == 0 ? n / across : (n + across - 2) / across + 1;
  return TILE * tile_rows + 2;
}

size_t cst_winograd_ring_row(const winograd_pass *p, size_t channels)
{
  return round_up(p->W * channels, FLOATS_IN_A_LINE) + FLOATS_IN_A_LINE;
}

row_reader cst_winograd_read(const winograd_pass *p, const cst_conv_source *from, size_t channels,
                             size_t slots, float *ring, size_t first)
{
  return (row_reader){.from = from,
                      .ring = ring,
                      .slots = slots,
                      .row = p->W * channels,
                      .ring_row = cst_winograd_ring_row(p, channels),
                      .made = first - (first > 0)};
}

static void make_to(row_reader *r, size_t end)
{
  for (; !r->from->image && r->made < end; r->made++)
    r->from->make(r->from->context, r->made, r->ring + r->made % r->slots * r->ring_row);
}

static const float *row_at(const row_reader *r, size_t row)
{
  return r->from->image ? r->from->image + row * r->row : r->ring + row % r->slots * r->ring_row;
}

/* The rows that the tile row at `top` reads, from the one above it on; NULL outside the image. */
static void rows_of_tiles(const winograd_pass *p, row_reader *x, size_t top,
                          const float *rows[TILE_READS])
{
  make_to(x, smaller(top + TILE_READS - 1, p->H));
  for (size_t i = 0; i < TILE_READS; i++) {
    const size_t row = top + i - 1; /* -1 wraps: outside */
    rows[i] = row < p->H ? row_at(x, row) : NULL;
  }
}

/* ---- transforms ---- */

/* Bring pixel column j (counted from -1: j = 0 is padding) of a tile row into z. */
static void data_column(const winograd_pass *p, const winograd_space *at,
                        const float *const rows[TILE_READS], size_t j, float *z)
{
  const float *pixels[TILE_READS];

  if (j < 1 || j > p->W) {
    memset(z, 0, TILE_READS * p->from_lanes * sizeof *z);
    return;
  }
  for (size_t i = 0; i < TILE_READS; i++)
    pixels[i] = rows[i] ? rows[i] + (j - 1) * p->from : at->zeros;
  p->isa->data_column(pixels, p->from, z);
}

void cst_winograd_spread_data(const winograd_pass *p, const winograd_space *at, row_reader *x,
                              size_t first, size_t n, tile_sink sink)
{
  const float *rows[TILE_READS];

  for (size_t t = 0; t < n; t++) {
    const size_t down = (first + t) / p->tiles_across, across = (first + t) % p->tiles_across;
    const float *columns[TILE_READS];
    const bool fresh = t == 0 || across == 0;

    if (fresh) rows_of_tiles(p, x, TILE * down, rows);
    /* the left two columns were the last two of the tile before */
    for (size_t q = 0; q < TILE_READS; q++) {
      float *z = at->window + (TILE * across + q) % SLOTS * TILE_READS * p->from_lanes;
      if (fresh || q >= 2) data_column(p, at, rows, TILE * across + q, z);
      columns[q] = z;
    }
    sink(p, at, t, columns);
  }
}

void cst_winograd_spread_gradient(const winograd_pass *p, const winograd_space *at, row_reader *dy,
                                  size_t first, size_t n, tile_sink sink)
{
  const size_t wide = TILE_READS * round_up(p->to, p->isa->lanes);

  for (size_t t = 0; t < n; t++) {
    const size_t i = TILE * ((first + t) / p->tiles_across);
    const size_t j = TILE * ((first + t) % p->tiles_across);
    const float *columns[TILE], *pixels[TILE], *rows[TILE_READS];

    rows_of_tiles(p, dy, i, rows);
    for (size_t q = 0; q < TILE; q++) {
      columns[q] = at->window + q * wide;
      for (size_t r = 0; r < TILE; r++)
        pixels[r] = rows[r + 1] && j + q < p->W ? rows[r + 1] + (j + q) * p->to : at->zeros;
      p->isa->gradient_column(pixels, p->to, at->window + q * wide);
    }
    sink(p, at, t, columns);
  }
}

void cst_winograd_collect(const winograd_pass *p, const winograd_space *at,
                          const cst_conv_target *y, size_t first, size_t n)
{
  const size_t row = p->W * p->to;

  for (size_t t = 0; t < n; t++) {
    const size_t i = TILE * ((first + t) / p->tiles_across);
    const size_t j = TILE * ((first + t) % p->tiles_across);
    const size_t high = smaller(TILE, p->H - i);
    p->isa->result_tile(at->m + t * p->to_panel, p->m_slab, p->to, at->window,
                        y->image + i * row + j * p->to, row, high, smaller(TILE, p->W - j));
    if (j + TILE >= p->W) tell(y, i, i + high, row);
  }
}
