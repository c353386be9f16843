/*
 * A unit's passes as sources and targets of the convolutions around them: a row is worked on while
 * the caches hold it, and neither z nor dy is ever stored.  Contracts in unit.h.
 */
#include "unit.h"

#include <string.h>

static void make_output(const void *context, size_t row, float *to)
{
  const cst_unit_reading *self = context;
  const cst_unit_clip *clip = self->clip;
  cst_rectify_row(&self->unit->shape, clip->y, clip->a, clip->b, row, to);
}

cst_conv_source cst_unit_read_output(const cst_unit_reading *self)
{
  return (cst_conv_source){.make = make_output, .context = self};
}

static void add_output(void *context, size_t row, const float *values)
{
  const cst_unit_summing *self = context;
  (void)row;
  cst_batchnorm_add(self->unit->shape.W, self->unit->shape.C, values, self->sums);
}

cst_conv_target cst_unit_sum_output(cst_unit_summing *self, float *y)
{
  memset(self->sums, 0, 2 * self->unit->shape.C * sizeof *self->sums);
  return (cst_conv_target){.image = y, .seen = add_output, .context = self};
}

static void make_gradient(const void *context, size_t row, float *to)
{
  const cst_unit_unwinding *self = context;
  const cst_unit_clip *clip = self->clip;
  const cst_rectify *shape = &self->unit->shape;
  const float *p = self->lines, *q = p + shape->C, *r = q + shape->C;
  if (self->unit->joins)
    cst_rectify_parted_row(shape, clip->y, clip->v, p, q, r, row, to);
  else
    cst_rectify_backward_row(shape, clip->y, clip->a, clip->b, self->dz, p, q, r, row, to);
}

cst_conv_source cst_unit_read_gradient(const cst_unit_unwinding *self)
{
  return (cst_conv_source){.make = make_gradient, .context = self};
}

static void add_gradient(void *context, size_t row, const float *values)
{
  const cst_unit_gathering *self = context;
  const cst_unit_clip *clip = self->clip;
  const cst_rectify *shape = &self->unit->shape;
  if (self->unit->joins)
    cst_rectify_part_row(shape, clip->y, row, values, clip->v, self->sums);
  else
    cst_rectify_add_row(shape, clip->y, clip->a, clip->b, row, values, self->sums);
}

cst_conv_target cst_unit_sum_gradient(cst_unit_gathering *self, float *dz)
{
  memset(self->sums, 0, 2 * self->unit->shape.C * sizeof *self->sums);
  return (cst_conv_target){.image = dz, .seen = add_gradient, .context = self};
}

/* dv has its share of the mean already. */
void cst_unit_finish_sums(const cst_unit *self, double *sums)
{
  if (!self->joins) cst_rectify_finish_sums(&self->shape, sums);
}
