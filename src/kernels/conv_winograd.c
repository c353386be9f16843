/*
 * Winograd F(4x4, 3x3): a block of tiles is transformed, multiplied 36 times and transformed back
 * before the next, so that it never leaves the caches.  Formulas in lanes_winograd.h.
 *
 *   block of n tiles of x   ->  v[36][n][C]                     (spread_data)
 *   m[36][n][K] = v u,          u[36] prepared weights in panels of K
 *   m  ->  4x4 pixels of y for each tile                         (collect)
 *
 * Backward data is the same with dy for x and rotated, transposed weights.  Backward weights keeps
 * 36 sums of C x K over all tiles of the clip, sums += v' (A dy A'), and transforms them once.
 *
 * Rows of x and dy that are made while reading (conv.h) go to a ring of as many rows as a tile row,
 * or a block, needs: they are transformed before they leave the caches.
 */
#include "conv_plan.h"
#include "isa.h"
#include "winograd_weights.h"

#include <string.h>

enum {
  TILE = 4,        /* rows and columns of the image that a tile writes */
  TILE_BLOCK = 48, /* whole row groups of 6 and of 12; 24 to 96 tiles differ little */
  SLOTS = 8,       /* columns kept transformed downwards: 6 of this tile, 2 of the next */
  TILE_ROWS = 6,   /* rows of the image that a tile reads */
  ONE_LINE = 16,   /* floats; keeps the 36 slabs off the same cache sets */
};

/* One direction: from C to K channels, or back. */
typedef struct {
  const kernel_isa *isa;
  size_t H, W, tiles_across, tiles;
  size_t from, to;             /* channels */
  size_t from_lanes, to_panel; /* the same, padded */
  size_t block;                /* tiles at a time */
  size_t v_slab, m_slab;
} pass;

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static pass plan(const cst_conv *s, size_t from, size_t to)
{
  pass p = {.isa = s->isa, .H = s->H, .W = s->W, .from = from, .to = to};
  p.tiles_across = (s->W + TILE - 1) / TILE;
  p.tiles = p.tiles_across * ((s->H + TILE - 1) / TILE);
  p.from_lanes = round_up(from, s->isa->lanes);
  p.to_panel = round_up(to, s->isa->panel);
  p.block = smaller(TILE_BLOCK, p.tiles);
  p.v_slab = round_up(p.block * p.from_lanes, ONE_LINE) + ONE_LINE;
  p.m_slab = round_up(p.block * p.to_panel, ONE_LINE) + ONE_LINE;
  return p;
}

/* ---- work space ---- */

typedef struct {
  float *zeros;  /* a pixel outside the image */
  float *window; /* columns of a tile row, transformed downwards; scratch of the result */
  float *v, *m;  /* the 36 products' operands and results */
} space;

static size_t window_floats(const pass *p)
{
  const size_t wide = round_up(p->from > p->to ? p->from : p->to, ONE_LINE);
  return SLOTS * 6 * wide; /* result_tile() wants 24 */
}

static size_t zero_floats(const pass *p)
{
  return round_up(p->from > p->to ? p->from : p->to, ONE_LINE);
}

static space divide(const pass *p, float *work)
{
  space at = {.zeros = work};
  at.window = at.zeros + zero_floats(p);
  at.v = at.window + window_floats(p);
  at.m = at.v + WINOGRAD_PRODUCTS * p->v_slab;
  memset(at.zeros, 0, zero_floats(p) * sizeof *at.zeros);
  return at;
}

static size_t space_floats(const pass *p)
{
  return zero_floats(p) + window_floats(p) + WINOGRAD_PRODUCTS * (p->v_slab + p->m_slab);
}

static size_t sums_floats(const pass *p) { return WINOGRAD_PRODUCTS * p->from * p->to_panel; }

/* ---- rows, read where they are or made in a ring ---- */

typedef struct {
  const cst_conv_source *from;
  float *ring;
  size_t slots, row, ring_row; /* rows in the ring; floats from a row to the next, there and here */
  size_t made;                 /* rows up to here are in the ring */
} reader;

/* Rows that tiles of one block touch: of all its tile rows and one on either side. */
static size_t block_rows(const pass *p)
{
  const size_t across = p->tiles_across, n = p->block;
  const size_t tile_rows = n % across == 0 ? n / across : (n + across - 2) / across + 1;
  return TILE * tile_rows + 2;
}

static size_t ring_row(const pass *p, size_t channels)
{
  return round_up(p->W * channels, ONE_LINE) + ONE_LINE;
}

/* From the row above `first` on. */
static reader read_rows(const pass *p, const cst_conv_source *from, size_t channels, size_t slots,
                        float *ring, size_t first)
{
  return (reader){from, ring, slots, p->W * channels, ring_row(p, channels), first - (first > 0)};
}

