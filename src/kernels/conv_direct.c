/*
 * One input channel: nine taps and no sum over channels, so nothing for Winograd to save.  Products
 * with an inner or outer size of nine, by the register-blocked kernels:
 *
 *   forward           y[n][K]   = col(x)' w[9][K]       col(x)[9][n], a row per tap
 *   backward data     z[n][9]   = dy[n][K] w'[K][9]     dx: nine shifted sums of z
 *   backward weights  dw[9][K] += col(x) dy[n][K]
 *
 * over blocks of image rows. x and dx have a border of zeros in the work space, which makes every
 * tap's row of columns a plain copy.
 */
#include "conv_plan.h"

#include <string.h>

enum {
  TAPS = 9,
  BLOCK_PIXELS = 192 /* dy of a block, 64 channels: 48 KiB, in the second-level cache */
};

static size_t block_rows(const cst_conv *s)
{
  const size_t n = BLOCK_PIXELS / s->W;
  return n < 1 ? 1 : n < s->H ? n : s->H;
}

static size_t block_pixels(const cst_conv *s) { return block_rows(s) * s->W; }
static size_t bordered_row(const cst_conv *s) { return s->W + 2; }
static size_t padded_channels(const cst_conv *s) { return round_up(s->K, s->isa->panel); }
static size_t padded_taps(const cst_conv *s) { return round_up(TAPS, s->isa->panel); }

/* w in panels [K padded / panel][9][panel]; w' in panels [9 padded / panel][K][panel]. */
static size_t there_floats(const cst_conv *s) { return round_up(TAPS * padded_channels(s), 16); }
static size_t back_floats(const cst_conv *s) { return s->K * padded_taps(s); }
static size_t prepared_floats(const cst_conv *s) { return there_floats(s) + back_floats(s); }

static void prepare(const cst_conv *s, const float *w, float *prepared)
{
  const size_t panel = s->isa->panel;
  float *back = prepared + there_floats(s);

  memset(prepared, 0, prepared_floats(s) * sizeof *prepared);
  for (size_t k = 0; k < s->K; k++)
    for (size_t tap = 0; tap < TAPS; tap++) {
      const float value = *w++;
      prepared[(k / panel * TAPS + tap) * panel + k % panel] = value;
      back[(tap / panel * s->K + k) * panel + tap % panel] = value;
    }
}

/* ---- work space: bordered images of x and dx, columns, pixels with padded channels or taps, rows
 * of dy, sums ---- */

typedef struct {
  float *x, *dx, *columns, *pixels, *dy, *sums;
} space;

static size_t image_floats(const cst_conv *s) { return round_up((s->H + 2) * bordered_row(s), 16); }

static size_t column_floats(const cst_conv *s) { return round_up(TAPS * block_pixels(s), 16); }

static size_t pixel_floats(const cst_conv *s)
{
  const size_t a = padded_channels(s), b = padded_taps(s);
  return block_pixels(s) * (a > b ? a : b);
}

static size_t dy_floats(const cst_conv *s) { return round_up(block_pixels(s) * s->K, 16); }

static size_t work_floats(const cst_conv *s)
{
  return 2 * image_floats(s) + column_floats(s) + pixel_floats(s) + dy_floats(s) +
         TAPS * padded_channels(s);
}

static space divide(const cst_conv *s, float *work)
{
  space at = {.x = work};
  at.dx = at.x + image_floats(s);
  at.columns = at.dx + image_floats(s);
  at.pixels = at.columns + column_floats(s);
  at.dy = at.pixels + pixel_floats(s);
  at.sums = at.dy + dy_floats(s);
  return at;
}

/* The strip's rows of a bordered image, and one on either side. */
static void clear_image(const cst_conv *s, cst_conv_strip strip, float *image)
{
  const size_t rows = strip.end - strip.first + 2;
  memset(image + strip.first * bordered_row(s), 0, rows * bordered_row(s) * sizeof *image);
}

/* The strip with the row above it and the row below it, where there are such. */
static cst_conv_strip with_neighbours(const cst_conv *s, cst_conv_strip strip)
{
  return (cst_conv_strip){strip.first - (strip.first > 0), strip.end + (strip.end < s->H)};
}

/* What the strip reads of x. */
static void read_image(const cst_conv *s, const space *at, cst_conv_strip strip,
                       const cst_conv_source *x)
{
  const cst_conv_strip wide = with_neighbours(s, strip);
  clear_image(s, strip, at->x);
  for (size_t i = wide.first; i < wide.end; i++) {
    float *to = at->x + (i + 1) * bordered_row(s) + 1;
    if (x->image)
      memcpy(to, x->image + i * s->W, s->W * sizeof *to);
    else
      x->make(x->context, i, to);
  }
}

static const float *dy_rows(const cst_conv *s, const space *at, const cst_conv_source *dy,
                            size_t first, size_t rows)
{
  const size_t row = s->W * s->K;
  if (dy->image) return dy->image + first * row;
  for (size_t i = 0; i < rows; i++) dy->make(dy->context, first + i, at->dy + i * row);
  return at->dy;
}

/* columns[9][rows * W] of the image rows from `first`. */
static void gather(const cst_conv *s, const space *at, size_t first, size_t rows)
{
  float *to = at->columns;
  for (size_t p = 0; p < 3; p++)
    for (size_t q = 0; q < 3; q++)
      for (size_t i = 0; i < rows; i++, to += s->W)
        memcpy(to, at->x + (first + i + p) * bordered_row(s) + q, s->W * sizeof *to);
}

