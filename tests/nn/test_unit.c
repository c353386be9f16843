/* A convolution unit behind its convolution, over a batch of clips: BatchNorm, gate, rectifier and
 * mean as one function of y and the weights; values, and every partial derivative. */
#include "cassette/memory.h"
#include "definitions.h"
#include "unit.h"

enum { CLIPS = 3, C = 4, R = 2, PARAMS = 2 * C + 2 * R * C };

static const cst_rectify shapes[] = {
    {.H = 3, .W = 2, .C = C, .down = 1, .across = 1},
    {.H = 4, .W = 2, .C = C, .down = 2, .across = 2},
    {.H = 5, .W = 3, .C = C, .down = 2, .across = 2}, /* a row and a column left out */
    {.H = 2, .W = 2, .C = C, .down = 2, .across = 2},
    {.H = 7, .W = 5, .C = C, .down = 3, .across = 2},
    {.H = 4, .W = 3, .C = C, .down = 4, .across = 1},
    {.H = 3, .W = 8, .C = C, .down = 1, .across = 4},
};

static size_t pixels(const cst_rectify *s) { return s->H * s->W; }
static size_t out_floats(const cst_rectify *s)
{
  return (s->H / s->down) * (s->W / s->across) * s->C;
}

static cst_unit unit(const cst_rectify *s)
{
  return (cst_unit){
      .shape = *s, .R = R, .bn_weight = 0, .bn_bias = C, .down = 2 * C, .up = 2 * C + R * C};
}

/* u of all clips: BatchNorm by two passes. */
static void define_norm(size_t n, const double *weight, const double *bias, const double *y,
                        double *u)
{
  for (size_t c = 0; c < C; c++) {
    double mean = 0.0, var = 0.0;
    for (size_t i = 0; i < n; i++) mean += y[i * C + c] / (double)n;
    for (size_t i = 0; i < n; i++) var += (y[i * C + c] - mean) * (y[i * C + c] - mean) / (double)n;
    for (size_t i = 0; i < n; i++)
      u[i * C + c] = weight[c] * (y[i * C + c] - mean) / sqrt(var + 1e-5) + bias[c];
  }
}

static void define_gate(size_t n, const double *down, const double *up, const double *u,
                        double gate[C])
{
  double s[C] = {0.0}, hidden[R] = {0.0};
  for (size_t i = 0; i < n * C; i++) s[i % C] += u[i] / (double)n;
  for (size_t r = 0; r < R; r++) {
    for (size_t c = 0; c < C; c++) hidden[r] += down[r * C + c] * s[c];
    hidden[r] = fmax(hidden[r], 0.0);
  }
  for (size_t c = 0; c < C; c++) {
    double sum = 0.0;
    for (size_t r = 0; r < R; r++) sum += up[c * R + r] * hidden[r];
    gate[c] = 1.0 / (1.0 + exp(-sum));
  }
}

static void define_output(const cst_rectify *s, const double gate[C], const double *u, double *z)
{
  const size_t W = s->W / s->across;
  for (size_t i = 0; i < out_floats(s); i++) z[i] = 0.0;
  for (size_t i = 0; i < s->H / s->down * s->down; i++)
    for (size_t j = 0; j < W * s->across; j++)
      for (size_t c = 0; c < C; c++)
        z[((i / s->down) * W + j / s->across) * C + c] +=
            fmax(gate[c] * u[(i * s->W + j) * C + c], 0.0) / (double)(s->down * s->across);
}

/* in: weight, bias, down, up, y of all clips. */
static void definition(const void *shape, const double *in, double *out)
{
  const cst_rectify *s = shape;
  const size_t n = pixels(s);
  double *u = cst_alloc(CLIPS * n * C, sizeof *u), gate[C];
  assert_non_null(u);
  define_norm(CLIPS * n, in, in + C, in + PARAMS, u);
  for (size_t k = 0; k < CLIPS; k++) {
    define_gate(n, in + 2 * C, in + 2 * C + R * C, u + k * n * C, gate);
    define_output(s, gate, u + k * n * C, out + k * out_floats(s));
  }
  cst_free(u);
}