static void make_to(reader *r, size_t end)
{
  for (; !r->from->image && r->made < end; r->made++)
    r->from->make(r->from->context, r->made, r->ring + r->made % r->slots * r->ring_row);
}

static const float *row_at(const reader *r, size_t row)
{
  return r->from->image ? r->from->image + row * r->row : r->ring + row % r->slots * r->ring_row;
}

/* Work space of a pass: [ring of its input][space]; of both backward passes: [sums][ring of x][ring
 * of dy][the larger space]. */
static size_t forward_floats(const pass *there)
{
  return TILE_ROWS * ring_row(there, there->from) + space_floats(there);
}

static size_t backward_floats(const pass *there, const pass *back)
{
  const size_t a = space_floats(there), b = space_floats(back);
  return sums_floats(there) + TILE_ROWS * ring_row(there, there->from) +
         block_rows(there) * ring_row(there, there->to) + (a > b ? a : b);
}

static size_t work_floats(const cst_conv *s)
{
  const pass there = plan(s, s->C, s->K), back = plan(s, s->K, s->C);
  const size_t a = forward_floats(&there), b = backward_floats(&there, &back);
  return a > b ? a : b;
}

/* ---- transforms of a block of tiles ---- */

/* The rows that the tile row at `top` reads, from the one above it on; NULL outside the image. */
static void rows_of_tiles(const pass *p, reader *x, size_t top, const float *rows[TILE_ROWS])
{
  make_to(x, smaller(top + TILE_ROWS - 1, p->H));
  for (size_t i = 0; i < TILE_ROWS; i++) {
    const size_t row = top + i - 1; /* -1 wraps: outside */
    rows[i] = row < p->H ? row_at(x, row) : NULL;
  }
}

/* Bring pixel column j (counted from -1: j = 0 is padding) of a tile row into z. */
static void data_column(const pass *p, const space *at, const float *const rows[TILE_ROWS],
                        size_t j, float *z)
{
  const float *pixels[TILE_ROWS];

  if (j < 1 || j > p->W) {
    memset(z, 0, TILE_ROWS * p->from_lanes * sizeof *z);
    return;
  }
  for (size_t i = 0; i < TILE_ROWS; i++)
    pixels[i] = rows[i] ? rows[i] + (j - 1) * p->from : at->zeros;
  p->isa->data_column(pixels, p->from, z);
}

/* v[36][n][C] of tiles first .. first + n. */
static void spread_data(const pass *p, const space *at, reader *x, size_t first, size_t n)
{
  const float *rows[TILE_ROWS];

  for (size_t t = 0; t < n; t++) {
    const size_t down = (first + t) / p->tiles_across, across = (first + t) % p->tiles_across;
    const float *columns[6];
    const bool fresh = t == 0 || across == 0;

    if (fresh) rows_of_tiles(p, x, TILE * down, rows);
    /* the left two columns were the last two of the tile before */
    for (size_t q = 0; q < 6; q++) {
      float *z = at->window + (TILE * across + q) % SLOTS * 6 * p->from_lanes;
      if (fresh || q >= 2) data_column(p, at, rows, TILE * across + q, z);
      columns[q] = z;
    }
    p->isa->data_spread(columns, p->from, at->v + t * p->from_lanes, p->v_slab);
  }
}

/* The 4x4 pixels of y of each tile. */
static void collect(const pass *p, const space *at, const cst_conv_target *y, size_t first,
                    size_t n)
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

/* m[36] of A dy A', in panels [K / panel][n][panel]. */
static void spread_gradient(const pass *p, const space *at, reader *dy, size_t first, size_t n)
{
  const size_t wide = 6 * round_up(p->to, p->isa->lanes);

  for (size_t t = 0; t < n; t++) {
    const size_t i = TILE * ((first + t) / p->tiles_across);
    const size_t j = TILE * ((first + t) % p->tiles_across);
    const float *columns[4], *pixels[4], *rows[TILE_ROWS];

    rows_of_tiles(p, dy, i, rows);
    for (size_t q = 0; q < 4; q++) {
      columns[q] = at->window + q * wide;
      for (size_t r = 0; r < 4; r++)
        pixels[r] = rows[r + 1] && j + q < p->W ? rows[r + 1] + (j + q) * p->to : at->zeros;
      p->isa->gradient_column(pixels, p->to, at->window + q * wide);
    }
    p->isa->gradient_spread(columns, p->to, at->m + t * p->isa->panel, p->m_slab,
                            n * p->isa->panel);
  }
}

/* ---- a block of tiles: first .. first + n ---- */

static void correlate(const pass *p, const space *at, const float *u, reader *x,
                      const cst_conv_target *y, size_t first, size_t n)
{
  const size_t u_slab = p->from * p->to_panel, panel = p->isa->panel;

  spread_data(p, at, x, first, n);
  for (size_t e = 0; e < WINOGRAD_PRODUCTS; e++) {
    const strided v = {at->v + e * p->v_slab, p->from_lanes, 1};
    const panels b = {u + e * u_slab, panel, p->from * panel};
    const rows_of_panels m = {at->m + e * p->m_slab, p->to_panel, panel};
    p->isa->multiply(n, p->to_panel, p->from, v, b, false, m);
  }
  collect(p, at, y, first, n);
}