/* n pixels of `from` floats to pixels of `to` floats; what is new is zero. */
static void repack(const float *x, size_t n, size_t from, float *y, size_t to)
{
  const size_t both = from < to ? from : to;
  for (size_t i = 0; i < n; i++, x += from, y += to) {
    memcpy(y, x, both * sizeof *y);
    memset(y + both, 0, (to - both) * sizeof *y);
  }
}

/* ---- the passes ---- */

/* Rows of the block at `i`. */
static size_t rows_at(const cst_conv *s, cst_conv_strip strip, size_t i)
{
  const size_t left = strip.end - i, step = block_rows(s);
  return left < step ? left : step;
}

static void forward(const cst_conv *s, const float *prepared, cst_conv_strip strip,
                    const cst_conv_source *x, const cst_conv_target *y, float *work)
{
  const space at = divide(s, work);
  const size_t panel = s->isa->panel, wide = padded_channels(s);

  read_image(s, &at, strip, x);
  for (size_t i = strip.first, rows; i < strip.end; i += rows) {
    rows = rows_at(s, strip, i);
    const size_t n = rows * s->W;
    float *to = y->image + i * s->W * s->K;
    gather(s, &at, i, rows);
    s->isa->multiply(n, wide, TAPS, (strided){at.columns, 1, n},
                     (panels){prepared, panel, TAPS * panel}, false,
                     (rows_of_panels){wide == s->K ? to : at.pixels, wide, panel});
    if (wide != s->K) repack(at.pixels, n, wide, to, s->K);
    tell(y, i, i + rows, s->W * s->K);
  }
}

/* Add every pixel's nine products to the pixels that its taps came from. */
static void scatter(const cst_conv *s, const space *at, size_t first, size_t rows)
{
  const size_t taps = padded_taps(s);
  const float *z = at->pixels;

  for (size_t i = first; i < first + rows; i++)
    for (size_t j = 0; j < s->W; j++, z += taps)
      for (size_t p = 0; p < 3; p++) {
        float *to = at->dx + (i + p) * bordered_row(s) + j;
        for (size_t q = 0; q < 3; q++) to[q] += z[p * 3 + q];
      }
}

/* sums[9][K padded] of the pixels of rows first .. first + rows. */
static void add_weights(const cst_conv *s, const space *at, const float *dy, bool begin,
                        size_t first, size_t rows)
{
  const size_t panel = s->isa->panel, wide = padded_channels(s), n = rows * s->W;

  gather(s, at, first, rows);
  if (wide != s->K) repack(dy, n, s->K, at->pixels, wide);
  s->isa->multiply(TAPS, wide, n, (strided){at->columns, n, 1},
                   (panels){wide == s->K ? dy : at->pixels, wide, panel}, !begin,
                   (rows_of_panels){at->sums, wide, panel});
}

static void add_data(const cst_conv *s, const space *at, const float *prepared, const float *dy,
                     size_t first, size_t rows)
{
  const size_t panel = s->isa->panel, taps = padded_taps(s);
  const panels w = {prepared + there_floats(s), panel, s->K * panel};

  s->isa->multiply(rows * s->W, taps, s->K, (strided){dy, s->K, 1}, w, false,
                   (rows_of_panels){at->pixels, taps, panel});
  scatter(s, at, first, rows);
}

/* A row of dy beside the strip gives to dx only. */
static void add_neighbour(const cst_conv *s, const space *at, const float *prepared,
                          const cst_conv_source *dy, size_t row)
{
  add_data(s, at, prepared, dy_rows(s, at, dy, row, 1), row, 1);
}

static void backward(const cst_conv *s, const float *prepared, cst_conv_strip strip,
                     const cst_conv_source *x, const cst_conv_source *dy, float *dw,
                     const cst_conv_target *dx, float *work)
{
  const space at = divide(s, work);
  const size_t wide = padded_channels(s);

  if (dw) read_image(s, &at, strip, x);
  if (dx) clear_image(s, with_neighbours(s, strip), at.dx);
  if (dx && strip.first > 0) add_neighbour(s, &at, prepared, dy, strip.first - 1);
  for (size_t i = strip.first, rows; i < strip.end; i += rows) {
    rows = rows_at(s, strip, i);
    const float *from = dy_rows(s, &at, dy, i, rows);
    if (dw) add_weights(s, &at, from, i == strip.first, i, rows);
    if (dx) add_data(s, &at, prepared, from, i, rows);
  }
  if (dx && strip.end < s->H) add_neighbour(s, &at, prepared, dy, strip.end);
  for (size_t k = 0; dw && k < s->K; k++)
    for (size_t tap = 0; tap < TAPS; tap++) dw[k * TAPS + tap] = at.sums[tap * wide + k];
  for (size_t i = strip.first; dx && i < strip.end; i++) {
    memcpy(dx->image + i * s->W, at.dx + (i + 1) * bordered_row(s) + 1, s->W * sizeof *work);
    tell(dx, i, i + 1, s->W);
  }
}

const conv_method cst_conv_direct = {
    .name = "direct",
    .prepared_floats = prepared_floats,
    .work_floats = work_floats,
    .prepare = prepare,
    .strip_step = block_rows,
    .forward_rows = forward,
    .backward_rows = backward,
};
