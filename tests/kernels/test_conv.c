/*
 * Every convolution method, with every instruction set of this CPU, against the definition; the
 * adjoint identities, which need no reference; and what creation refuses.
 */
#include "conv_check.h"

/* Select an instruction set; false where this CPU lacks it. */
static bool use(const char *isa)
{
  setenv("CST_ISA", isa, 1);
  return strcmp(cst_conv_isa(), isa) == 0;
}

static const cst_conv_method methods[] = {CST_CONV_BY_DEFAULT, CST_CONV_BY_IM2COL,
                                          CST_CONV_BY_WINOGRAD, CST_CONV_BY_DIRECT};
enum { METHODS = sizeof methods / sizeof *methods };

static bool serves(cst_conv_method method, const shape *s)
{
  return method != CST_CONV_BY_DIRECT || s->C == 1;
}

/* Every method with every instruction set. */
static void check_shape(const shape *s, uint64_t seed)
{
  const passes want = defined_passes(s, seed);

  for (size_t i = 0; cst_conv_isa_name(i); i++)
    for (size_t m = 0; m < METHODS; m++) {
      cst_conv *plan = NULL;
      if (!use(cst_conv_isa_name(i)) || !serves(methods[m], s)) continue;
      assert_ok(cst_conv_create(s->H, s->W, s->C, s->K, methods[m], &plan));
      check_plan(plan, s, seed, &want, TOLERANCE);
      cst_conv_destroy(&plan);
    }
  unsetenv("CST_ISA");
  test_release(NULL);
}

static const shape shapes[] = {
    {1, 1, 1, 1},   {1, 9, 2, 3},    {9, 1, 3, 2},    {2, 2, 8, 8},     {3, 5, 1, 7},
    {4, 4, 16, 16}, {5, 4, 17, 9},   {4, 5, 9, 33},   {6, 7, 1, 64},    {7, 6, 31, 32},
    {8, 8, 32, 31}, {9, 9, 1, 1},    {13, 12, 5, 40}, {1, 1, 64, 64},   {26, 31, 1, 40},
    {3, 201, 4, 5}, {201, 3, 1, 16}, {17, 65, 24, 8}, {33, 17, 12, 20},
};

static void methods_match_definition(void **state)
{
  (void)state;
  for (size_t n = 0; n < sizeof shapes / sizeof *shapes; n++) check_shape(&shapes[n], 100 * n);
}

/* ---- strips, rows made on demand, rows told of ---- */

/* Hands out an image's rows; takes note of an image's rows. */
typedef struct {
  const float *image;
  size_t row_floats, next; /* the row expected */
} scroll;

static void unroll(const void *context, size_t row, float *to)
{
  scroll *self = (scroll *)(uintptr_t)context;
  assert_int_equal(row, self->next++);
  memcpy(to, self->image + row * self->row_floats, self->row_floats * sizeof *to);
}

static void note(void *context, size_t row, const float *values)
{
  scroll *self = context;
  assert_int_equal(row, self->next++);
  assert_memory_equal(values, self->image + row * self->row_floats,
                      self->row_floats * sizeof *values);
}

static cst_conv_source rows_of(const scroll *self)
{
  return (cst_conv_source){.make = unroll, .context = self};
}

static cst_conv_target rows_to(scroll *self, float *image)
{
  return (cst_conv_target){.image = image, .seen = note, .context = self};
}

/* A strip reads its own rows and the ones beside them. */
static size_t first_read(cst_conv_strip strip) { return strip.first > 0 ? strip.first - 1 : 0; }
static size_t end_read(cst_conv_strip strip, size_t H) { return strip.end < H ? strip.end + 1 : H; }

static void check_forward_strip(const cst_conv *plan, const shape *s, const passes *want,
                                const float *prepared, cst_conv_strip strip, float *y)
{
  const size_t work_floats = cst_conv_rows_work_floats(plan);
  float *work = poisoned(work_floats);
  scroll x = {want->x, s->W * s->C, first_read(strip)};
  scroll seen = {want->y, s->W * s->K, strip.first};
  const cst_conv_source from = rows_of(&x);
  const cst_conv_target to = rows_to(&seen, y);

  cst_conv_forward_rows(plan, prepared, strip, &from, &to, work);
  assert_guard(work, work_floats, "work");
  assert_int_equal(x.next, end_read(strip, s->H));
  assert_int_equal(seen.next, strip.end);
}

