/*
 * Outputs of the last forward's parts, in PyTorch's axis order, for verification.
 */
#include "model_parts.h"

#include <stdio.h>
#include <string.h>

/* [H][W][C] as [C][H][W]. */
static size_t tap_image(const float *image, size_t pixels, size_t C, float *out)
{
  for (size_t c = 0; out && c < C; c++)
    for (size_t i = 0; i < pixels; i++) *out++ = image[i * C + c];
  return pixels * C;
}

/* z of a unit that does not join as [C][H'][W'], one value at a time: no buffer is at hand, and it is
 * rare. */
static size_t tap_unit(const cst_unit *u, const cst_unit_clip *clip, float *out)
{
  const cst_rectify *s = &u->shape;
  const size_t rows = cst_rectify_rows(s), columns = s->W / s->across;
  const cst_rectify one = {s->down, s->across, 1, s->down, s->across};
  float y[CST_MAX_POOL * CST_MAX_POOL];

  for (size_t c = 0; out && c < s->C; c++)
    for (size_t i = 0; i < rows; i++)
      for (size_t j = 0; j < columns; j++) {
        for (size_t q = 0; q < s->down * s->across; q++) {
          const size_t row = i * s->down + q / s->across, column = j * s->across + q % s->across;
          y[q] = clip->y[(row * s->W + column) * s->C + c];
        }
        cst_rectify_forward(&one, y, &clip->a[c], &clip->b[c], out++);
      }
  return rows * columns * s->C;
}

static size_t tap_block(const cst_model *self, size_t block, const clip_state *clip, float *out)
{
  const cst_unit *u = &self->unit[2 * block + 1];
  if (!u->joins) return tap_unit(u, clip ? &clip->unit[2 * block + 1] : NULL, out);
  return tap_image(clip ? clip->z[block] : NULL, cst_unit_output_floats(u) / u->shape.C, u->shape.C,
                   out);
}

static size_t tap_copy(const float *from, size_t n, float *out)
{
  if (out) memcpy(out, from, n * sizeof *out);
  return n;
}

const char *cst_model_tap_name(const cst_model *self, size_t k)
{
  static const char *const blocks[CST_MAX_BLOCKS] = {"block1", "block2", "block3", "block4",
                                                     "block5", "block6", "block7", "block8"};
  static const char *const last[] = {"pooled", "encoded", "maxed"};
  const size_t n = self->spec.blocks;
  if (k == 0) return self->unit[0].from > 1 ? "stem" : "bn0";
  if (k <= n) return blocks[k - 1];
  return k - n <= 3 ? last[k - n - 1] : NULL;
}

size_t cst_model_tap(const cst_model *self, size_t k, size_t i, float *out)
{
  const clip_state *clip = out ? &self->clips[i] : NULL;
  const size_t blocks = self->spec.blocks, P = self->head.pool.P, E = self->head.pool.C;
  const cst_unit *first = &self->unit[0];

  CST_ASSERT(k <= blocks + 3 && (!out || i < self->max_clips));
  if (k == 0)
    return tap_image(clip ? clip->normalised : NULL, cst_unit_pixels(first), first->from, out);
  if (k <= blocks) return tap_block(self, k - 1, clip, out);
  if (k == blocks + 3) return tap_copy(clip ? clip->head.maxed : NULL, E, out);
  const size_t frames = k == blocks + 1 ? 0 : self->head.layers;
  return tap_copy(clip ? clip->head.frames[frames] : NULL, P * E, out);
}
