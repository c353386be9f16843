/*
 * The registers of AMX, all eight as 16 rows of 64 bytes.  Private to the kernels.
 */
#ifndef CST_TILES_H
#define CST_TILES_H

#include <stdbool.h>
#include <stdint.h>

enum { TILE_EDGE = 16, TILE_BYTES = 64 }; /* rows, and bytes in one */

/* What LDTILECFG reads. */
typedef struct {
  uint8_t palette, start_row, reserved[14];
  uint16_t bytes[16];
  uint8_t rows[16];
} tile_shapes;

/* In memory as a whole: some compilers' intrinsics admit to reading its beginning only. */
static const tile_shapes whole_tiles = {.palette = 1,
                                        .bytes = {TILE_BYTES, TILE_BYTES, TILE_BYTES, TILE_BYTES,
                                                  TILE_BYTES, TILE_BYTES, TILE_BYTES, TILE_BYTES},
                                        .rows = {TILE_EDGE, TILE_EDGE, TILE_EDGE, TILE_EDGE,
                                                 TILE_EDGE, TILE_EDGE, TILE_EDGE, TILE_EDGE}};

/* Whether there are such, and Linux lets this process use them: it must ask, for their state is large. */
bool cst_tiles_allowed(void);

#endif
