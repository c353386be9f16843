/*
 * Block outputs of the last forward, in PyTorch's axis order, for verification.
 */
#include "model_parts.h"

#include <string.h>

/* z of unit `i` as [C][H'][W'], one value at a time: no buffer is at hand, and it is rare. */
static size_t tap_unit(const cst_unit *u, const cst_unit_clip *clip, float *out)
{
  const size_t C = u->shape.C, H = u->shape.H / 2, W = u->shape.W / 2, row = u->shape.W * C;
  if (!out) return C * H * W;
  for (size_t c = 0; c < C; c++)
    for (size_t i = 0; i < H; i++)
      for (size_t j = 0; j < W; j++) {
        const float *corner = clip->y + 2 * i * row + 2 * j * C;
        const cst_rectify square = {.H = 2, .W = 2, .C = 1, .pooled = true};
        const float y[4] = {corner[c], corner[C + c], corner[row + c], corner[row + C + c]};
        cst_rectify_forward(&square, y, &clip->a[c], &clip->b[c], out++);
      }
  return C * H * W;
}

static size_t tap_copy(const float *from, size_t n, float *out)
{
  if (out) memcpy(out, from, n * sizeof *out);
  return n;
}

size_t cst_model_tap(const cst_model *self, const char *name, size_t i, float *out)
{
  const clip_state *clip = out ? &self->clips[i] : NULL;
  const size_t P = self->spec.pooled_frames, E = self->spec.channels2;

  CST_ASSERT(!out || i < self->max_clips);
  if (strcmp(name, "bn0") == 0)
    return tap_copy(clip ? clip->normalised : NULL, self->spec.frames * self->spec.bins, out);
  if (strcmp(name, "block1") == 0)
    return tap_unit(&self->unit[1], clip ? &clip->unit[1] : NULL, out);
  if (strcmp(name, "block2") == 0)
    return tap_unit(&self->unit[3], clip ? &clip->unit[3] : NULL, out);
  if (strcmp(name, "pooled") == 0) return tap_copy(clip ? clip->head.pooled : NULL, P * E, out);
  if (strcmp(name, "encoded") == 0) return tap_copy(clip ? clip->head.encoded : NULL, P * E, out);
  CST_ASSERT(strcmp(name, "maxed") == 0);
  return tap_copy(clip ? clip->head.maxed : NULL, E, out);
}
