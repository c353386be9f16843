/*
 * Products of operands in parts of bfloat16: every instruction set's, AMX's tiles among them, against
 * Intel's definition, to the bit; the parts; and whole convolutions, which have the same bits
 * everywhere.
 */
#include "conv_check.h"
#include "conv_plan.h"

#include <float.h>

static float from_bits(uint32_t bits)
{
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static uint32_t bits_of(float x)
{
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static const kernel_isa *chosen(size_t i)
{
  const kernel_isa *isa;
  setenv("CST_ISA", cst_conv_isa_name(i), 1);
  return cst_isa_choose(&isa) == CST_OK ? isa : NULL;
}

/* ---- products against the definition ---- */

/* TDPBF16PS on one number of its result, by the "operation" in Intel's manual. */
static float tile_product(const uint32_t a[16], const uint32_t *b, float c)
{
  float even = 0.0f, odd = 0.0f;
  for (size_t k = 0; k < 16; k++) {
    even = fmaf(from_bits(a[k] << 16), from_bits(b[16 * k] << 16), even);
    odd = fmaf(from_bits(a[k] & 0xffff0000), from_bits(b[16 * k] & 0xffff0000), odd);
  }
  return c + (even + odd);
}

static float defined(const uint32_t *a, const uint32_t *b, size_t blocks, size_t m, size_t n,
                     float c)
{
  const size_t strip = blocks * BLOCK_WORDS;
  const uint32_t *high_a = a + m / 16 * strip + m % 16 * 16, *high_b = b + n / 16 * strip + n % 16;
  for (size_t k = 0; k < blocks; k++, high_a += BLOCK_WORDS, high_b += BLOCK_WORDS) {
    c = tile_product(high_a + PART_WORDS, high_b, c);
    c = tile_product(high_a, high_b, c);
    c = tile_product(high_a, high_b + PART_WORDS, c);
  }
  return c;
}

/* Words of two bfloat16 numbers with magnitudes from `least` over `binades` binades, some zero: what
 * split() leaves, whose products and sums are never subnormal. */
static uint32_t *random_words(uint64_t seed, size_t n, int least, unsigned binades)
{
  const float *r = test_random(seed, 6 * n);
  uint32_t *words = (uint32_t *)(void *)test_zeros(n);
  for (size_t i = 0; i < n; i++)
    for (size_t half = 0; half < 2; half++) {
      const float *x = r + 6 * i + 3 * half;
      const unsigned e = (unsigned)(127 + least) + bits_of(x[0]) % binades;
      const uint32_t number = (x[1] < 0.0f ? 0x8000U : 0U) | e << 7 | (bits_of(x[2]) & 0x7f);
      if (bits_of(x[1]) % 8 != 0) words[i] |= number << 16 * half;
    }
  return words;
}

static void check_products(size_t M, size_t N, size_t K, bool add, unsigned binades)
{
  const size_t a_slab = M * K + 16, b_slab = N * K + 16, c_slab = M * N + 16, all = 36 * c_slab;
  const uint32_t *a = random_words(1, 36 * a_slab, -52, binades);
  const uint32_t *b = random_words(2, 36 * b_slab, -60, binades);
  const float *c = test_random(3, all);

  for (size_t i = 0; cst_conv_isa_name(i); i++) {
    const kernel_isa *isa = chosen(i);
    float *got = test_zeros(all);
    if (!isa) continue;
    memcpy(got, c, all * sizeof *c);
    isa->multiply_parts(M, N, K, (parts){a, a_slab}, (parts){b, b_slab}, add,
                        (rows_of_panels){got, N, isa->panel}, c_slab);
    for (size_t e = 0; e < 36; e++)
      for (size_t j = 0; j < c_slab; j++) {
        const size_t at = e * c_slab + j;
        const float want = j < M * N ? defined(a + e * a_slab, b + e * b_slab, K / 32, j / N, j % N,
                                               add ? c[at] : 0.0f)
                                     : c[at];
        if (bits_of(got[at]) != bits_of(want))
          fail_msg("%s: %zu x %zu x %zu, product %zu, number %zu: %a, not %a", isa->name, M, N, K,
                   e, j, (double)got[at], (double)want);
      }
  }
  unsetenv("CST_ISA");
  test_release(NULL);
}

static void products_have_the_bits_of_the_definition(void **state)
{
  (void)state;
  check_products(32, 32, 32, false, 4);
  check_products(32, 64, 96, true, 16);
  check_products(96, 32, 64, false, 90);
  check_products(64, 64, 32, true, 170); /* from cancelling sums to infinite ones */
}

/* ---- parts ---- */

static uint32_t *split(const kernel_isa *isa, const float *x, size_t slab, size_t blocks,
                       float least)
{
  uint32_t *to = (uint32_t *)(void *)test_zeros(36 * blocks * BLOCK_WORDS);
  isa->split(x, x + 16, slab, 32, blocks, least, to, blocks * BLOCK_WORDS, BLOCK_WORDS);
  return to;
}

/* Parts add up to the number, but for 2^-17 of it, and are of 8 bits; what is below the bound is
 * zero. */
static void parts_are_the_number(void **state)
{
  enum { BLOCKS = 3, SLAB = 32 * BLOCKS };
  (void)state;
  for (size_t i = 0; cst_conv_isa_name(i); i++) {
    const kernel_isa *isa = chosen(i);
    if (!isa) continue;
    float *x = test_random(5, 36 * SLAB);
    for (size_t j = 0; j < 36 * SLAB; j++) x[j] = ldexpf(x[j], (int)(j % 80) - 40);
    const uint32_t *to = split(isa, x, SLAB, BLOCKS, LEAST_DATA);
    for (size_t j = 0; j < 36 * SLAB; j++) {
      const size_t shift = j % 32 < 16 ? 16 : 0;
      const uint32_t *word = to + j / 32 * BLOCK_WORDS + j % 16;
      const float high = from_bits(word[0] << shift & 0xffff0000);
      const float low = from_bits(word[PART_WORDS] << shift & 0xffff0000);
      const double rest = fabs((double)x[j] - (double)high - (double)low);
      const double want = fabsf(x[j]) < LEAST_DATA ? 0.0 : fabs((double)x[j]);
      if (want == 0.0 ? high != 0.0f || low != 0.0f : !(rest <= 0x1p-17 * want))
        fail_msg("%s: %a is %a and %a", isa->name, (double)x[j], (double)high, (double)low);
    }
    test_release(NULL);
  }
  unsetenv("CST_ISA");
}

static void what_is_not_finite_stays_so(void **state)
{
  (void)state;
  for (size_t i = 0; cst_conv_isa_name(i); i++) {
    const kernel_isa *isa = chosen(i);
    if (!isa) continue;
    float *x = test_zeros(36 * 32);
    x[0] = NAN;
    x[17] = INFINITY;
    x[18] = -FLT_MAX;
    const uint32_t *to = split(isa, x, 32, 1, LEAST_DATA);
    assert_true(isnan(from_bits(to[0] << 16)));
    assert_true(isinf(from_bits(to[1] & 0xffff0000)));
    assert_true(isinf(from_bits(to[2] & 0xffff0000))); /* rounded up */
    assert_int_equal(to[3], 0);
    test_release(NULL);
  }
  unsetenv("CST_ISA");
}

static void turning_transposes(void **state)
{
  (void)state;
  for (size_t i = 0; cst_conv_isa_name(i); i++) {
    uint32_t block[PART_WORDS + 1];
    const kernel_isa *isa = chosen(i);
    if (!isa) continue;
    for (uint32_t j = 0; j <= PART_WORDS; j++) block[j] = j;
    isa->turn(block);
    for (uint32_t j = 0; j < PART_WORDS; j++) assert_int_equal(block[j], j % 16 * 16 + j / 16);
    assert_int_equal(block[PART_WORDS], PART_WORDS);
  }
  unsetenv("CST_ISA");
}

/* ---- convolutions ---- */

static cst_conv *plan_of(const shape *s, cst_products products)
{
  cst_conv *plan = NULL;
  assert_ok(cst_conv_create(s->H, s->W, s->C, s->K, CST_CONV_BY_DEFAULT, &plan));
  cst_conv_set_products(plan, products);
  return plan;
}

/* Less than a block of tiles, blocks that end within a pair and within a tile row, the network's. */
static const shape shapes[] = {{1, 1, 32, 32},   {5, 9, 32, 64},   {12, 12, 64, 32},
                               {37, 71, 32, 32}, {16, 64, 64, 64}, {29, 32, 128, 128}};

static void convolutions_match_definition_with_the_same_bits(void **state)
{
  (void)state;
  for (size_t n = 0; n < sizeof shapes / sizeof *shapes; n++) {
    const shape *s = &shapes[n];
    const passes want = defined_passes(s, n);
    passes first = {0};
    for (size_t i = 0; cst_conv_isa_name(i); i++) {
      if (!chosen(i)) continue;
      cst_conv *plan = plan_of(s, CST_PRODUCTS_BF16X3);
      const passes got = run_passes(plan, s, n);
      check_plan(plan, s, n, &want, PARTS_TOLERANCE);
      cst_conv_destroy(&plan);
      if (!first.y) first = got;
      assert_memory_equal(got.y, first.y, outputs(s) * sizeof *got.y);
      assert_memory_equal(got.dx, first.dx, inputs(s) * sizeof *got.dx);
      assert_memory_equal(got.dw, first.dw, weights(s) * sizeof *got.dw);
    }
    test_release(NULL);
  }
  unsetenv("CST_ISA");
}

/* Shapes alone decide: others have the bits of floats. */
static void other_channels_stay_in_floats(void **state)
{
  static const shape others[] = {{9, 7, 1, 32}, {9, 7, 16, 32}, {9, 7, 32, 40}};
  (void)state;
  for (size_t n = 0; n < sizeof others / sizeof *others; n++) {
    const shape *s = &others[n];
    cst_conv *floats = plan_of(s, CST_PRODUCTS_FP32), *in_parts = plan_of(s, CST_PRODUCTS_BF16X3);
    const passes want = run_passes(floats, s, n), got = run_passes(in_parts, s, n);
    assert_memory_equal(got.y, want.y, outputs(s) * sizeof *got.y);
    assert_memory_equal(got.dw, want.dw, weights(s) * sizeof *got.dw);
    cst_conv_destroy(&floats);
    cst_conv_destroy(&in_parts);
    test_release(NULL);
  }
}

static double dot(const float *a, const float *b, size_t n)
{
  double sum = 0.0;
  for (size_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];
  return sum;
}

/* y is linear in x and in w, so <dy, y> = <dx, x> = <dw, w>: the derivative along x and w. */
static void backward_is_adjoint_of_forward(void **state)
{
  (void)state;
  for (size_t n = 1; n < sizeof shapes / sizeof *shapes; n++) {
    const shape *s = &shapes[n];
    cst_conv *plan = plan_of(s, CST_PRODUCTS_BF16X3);
    const passes r = run_passes(plan, s, 55);
    const double slope = dot(r.dy, r.y, outputs(s));
    const double scale = sqrt(dot(r.dy, r.dy, outputs(s)) * dot(r.y, r.y, outputs(s)));
    assert_near(dot(r.dx, r.x, inputs(s)) / scale, slope / scale, 3e-6, "<dx, x>");
    assert_near(dot(r.dw, r.w, weights(s)) / scale, slope / scale, 3e-6, "<dw, w>");
    cst_conv_destroy(&plan);
    test_release(NULL);
  }
}

int main(void)
{
  unsetenv("CST_ISA"); /* whatever the caller chose */
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(products_have_the_bits_of_the_definition),
      cmocka_unit_test(parts_are_the_number),
      cmocka_unit_test(what_is_not_finite_stays_so),
      cmocka_unit_test(turning_transposes),
      cmocka_unit_test(convolutions_match_definition_with_the_same_bits),
      cmocka_unit_test(other_channels_stay_in_floats),
      cmocka_unit_test(backward_is_adjoint_of_forward),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
