/* The end of a residual block as one function of y, x and the weights: z = mean(relu(a y + b + s)), s the
 * block's input or its projection; values, every partial derivative, and rows a few at a time. */
#include "definitions.h"
#include "shortcut.h"

#include <string.h>

enum { H = 5, W = 3, C = 4, FROM = 3, MOST = C * FROM + 2 * C };

typedef struct {
  cst_rectify shape;
  cst_shortcut shortcut;
} join;

static const join joins[] = {
    {{H, W, C, 1, 1}, {W, C, C, false, 0}},
    {{H, W, C, 2, 2}, {W, C, C, false, 0}},
    {{H, W, C, 2, 2}, {W, C, FROM, true, 0}},
    {{H, W, C, 3, 1}, {W, C, 1, true, 0}},
};

/* in: w, a, b, y, x */
typedef struct {
  size_t a, b, y, x, inputs, outputs;
} places;

static places places_of(const join *j)
{
  const size_t w = j->shortcut.projects ? C * j->shortcut.from : 0, y = w + 2 * C;
  return (places){w,
                  w + C,
                  y,
                  y + H * W * C,
                  y + H * W * (C + j->shortcut.from),
                  (H / j->shape.down) * (W / j->shape.across) * C};
}

static void definition(const void *shape, const double *in, double *out)
{
  const join *j = shape;
  const places at = places_of(j);
  const size_t down = j->shape.down, across = j->shape.across, from = j->shortcut.from;
  for (size_t i = 0; i < at.outputs; i++) out[i] = 0.0;
  for (size_t i = 0; i < H / down * down; i++)
    for (size_t k = 0; k < W / across * across; k++)
      for (size_t c = 0; c < C; c++) {
        const size_t pixel = i * W + k;
        double v = in[at.a + c] * in[at.y + pixel * C + c] + in[at.b + c];
        if (!j->shortcut.projects) v += in[at.x + pixel * C + c];
        for (size_t f = 0; j->shortcut.projects && f < from; f++)
          v += in[c * from + f] * in[at.x + pixel * from + f];
        out[((i / down) * (W / across) + k / across) * C + c] +=
            fmax(v, 0.0) / (double)(down * across);
      }
}

static cst_unit_clip clip_of(const places *at, const float *in, float *v)
{
  return (cst_unit_clip){
      .y = (float *)in + at->y, .a = (float *)in + at->a, .b = (float *)in + at->b, .v = v};
}

/* dv from dz, as the training pass goes: then dy = a dv, da and db from the sums, and the shortcut. */
static void backward(const join *j, const float *in, float *v, const float *dz, float *gradient)
{
  const places at = places_of(j);
  const cst_unit u = {.shape = j->shape, .joins = true};
  const cst_unit_clip clip = clip_of(&at, in, v);
  const size_t row = cst_rectify_row_floats(&j->shape);
  float *lines = test_zeros(3 * C), *dx = gradient + at.x;
  double sums[2 * C];
  cst_unit_gathering gathering = {&u, &clip, sums};
  const cst_conv_target target = cst_unit_sum_gradient(&gathering, (float *)dz);

  for (size_t i = 0; i < cst_rectify_rows(&j->shape); i++)
    target.seen(target.context, i, dz + i * row);
  cst_unit_finish_sums(&u, sums);
  memcpy(lines, in + at.a, C * sizeof *lines);
  const cst_unit_unwinding unwinding = {&u, &clip, NULL, lines};
  const cst_conv_source dy = cst_unit_read_gradient(&unwinding);
  for (size_t i = 0; i < H; i++) dy.make(dy.context, i, gradient + at.y + i * W * C);
  for (size_t c = 0; c < C; c++) {
    gradient[at.b + c] = (float)sums[c];
    gradient[at.a + c] = (float)sums[C + c];
  }

  cst_shortcut_adding adding = {.shortcut = &j->shortcut,
                                .params = in,
                                .x = in + at.x,
                                .ds = v,
                                .dw = gradient,
                                .next = {.image = dx},
                                .end = H};
  const cst_conv_target added = cst_shortcut_add_gradient(&adding);
  for (size_t i = 0; i < H; i++) added.seen(added.context, i, dx + i * W * j->shortcut.from);
}

static void join_matches_definition(void **state)
{
  const join *j = *state;
  const places at = places_of(j);
  const cst_unit u = {.shape = j->shape, .joins = true};
  const float *in = test_random(1, at.inputs), *r = test_random(2, at.outputs);
  float *z = test_zeros(at.outputs), *v = test_random(3, H * W * C); /* must be overwritten */
  float *gradient = test_zeros(at.inputs);
  const cst_unit_clip clip = clip_of(&at, in, v);
  const cst_conv_strip all = {0, cst_rectify_rows(&j->shape)};

  cst_shortcut_join(&j->shortcut, in, &u, &clip, in + at.x, all, NULL, z);
  check_values(definition, j, in, at.inputs, z, at.outputs, 1e-6);
  backward(j, in, v, r, gradient);
  check_gradient(definition, j, in, at.inputs, r, at.outputs, gradient, 2e-5);
}

/* Inference keeps no v, and strips make the rows of the whole. */
static void rows_give_the_bits_of_the_image(void **state)
{
  const join *j = *state;
  const places at = places_of(j);
  const cst_unit u = {.shape = j->shape, .joins = true};
  const float *in = test_random(4, at.inputs);
  const size_t rows = cst_rectify_rows(&j->shape);
  float *whole = test_zeros(at.outputs), *parts = test_zeros(at.outputs);
  float *v = test_zeros(H * W * C),
        *room = test_zeros(cst_shortcut_rows(&j->shortcut, j->shape.down) * W * C);
  const cst_unit_clip kept = clip_of(&at, in, v), none = clip_of(&at, in, NULL);

  cst_shortcut_join(&j->shortcut, in, &u, &kept, in + at.x, (cst_conv_strip){0, rows}, NULL, whole);
  for (size_t i = 0; i < rows; i++)
    cst_shortcut_join(&j->shortcut, in, &u, &none, in + at.x, (cst_conv_strip){i, i + 1}, room,
                      parts);
  assert_memory_equal(parts, whole, at.outputs * sizeof *whole);
}

int main(void)
{
  int failed = 0;
  for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate_setup_teardown(join_matches_definition, NULL, test_release,
                                                 (void *)&joins[i]),
        cmocka_unit_test_prestate_setup_teardown(rows_give_the_bits_of_the_image, NULL,
                                                 test_release, (void *)&joins[i])};
    failed += cmocka_run_group_tests(tests, NULL, NULL);
  }
  return failed != 0;
}