static void add_weights(const pass *p, const space *at, reader *x, reader *dy, float *sums,
                        bool begin, size_t first, size_t n)
{
  const size_t u_slab = p->from * p->to_panel, panel = p->isa->panel;

  spread_data(p, at, x, first, n);
  spread_gradient(p, at, dy, first, n);
  for (size_t e = 0; e < WINOGRAD_PRODUCTS; e++) {
    const strided v = {at->v + e * p->v_slab, 1, p->from_lanes}; /* transposed */
    const panels b = {at->m + e * p->m_slab, panel, n * panel};
    const rows_of_panels sum = {sums + e * u_slab, panel, p->from * panel};
    p->isa->multiply(p->from, p->to_panel, n, v, b, !begin, sum);
  }
}

/* ---- the passes ---- */

static size_t prepared_there(const pass *p)
{
  return round_up(WINOGRAD_PRODUCTS * p->from * p->to_panel, ONE_LINE);
}

static size_t common_divisor(size_t a, size_t b) { return b == 0 ? a : common_divisor(b, a % b); }

/* Rows of whole blocks. */
static size_t strip_step(const cst_conv *s)
{
  const pass p = plan(s, s->C, s->K);
  return TILE * p.block / common_divisor(p.block, p.tiles_across);
}

/* Tiles of the strip, whose rows are whole tiles. */
static size_t first_tile(const pass *p, cst_conv_strip strip)
{
  return strip.first / TILE * p->tiles_across;
}

static size_t end_tile(const pass *p, cst_conv_strip strip)
{
  return (strip.end + TILE - 1) / TILE * p->tiles_across;
}

static void forward(const cst_conv *s, const float *prepared, cst_conv_strip strip,
                    const cst_conv_source *x, const cst_conv_target *y, float *work)
{
  const pass p = plan(s, s->C, s->K);
  reader rows = read_rows(&p, x, s->C, TILE_ROWS, work, strip.first);
  const space at = divide(&p, work + TILE_ROWS * rows.ring_row);
  const size_t end = end_tile(&p, strip);

  for (size_t first = first_tile(&p, strip); first < end; first += p.block)
    correlate(&p, &at, prepared, &rows, y, first, smaller(p.block, end - first));
}

/* Block by block the sums of the weights, then dx, from the same rows of dy. */
static void backward(const cst_conv *s, const float *prepared, cst_conv_strip strip,
                     const cst_conv_source *x, const cst_conv_source *dy, float *dw,
                     const cst_conv_target *dx, float *work)
{
  const pass there = plan(s, s->C, s->K), back = plan(s, s->K, s->C);
  float *sums = work, *x_ring = sums + sums_floats(&there);
  float *dy_ring = x_ring + TILE_ROWS * ring_row(&there, s->C);
  float *rest = dy_ring + block_rows(&there) * ring_row(&there, s->K);
  reader x_rows = read_rows(&there, x, s->C, TILE_ROWS, x_ring, strip.first);
  reader dy_rows = read_rows(&there, dy, s->K, block_rows(&there), dy_ring, strip.first);
  const space at = divide(&there, rest), back_at = divide(&back, rest);
  const size_t begin = first_tile(&there, strip), end = end_tile(&there, strip);

  for (size_t first = begin; first < end; first += there.block) {
    const size_t n = smaller(there.block, end - first);
    if (dw) add_weights(&there, &at, &x_rows, &dy_rows, sums, first == begin, first, n);
    if (dx) correlate(&back, &back_at, prepared + prepared_there(&there), &dy_rows, dx, first, n);
  }
  if (dw) there.isa->weight_gradient(sums, s->C, s->K, dw);
}

/* ---- weights ---- */

static void prepare(const cst_conv *s, const float *w, float *prepared)
{
  const pass there = plan(s, s->C, s->K);
  cst_winograd_weights(s->isa, s->C, s->K, w, 9, 9 * s->C, false, prepared);
  cst_winograd_weights(s->isa, s->K, s->C, w, 9 * s->C, 9, true, prepared + prepared_there(&there));
}

static size_t prepared_floats(const cst_conv *s)
{
  const pass there = plan(s, s->C, s->K), back = plan(s, s->K, s->C);
  return prepared_there(&there) + prepared_there(&back);
}

const conv_method cst_conv_winograd = {
    .name = "winograd",
    .prepared_floats = prepared_floats,
    .work_floats = work_floats,
    .prepare = prepare,
    .strip_step = strip_step,
    .forward_rows = forward,
    .backward_rows = backward,
};