/* The unit's own way through a batch, as model.c goes. */
typedef struct {
  cst_unit unit;
  cst_unit_pass pass;
  cst_unit_clip clip[CLIPS];
  double *rows, totals[2 * C];
} batch;

static void add_rows(batch *b)
{
  for (size_t c = 0; c < 2 * C; c++) b->totals[c] = 0.0;
  for (size_t i = 0; i < CLIPS * 2 * C; i++) b->totals[i % (2 * C)] += b->rows[i];
}

static void forward(batch *b, const float *in, float *z)
{
  const size_t n = pixels(&b->unit.shape);
  double var[C];
  b->rows = test_zeros_f64(CLIPS * 2 * C);
  b->pass.bn = (cst_batchnorm){test_zeros_f64(C), test_zeros_f64(C)};
  for (size_t k = 0; k < CLIPS; k++) {
    b->clip[k] = (cst_unit_clip){.mean = test_zeros_f64(C),
                                 .squeezed = test_zeros_f64(C),
                                 .dsqueezed = test_zeros_f64(C),
                                 .hidden = test_zeros_f64(R),
                                 .gate = test_zeros_f64(C),
                                 .a = test_zeros(C),
                                 .b = test_zeros(C),
                                 .y = test_zeros(n * C)};
    for (size_t i = 0; i < n * C; i++) b->clip[k].y[i] = in[PARAMS + k * n * C + i];
    cst_batchnorm_sums(n, C, b->clip[k].y, b->rows + k * 2 * C);
  }
  add_rows(b);
  cst_batchnorm_statistics(C, (double)(CLIPS * n), b->totals, 1e-5, &b->pass.bn, var);
  for (size_t k = 0; k < CLIPS; k++) {
    cst_unit_gate(&b->unit, &b->pass, in, b->rows + k * 2 * C, &b->clip[k]);
    cst_unit_output(&b->unit, &b->clip[k], z + k * out_floats(&b->unit.shape));
  }
}

static void backward(batch *b, const float *in, const float *dz, float *gradient)
{
  const cst_rectify *s = &b->unit.shape;
  const size_t n = pixels(s), m = out_floats(s);
  double *work = test_zeros_f64(cst_unit_work_doubles(&b->unit));
  float *own = test_zeros(PARAMS), *p = test_zeros(cst_unit_lines_floats(&b->unit));
  for (size_t k = 0; k < CLIPS; k++) {
    const cst_unit_clip *clip = &b->clip[k];
    double *sums = b->rows + k * 2 * C;
    cst_rectify_backward_sums(s, clip->y, clip->a, clip->b, dz + k * m, sums);
    cst_unit_backward_sums(&b->unit, &b->pass, in, clip, own, sums, work);
    for (size_t i = 2 * C; i < PARAMS; i++) gradient[i] += own[i];
    for (size_t c = 0; c < C; c++) {
      gradient[c] += (float)sums[C + c];
      gradient[C + c] += (float)sums[c];
    }
  }
  add_rows(b);
  for (size_t k = 0; k < CLIPS; k++) {
    const cst_unit_clip *clip = &b->clip[k];
    cst_unit_backward_lines(&b->unit, &b->pass, in, clip, b->totals, (double)(CLIPS * n), p);
    cst_rectify_backward(s, clip->y, clip->a, clip->b, dz + k * m, p, p + C, p + 2 * C,
                         gradient + PARAMS + k * n * C);
  }
}

static void unit_matches_definition(void **state)
{
  const cst_rectify *s = *state;
  const size_t inputs = PARAMS + CLIPS * pixels(s) * C, outputs = CLIPS * out_floats(s);
  const float *in = test_random(1, inputs), *r = test_random(2, outputs);
  float *z = test_zeros(outputs), *gradient = test_zeros(inputs);
  batch b = {.unit = unit(s)};

  forward(&b, in, z);
  check_values(definition, s, in, inputs, z, outputs, 1e-6);
  backward(&b, in, r, gradient);
  check_gradient(definition, s, in, inputs, r, outputs, gradient, 2e-5);
}

