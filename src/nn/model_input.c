/* What a block reads, and the stem before the first.  Contracts in model_parts.h. */
#include "model_parts.h"

#include <string.h>

const float *cst_model_block_input(const cst_model *self, const clip_state *clip, size_t block)
{
  if (block == 0) return clip->normalised;
  return self->spec.residual ? clip->z[block - 1] : NULL;
}

static bool has_stem(const cst_model *self)
{
  return self->spec.stem.frames > 1 || self->spec.stem.bins > 1;
}

/* Where pixel q of the patch row at (i, j) is, r frames down: offset in [T][M]. */
static size_t patch_row(const cst_model_spec *s, size_t i, size_t j, size_t r)
{
  return (i * s->stem.frames + r) * s->bins + j * s->stem.bins;
}

void cst_model_stem(const cst_model *self, const cst_batchnorm *bn, const float *params,
                    const float *features, float *room, float *x)
{
  const cst_model_spec *s = &self->spec;
  const cst_rectify *first = &self->unit[0].shape;
  float *normalised = has_stem(self) ? room : x;

  cst_batchnorm_apply(s->frames, s->bins, bn, params + self->input_weight,
                      params + self->input_bias, features, normalised);
  if (!has_stem(self)) return;
  for (size_t i = 0; i < first->H; i++)
    for (size_t j = 0; j < first->W; j++)
      for (size_t r = 0; r < s->stem.frames; r++, x += s->stem.bins)
        memcpy(x, normalised + patch_row(s, i, j, r), s->stem.bins * sizeof *x);
}

/* Pixels that no patch has gave nothing. */
const float *cst_model_stem_back(const cst_model *self, const float *dx, float *room)
{
  const cst_model_spec *s = &self->spec;
  const cst_rectify *first = &self->unit[0].shape;

  if (!has_stem(self)) return dx;
  memset(room, 0, s->frames * s->bins * sizeof *room);
  for (size_t i = 0; i < first->H; i++)
    for (size_t j = 0; j < first->W; j++)
      for (size_t r = 0; r < s->stem.frames; r++, dx += s->stem.bins)
        memcpy(room + patch_row(s, i, j, r), dx, s->stem.bins * sizeof *dx);
  return room;
}