static void check_backward_strip(const cst_conv *plan, const shape *s, const passes *want,
                                 const float *prepared, cst_conv_strip strip, float *dw_sum,
                                 float *dx)
{
  const size_t work_floats = cst_conv_rows_work_floats(plan);
  float *dw = poisoned(weights(s)), *work = poisoned(work_floats);
  scroll x = {want->x, s->W * s->C, first_read(strip)};
  scroll dy = {want->dy, s->W * s->K, first_read(strip)};
  scroll seen = {want->dx, s->W * s->C, strip.first};
  const cst_conv_source x_rows = rows_of(&x), dy_rows = rows_of(&dy);
  const cst_conv_target dx_rows = rows_to(&seen, dx);

  cst_conv_backward_rows(plan, prepared, strip, &x_rows, &dy_rows, dw, &dx_rows, work);
  assert_guard(work, work_floats, "work");
  assert_guard(dw, weights(s), "dw");
  assert_int_equal(x.next, end_read(strip, s->H));
  assert_int_equal(dy.next, end_read(strip, s->H));
  assert_int_equal(seen.next, strip.end);
  for (size_t i = 0; i < weights(s); i++) dw_sum[i] += dw[i];
}

/* Every row once, in order; y and dx to the bit, whatever the strips, and so dw of one strip. */
static void check_strips(const cst_conv *plan, const shape *s, const passes *want,
                         const float *prepared, size_t max)
{
  const size_t strips = cst_conv_strips(plan, max);
  float *y = poisoned(outputs(s)), *dx = poisoned(inputs(s)), *dw = test_zeros(weights(s));
  size_t row = 0;

  assert_true(strips >= 1 && strips <= max);
  for (size_t i = 0; i < strips; i++) {
    const cst_conv_strip strip = cst_conv_strip_of(plan, i, strips);
    assert_true(strip.first == row && strip.end > row);
    row = strip.end;
    check_forward_strip(plan, s, want, prepared, strip, y);
    check_backward_strip(plan, s, want, prepared, strip, dw, dx);
  }
  assert_int_equal(row, s->H);
  assert_memory_equal(y, want->y, (outputs(s) + GUARD) * sizeof *y);
  assert_memory_equal(dx, want->dx, (inputs(s) + GUARD) * sizeof *dx);
  if (strips == 1)
    assert_memory_equal(dw, want->dw, weights(s) * sizeof *dw);
  else
    assert_close(dw, want->dw, weights(s), s->H * s->W, s, TOLERANCE, "backward weights of strips");
}

static void check_rows(const shape *s, cst_conv_method method)
{
  cst_conv *plan = NULL;
  float *prepared;

  assert_ok(cst_conv_create(s->H, s->W, s->C, s->K, method, &plan));
  const passes want = run_passes(plan, s, 77);
  prepared = test_zeros(cst_conv_prepared_floats(plan));
  cst_conv_prepare(plan, want.w, prepared);
  for (size_t max = 1; max <= 5; max++) check_strips(plan, s, &want, prepared, max);
  cst_conv_destroy(&plan);
  test_release(NULL);
}

static void strips_give_the_bits_of_images(void **state)
{
  /* blocks of tiles that end within a tile row, and images of several blocks */
  static const shape more[] = {{30, 64, 1, 64}, {45, 64, 16, 8}, {37, 71, 8, 16}, {9, 205, 9, 8}};
  (void)state;
  for (size_t m = 0; m < METHODS; m++) {
    for (size_t n = 0; n < sizeof shapes / sizeof *shapes; n++)
      if (serves(methods[m], &shapes[n])) check_rows(&shapes[n], methods[m]);
    for (size_t n = 0; n < sizeof more / sizeof *more; n++)
      if (serves(methods[m], &more[n])) check_rows(&more[n], methods[m]);
  }
  check_rows(&shapes[5], CST_CONV_BY_LOOPS);
}

/* 1 .. most, from one of the random numbers. */
static size_t size_up_to(size_t max, float random)
{
  return 1 + (size_t)((double)(random + 1.0f) * 0.49999 * (double)max);
}