/* What a pass over rows gives, beside the same of the whole image. */
static void check_output_rows(const cst_unit *u, const cst_unit_clip *clip)
{
  const size_t n = out_floats(&u->shape), row = cst_rectify_row_floats(&u->shape);
  float *whole = test_zeros(n), *rows = test_zeros(n);
  const cst_unit_reading reading = {u, clip};
  const cst_conv_source source = cst_unit_read_output(&reading);

  cst_unit_output(u, clip, whole);
  for (size_t i = 0; i * row < n; i++) source.make(source.context, i, rows + i * row);
  assert_memory_equal(rows, whole, n * sizeof *rows);
}

static void check_output_sums(const cst_unit *u, const cst_unit_clip *clip)
{
  const size_t row = u->shape.W * C;
  double whole[2 * C], rows[2 * C] = {NAN};
  cst_unit_summing summing = {u, rows};
  const cst_conv_target target = cst_unit_sum_output(&summing, clip->y);

  cst_batchnorm_sums(pixels(&u->shape), C, clip->y, whole);
  for (size_t i = 0; i < u->shape.H; i++) target.seen(target.context, i, target.image + i * row);
  assert_memory_equal(rows, whole, sizeof rows);
}

static void check_gradient_rows(const cst_unit *u, const cst_unit_clip *clip, const float *dz)
{
  const size_t n = pixels(&u->shape) * C, row = u->shape.W * C;
  const float *lines = test_random(8, 3 * C);
  float *whole = test_zeros(n), *rows = test_zeros(n);
  const cst_unit_unwinding unwinding = {u, clip, dz, lines};
  const cst_conv_source source = cst_unit_read_gradient(&unwinding);

  cst_rectify_backward(&u->shape, clip->y, clip->a, clip->b, dz, lines, lines + C, lines + 2 * C,
                       whole);
  for (size_t i = 0; i < u->shape.H; i++) source.make(source.context, i, rows + i * row);
  assert_memory_equal(rows, whole, n * sizeof *rows);
}

static void check_gradient_sums(const cst_unit *u, const cst_unit_clip *clip, float *dz)
{
  const size_t n = out_floats(&u->shape), row = cst_rectify_row_floats(&u->shape);
  double whole[2 * C], rows[2 * C] = {NAN};
  cst_unit_gathering gathering = {u, clip, rows};
  const cst_conv_target target = cst_unit_sum_gradient(&gathering, dz);

  cst_rectify_backward_sums(&u->shape, clip->y, clip->a, clip->b, dz, whole);
  for (size_t i = 0; i * row < n; i++) target.seen(target.context, i, target.image + i * row);
  cst_unit_finish_sums(u, rows);
  assert_memory_equal(rows, whole, sizeof rows);
}

static void rows_give_the_bits_of_the_image(void **state)
{
  const cst_rectify *s = *state;
  const cst_unit u = unit(s);
  const cst_unit_clip clip = {
      .y = test_random(4, pixels(s) * C), .a = test_random(5, C), .b = test_random(6, C)};
  float *dz = test_random(7, out_floats(s));

  check_output_rows(&u, &clip);
  check_output_sums(&u, &clip);
  check_gradient_rows(&u, &clip, dz);
  check_gradient_sums(&u, &clip, dz);
}

static void output_works_in_place_and_passes_nan(void **state)
{
  const cst_rectify s = {.H = 2, .W = 3, .C = 2, .down = 1, .across = 1};
  const float a[] = {1.0f, -2.0f}, b[] = {0.5f, 0.0f};
  float *y = test_random(3, 12), *z = test_zeros(12);
  (void)state;
  y[4] = NAN;
  cst_rectify_forward(&s, y, a, b, z);
  cst_rectify_forward(&s, y, a, b, y);
  assert_memory_equal(y, z, 12 * sizeof *y);
  assert_true(isnan(z[4]));
}

int main(void)
{
  int failed = 0;
  const struct CMUnitTest once[] = {
      cmocka_unit_test_teardown(output_works_in_place_and_passes_nan, test_release)};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate_setup_teardown(unit_matches_definition, NULL, test_release,
                                                 (void *)&shapes[i]),
        cmocka_unit_test_prestate_setup_teardown(rows_give_the_bits_of_the_image, NULL,
                                                 test_release, (void *)&shapes[i])};
    failed += cmocka_run_group_tests(tests, NULL, NULL);
  }
  return failed + cmocka_run_group_tests(once, NULL, NULL) != 0;
}
