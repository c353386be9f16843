/*
 * A plan is a shape and the method that serves it.
 */
#include "cassette/conv.h"
#include "cassette/memory.h"
#include "conv_plan.h"

const char *const cst_conv_method_names[] = {"auto", "plain", "im2col", "winograd", NULL};
const char *const cst_products_names[] = {"fp32", "bf16x3", NULL};

/* The fastest method for a shape. */
static const conv_method *fastest(const cst_conv *self)
{
  if (self->C == 1) return &cst_conv_direct;
  return self->C >= 8 && self->K >= 8 ? &cst_conv_winograd : &cst_conv_im2col;
}

static const conv_method *choose(const cst_conv *self, cst_conv_method method)
{
  switch (method) {
  case CST_CONV_BY_LOOPS:
    return &cst_conv_loops;
  case CST_CONV_BY_IM2COL:
    return &cst_conv_im2col;
  case CST_CONV_BY_WINOGRAD:
    return &cst_conv_winograd;
  case CST_CONV_BY_DIRECT:
    return &cst_conv_direct;
  case CST_CONV_BY_DEFAULT:
    break;
  }
  return fastest(self);
}

cst_status cst_conv_create(size_t H, size_t W, size_t C, size_t K, cst_conv_method method,
                           cst_conv **out)
{
  cst_status st = CST_OK;
  cst_conv *self = NULL;
  const size_t limit = 1 << 20; /* no size below overflows, and BLAS's int holds 9 channels' row */

  *out = NULL;
  if (H < 1 || W < 1 || C < 1 || K < 1 || H > limit || W > limit || C > limit || K > limit)
    CST_FAIL(CST_ERR_USAGE,
             "convolution of %zu x %zu pixels, %zu to %zu channels: each must be "
             "between 1 and %zu",
             H, W, C, K, limit);
  if (method == CST_CONV_BY_DIRECT && C != 1)
    CST_FAIL(CST_ERR_USAGE, "direct convolution serves 1 input channel, not %zu: use 'winograd'",
             C);
  CST_ALLOC(self, 1);
  *self = (cst_conv){.H = H, .W = W, .C = C, .K = K};
  CST_TRY(cst_isa_choose(&self->isa));
  self->method = choose(self, method);
  *out = self;
  self = NULL;
done:
  cst_free(self);
  return st;
}

void cst_conv_set_products(cst_conv *self, cst_products products) { self->products = products; }

void cst_conv_destroy(cst_conv **self)
{
  cst_free(*self);
  *self = NULL;
}

const char *cst_conv_method_name(const cst_conv *self) { return self->method->name; }

size_t cst_conv_prepared_floats(const cst_conv *self)
{
  return self->method->prepared_floats(self);
}

size_t cst_conv_work_floats(const cst_conv *self) { return self->method->work_floats(self); }

void cst_conv_prepare(const cst_conv *self, const float *w, float *prepared)
{
  self->method->prepare(self, w, prepared);
}

/* ---- whole images, by methods over rows ---- */

static cst_conv_strip all_rows(const cst_conv *self) { return (cst_conv_strip){0, self->H}; }

void cst_conv_forward(const cst_conv *self, const float *prepared, const float *x, float *y,
                      float *work)
{
  const conv_method *m = self->method;
  if (m->forward)
    m->forward(self, prepared, x, y, work);
  else
    m->forward_rows(self, prepared, all_rows(self), &(cst_conv_source){.image = x},
                    &(cst_conv_target){.image = y}, work);
}

void cst_conv_backward_data(const cst_conv *self, const float *prepared, const float *dy, float *dx,
                            float *work)
{
  const conv_method *m = self->method;
  if (m->backward_data)
    m->backward_data(self, prepared, dy, dx, work);
  else
    m->backward_rows(self, prepared, all_rows(self), NULL, &(cst_conv_source){.image = dy}, NULL,
                     &(cst_conv_target){.image = dx}, work);
}

void cst_conv_backward_weights(const cst_conv *self, const float *x, const float *dy, float *dw,
                               float *work)
{
  const conv_method *m = self->method;
  if (m->backward_weights)
    m->backward_weights(self, x, dy, dw, work);
  else
    m->backward_rows(self, NULL, all_rows(self), &(cst_conv_source){.image = x},
                     &(cst_conv_source){.image = dy}, dw, NULL, work);
}

/* ---- strips ---- */

/* Methods that know only whole images have one step. */
static size_t strip_step(const cst_conv *self)
{
  return self->method->strip_step ? self->method->strip_step(self) : self->H;
}

static size_t strip_steps(const cst_conv *self)
{
  return (self->H + strip_step(self) - 1) / strip_step(self);
}

size_t cst_conv_strips(const cst_conv *self, size_t max)
{
  const size_t steps = strip_steps(self);
  return steps < max ? steps : max;
}

cst_conv_strip cst_conv_strip_of(const cst_conv *self, size_t i, size_t strips)
{
  const size_t steps = strip_steps(self), step = strip_step(self);
  const size_t first = i * steps / strips * step, end = (i + 1) * steps / strips * step;
  return (cst_conv_strip){first, end < self->H ? end : self->H};
}

/* ---- rows, by methods that know only whole images ---- */

static size_t whole(const cst_conv *self, size_t channels)
{
  return round_up(self->H * self->W * channels, 16);
}

size_t cst_conv_rows_work_floats(const cst_conv *self)
{
  const size_t own = cst_conv_work_floats(self);
  return self->method->forward_rows ? own : whole(self, self->C) + whole(self, self->K) + own;
}

static const float *image_of(const cst_conv *self, const cst_conv_source *source, size_t channels,
                             float *workspace)
{
  if (source->image) return source->image;
  for (size_t i = 0; i < self->H; i++)
    source->make(source->context, i, workspace + i * self->W * channels);
  return workspace;
}

void cst_conv_forward_rows(const cst_conv *self, const float *prepared, cst_conv_strip strip,
                           const cst_conv_source *x, const cst_conv_target *y, float *work)
{
  const conv_method *m = self->method;
  if (m->forward_rows) {
    m->forward_rows(self, prepared, strip, x, y, work);
    return;
  }
  CST_ASSERT(strip.first == 0 && strip.end == self->H);
  m->forward(self, prepared, image_of(self, x, self->C, work), y->image,
             work + whole(self, self->C));
  tell(y, 0, self->H, self->W * self->K);
}

void cst_conv_backward_rows(const cst_conv *self, const float *prepared, cst_conv_strip strip,
                            const cst_conv_source *x, const cst_conv_source *dy, float *dw,
                            const cst_conv_target *dx, float *work)
{
  const conv_method *m = self->method;
  if (m->backward_rows) {
    m->backward_rows(self, prepared, strip, x, dy, dw, dx, work);
    return;
  }
  CST_ASSERT(strip.first == 0 && strip.end == self->H);
  float *workspace = work + whole(self, self->C), *own = workspace + whole(self, self->K);
  const float *x_image = image_of(self, x, self->C, work);
  const float *dy_image = image_of(self, dy, self->K, workspace);
  m->backward_weights(self, x_image, dy_image, dw, own);
  m->backward_data(self, prepared, dy_image, dx->image, own);
  tell(dx, 0, self->H, self->W * self->C);
}