static void random_shapes_match_definition(void **state)
{
  enum { CASES = 24 };
  float r[4 * CASES];

  (void)state;
  memcpy(r, test_random(7, 4 * CASES), sizeof r);
  for (size_t n = 0; n < CASES; n++) {
    const shape s = {size_up_to(19, r[4 * n]), size_up_to(19, r[4 * n + 1]),
                     size_up_to(40, r[4 * n + 2]), size_up_to(40, r[4 * n + 3])};
    check_shape(&s, 1000 + n);
  }
}

/* The channels of the network, several blocks of tiles: errors grow with the sums. */
static void network_channels_match_definition(void **state)
{
  static const shape large[] = {
      {30, 64, 1, 64}, {16, 64, 64, 64}, {9, 32, 64, 128}, {29, 32, 128, 128}};
  (void)state;
  for (size_t n = 0; n < 4; n++) {
    const shape *s = &large[n];
    cst_conv *plan = NULL;
    check_shape(s, n);
    assert_ok(cst_conv_create(s->H, s->W, s->C, s->K, CST_CONV_BY_DEFAULT, &plan));
    assert_string_equal(cst_conv_method_name(plan), s->C == 1 ? "direct" : "winograd");
    cst_conv_destroy(&plan);
  }
}

static double dot(const float *a, const float *b, size_t n)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];
  return sum;
}

/* y is linear in x and in w, so <dy, y> = <dx, x> = <dw, w>: the derivative along x and w. */
static void check_adjoint(const shape *s, cst_conv_method method)
{
  cst_conv *plan = NULL;
  passes r;
  double slope, scale;

  assert_ok(cst_conv_create(s->H, s->W, s->C, s->K, method, &plan));
  r = run_passes(plan, s, 55);
  slope = dot(r.dy, r.y, outputs(s));
  scale = sqrt(dot(r.dy, r.dy, outputs(s)) * dot(r.y, r.y, outputs(s)));
  assert_near(dot(r.dx, r.x, inputs(s)) / scale, slope / scale, 1e-6, "<dx, x>");
  assert_near(dot(r.dw, r.w, weights(s)) / scale, slope / scale, 1e-6, "<dw, w>");
  cst_conv_destroy(&plan);
  test_release(NULL);
}

static void backward_is_adjoint_of_forward(void **state)
{
  (void)state;
  for (size_t i = 0; cst_conv_isa_name(i); i++)
    for (size_t n = 0; n < sizeof shapes / sizeof *shapes; n++)
      for (size_t m = 0; m < METHODS; m++)
        if (use(cst_conv_isa_name(i)) && serves(methods[m], &shapes[n]))
          check_adjoint(&shapes[n], methods[m]);
  unsetenv("CST_ISA");
}

static void bad_arguments_are_refused(void **state)
{
  cst_conv *plan = NULL;

  (void)state;
  use("plain");
  assert_fails(cst_conv_create(0, 4, 1, 1, CST_CONV_BY_DEFAULT, &plan), CST_ERR_USAGE, "0 x 4");
  assert_null(plan);
  assert_fails(cst_conv_create(4, 4, 1, (size_t)-1, CST_CONV_BY_DEFAULT, &plan), CST_ERR_USAGE,
               "between 1 and");
  assert_fails(cst_conv_create(4, 4, 2, 1, CST_CONV_BY_DIRECT, &plan), CST_ERR_USAGE,
               "1 input channel");
  use("sse9");
  assert_string_equal(cst_conv_isa(), "none");
  assert_fails(cst_conv_create(4, 4, 1, 1, CST_CONV_BY_DEFAULT, &plan), CST_ERR_USAGE,
               "CST_ISA=sse9");
  assert_null(plan);
  cst_conv_destroy(&plan); /* nothing to destroy is fine */
  unsetenv("CST_ISA");
}

static void empty_variable_means_widest(void **state)
{
  char widest[16];

  (void)state;
  unsetenv("CST_ISA");
  snprintf(widest, sizeof widest, "%s", cst_conv_isa());
  use("");
  assert_string_equal(cst_conv_isa(), widest);
}

static void nothing_is_left(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  unsetenv("CST_ISA"); /* whatever the caller chose */
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(methods_match_definition),
      cmocka_unit_test(random_shapes_match_definition),
      cmocka_unit_test(strips_give_the_bits_of_images),
      cmocka_unit_test(network_channels_match_definition),
      cmocka_unit_test(backward_is_adjoint_of_forward),
      cmocka_unit_test(bad_arguments_are_refused),
      cmocka_unit_test(empty_variable_means_widest),
      cmocka_unit_test(nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
