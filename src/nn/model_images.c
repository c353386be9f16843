/*
 * Where a clip's images are.  They live from the pass that writes them to the last one that reads
 * them; what lives one after another shares memory.
 */
#include "model_parts.h"

/* Passes in their order: units forward (with what closes their block), the head and back, units
 * backward, the input. */
static size_t forward_pass(size_t unit) { return unit; }
static size_t head_pass(const cst_model *self) { return self->units; }
static size_t head_back_pass(const cst_model *self) { return self->units + 1; }
static size_t backward_pass(const cst_model *self, size_t unit)
{
  return 2 * self->units + 1 - unit;
}
static size_t input_back_pass(const cst_model *self) { return 2 * self->units + 2; }

typedef struct {
  float **place; /* in a clip's state */
  cst_lifetime life;
} image;

static size_t output_floats(const cst_unit *u) { return cst_unit_pixels(u) * u->shape.C; }

static image input_image(const cst_model *self, clip_state *clip)
{
  return (image){&clip->normalised,
                 {cst_unit_input_floats(&self->unit[0]), 0, backward_pass(self, 0), 0}};
}

/* y: the next unit's backward pass reads it, and the unit's own. */
static image y_image(const cst_model *self, size_t k, clip_state *clip)
{
  return (image){&clip->unit[k].y,
                 {output_floats(&self->unit[k]), forward_pass(k), backward_pass(self, k), 0}};
}

/* v, later dv: the shortcut hands it on in the backward pass of its block's first unit. */
static image v_image(const cst_model *self, size_t block, clip_state *clip)
{
  const size_t k = 2 * block + 1;
  return (image){&clip->unit[k].v,
                 {output_floats(&self->unit[k]), forward_pass(k), backward_pass(self, k - 1), 0}};
}

/* z of a residual block: the next one's input, or the head's. */
static image z_image(const cst_model *self, size_t block, clip_state *clip)
{
  const size_t k = 2 * block + 1;
  const bool last = k + 1 == self->units;
  return (image){&clip->z[block],
                 {cst_unit_output_floats(&self->unit[k]), forward_pass(k),
                  last ? head_pass(self) : backward_pass(self, k + 1), 0}};
}

/* dx: of the head, for unit == units.  A unit that joins is done with it where it is made. */
static image dx_image(const cst_model *self, size_t k, clip_state *clip)
{
  const bool head = k == self->units;
  const size_t floats =
      head ? cst_unit_output_floats(&self->unit[k - 1]) : cst_unit_input_floats(&self->unit[k]);
  const size_t born = head ? head_back_pass(self) : backward_pass(self, k);
  size_t dies = k == 0 ? input_back_pass(self) : backward_pass(self, k - 1);
  if (k > 0 && self->unit[k - 1].joins) dies = born;
  return (image){&clip->dx[k], {floats, born, dies, 0}};
}

static size_t list_images(const cst_model *self, clip_state *clip, image list[MAX_IMAGES])
{
  size_t n = 0;
  list[n++] = input_image(self, clip);
  for (size_t k = 0; k < self->units; k++) list[n++] = y_image(self, k, clip);
  for (size_t b = 0; self->spec.residual && b < self->spec.blocks; b++) {
    list[n++] = v_image(self, b, clip);
    list[n++] = z_image(self, b, clip);
  }
  for (size_t k = 0; k <= self->units; k++) list[n++] = dx_image(self, k, clip);
  return n;
}

size_t cst_model_plan_images(cst_model *self)
{
  clip_state clip;
  image list[MAX_IMAGES];

  self->images = list_images(self, &clip, list);
  for (size_t i = 0; i < self->images; i++) self->image[i] = list[i].life;
  return cst_lifetimes_place(self->images, self->image);
}

void cst_model_place_images(const cst_model *self, float *base, clip_state *clip)
{
  image list[MAX_IMAGES];
  const size_t n = list_images(self, clip, list);
  for (size_t i = 0; i < n; i++) *list[i].place = base + self->image[i].offset;
}
