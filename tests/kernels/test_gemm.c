/*
 * Matrix products against their plain twin, which sums in double, and against OpenBLAS; and every
 * instruction set against the definition of the bits: one chain of fused multiply-adds.
 */
#include "support/test_support.h"

#include "cassette/conv.h"
#include "cassette/gemm.h"
#include "cassette/random.h"
#include "isa.h"

#include <cblas.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const cst_transpose all[] = {CST_NN, CST_NT, CST_TN};

static void by_openblas(cst_transpose t, size_t M, size_t N, size_t K, const float *a,
                        const float *b, bool add, float *c)
{
  cblas_sgemm(CblasRowMajor, t == CST_TN ? CblasTrans : CblasNoTrans,
              t == CST_NT ? CblasTrans : CblasNoTrans, (int)M, (int)N, (int)K, 1.0f, a,
              (int)(t == CST_TN ? M : K), b, (int)(t == CST_NT ? K : N), add ? 1.0f : 0.0f, c,
              (int)N);
}

static void check(size_t M, size_t N, size_t K, bool add)
{
  const float *a = test_random(1, M * K), *b = test_random(2, K * N), *c = test_random(3, M * N);
  float *got = test_zeros(M * N), *want = test_zeros(M * N), *blas = test_zeros(M * N);

  for (size_t t = 0; t < 3; t++) {
    for (size_t i = 0; i < M * N; i++) got[i] = want[i] = blas[i] = add ? c[i] : NAN;
    cst_gemm(all[t], M, N, K, a, b, add, got);
    cst_gemm_plain(all[t], M, N, K, a, b, add, want);
    by_openblas(all[t], M, N, K, a, b, add, blas);
    for (size_t i = 0; i < M * N; i++) {
      const double rounding = 4e-8 * ((double)K + 10.0);
      assert_near((double)got[i], (double)want[i], rounding, "element");
      assert_near((double)blas[i], (double)want[i], 2.0 * rounding, "OpenBLAS's element");
    }
  }
  test_release(NULL);
}

static void products_match_twin(void **state)
{
  static const size_t sizes[] = {1, 2, 7, 16, 33, 70, 300};
  const size_t n = sizeof sizes / sizeof *sizes;

  (void)state;
  for (size_t m = 0; m < n; m++)
    for (size_t k = 0; k < n; k++)
      for (size_t j = 0; j < n; j++) check(sizes[m], sizes[j], sizes[k], (m + j) % 2 == 0);
}

static void empty_products_do_nothing_wrong(void **state)
{
  float c[2] = {3.0f, 5.0f}, a[2] = {1.0f, 1.0f};

  (void)state;
  cst_gemm(CST_NN, 0, 2, 1, a, a, false, c);
  cst_gemm(CST_NN, 2, 0, 1, a, a, false, c);
  assert_true(c[0] == 3.0f && c[1] == 5.0f);
  cst_gemm(CST_NN, 1, 2, 0, a, a, true, c); /* an empty sum adds nothing */
  assert_true(c[0] == 3.0f && c[1] == 5.0f);
  cst_gemm(CST_TN, 1, 2, 0, a, a, false, c);
  assert_true(c[0] == 0.0f && c[1] == 0.0f);
}

/* Blocks of larger matrices; nothing beside the block changes. */
static void leading_dimensions_are_respected(void **state)
{
  enum { M = 5, N = 6, K = 7, WIDE = 11 };
  const float *a = test_random(1, WIDE * WIDE), *b = test_random(2, WIDE * WIDE);
  float *c = test_zeros(WIDE * WIDE);

  (void)state;
  for (size_t t = 0; t < 3; t++) {
    const size_t am = all[t] == CST_TN ? 1 : WIDE, ak = all[t] == CST_TN ? WIDE : 1;
    const size_t bk = all[t] == CST_NT ? 1 : WIDE, bn = all[t] == CST_NT ? WIDE : 1;
    for (size_t i = 0; i < WIDE * WIDE; i++) c[i] = 2.0f;
    cst_gemm_ld(all[t], M, N, K, a, WIDE, b, WIDE, false, c, WIDE);
    for (size_t m = 0; m < WIDE; m++)
      for (size_t n = 0; n < WIDE; n++) {
        double want = 0.0;
        for (size_t k = 0; k < K; k++)
          want += (double)a[m * am + k * ak] * (double)b[k * bk + n * bn];
        assert_near((double)c[m * WIDE + n], m < M && n < N ? want : 2.0, 1e-6, "element");
      }
  }
  test_release(NULL);
}

enum { SIZE = 150, THREADS = 3 };

static void *multiply(void *c)
{
  const float *a = (const float *)c + SIZE * SIZE, *b = a + SIZE * SIZE;
  for (int i = 0; i < 20; i++) cst_gemm(CST_NT, SIZE, SIZE, SIZE, a, b, false, c);
  return NULL;
}

static void threads_get_the_same_bits(void **state)
{
  pthread_t ids[THREADS];
  float *c[THREADS];
  const float *ab = test_random(9, 2 * SIZE * SIZE);

  (void)state;
  for (size_t t = 0; t < THREADS; t++) {
    c[t] = test_zeros(3 * SIZE * SIZE);
    memcpy(c[t] + SIZE * SIZE, ab, 2 * SIZE * SIZE * sizeof *ab);
  }
  multiply(c[0]); /* alone */
  for (size_t t = 1; t < THREADS; t++)
    assert_int_equal(pthread_create(&ids[t], NULL, multiply, c[t]), 0);
  for (size_t t = 1; t < THREADS; t++) pthread_join(ids[t], NULL);
  for (size_t t = 1; t < THREADS; t++) assert_memory_equal(c[0], c[t], SIZE * SIZE * sizeof(float));
  test_release(NULL);
}

/* What cst_gemm() promises: chains of 256, added up in order. */
static float defined(size_t K, const float *a, size_t a_step, const float *b, size_t b_step,
                     const float *c)
{
  float total = c ? *c : 0.0f;
  for (size_t k = 0; k < K; k += 256) {
    float sum = 0.0f;
    for (size_t i = k; i < K && i < k + 256; i++) sum = fmaf(a[i * a_step], b[i * b_step], sum);
    total = k > 0 || c ? total + sum : sum;
  }
  return total;
}

static void check_bits(size_t M, size_t N, size_t K, cst_transpose t, bool add)
{
  const float *a = test_random(1, M * K), *b = test_random(2, K * N), *c = test_random(3, M * N);
  float *got = test_zeros(M * N);
  const size_t am = t == CST_TN ? 1 : K, ak = t == CST_TN ? M : 1;
  const size_t bn = t == CST_NT ? K : 1, bk = t == CST_NT ? 1 : N;

  memcpy(got, c, M * N * sizeof *c);
  cst_gemm(t, M, N, K, a, b, add, got);
  for (size_t m = 0; m < M; m++)
    for (size_t n = 0; n < N; n++)
      if (got[m * N + n] != defined(K, a + m * am, ak, b + n * bn, bk, add ? &c[m * N + n] : NULL))
        fail_msg("%s: %zu x %zu x %zu, element (%zu, %zu)", cst_isa_current()->name, M, N, K, m, n);
  test_release(NULL);
}

/* False where this CPU has not got the instruction set. */
static bool choose(const char *name)
{
  const kernel_isa *isa;
  setenv("CST_ISA", name, 1);
  return cst_isa_choose(&isa) == CST_OK;
}

static void every_instruction_set_gives_the_bits_of_the_definition(void **state)
{
  static const size_t shapes[][3] = {{1, 1, 1},   {1, 10, 128},  {16, 32, 130},
                                     {17, 33, 5}, {70, 65, 300}, {5, 9, 600}};
  (void)state;
  for (size_t i = 0; cst_conv_isa_name(i); i++) {
    if (!choose(cst_conv_isa_name(i))) continue;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
      for (size_t t = 0; t < 3; t++)
        check_bits(shapes[s][0], shapes[s][1], shapes[s][2], all[t], s % 2 == 0);
  }
  unsetenv("CST_ISA");
}

static float from_bits(uint32_t bits)
{
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* Exponents near each other, where sums cancel and round, and few bits, where they end in the middle
 * of two floats; now and then anything: infinities, NaN, subnormal numbers. */
static void draw(const cst_random_key *key, uint64_t i, float x[3])
{
  for (uint64_t j = 0; j < 3; j++) {
    const uint32_t r = cst_random_u32(key, 4 * i + j);
    const uint32_t short_one = (r & 0x80ffff00u) % 0x82000000u | (110u + r % 34u) << 23;
    x[j] = from_bits(i % 4 == 0 ? r
                     : i % 2    ? (r & 0x807fffffu) | (110u + r % 34u) << 23
                                : short_one);
  }
}

/* a b + c as the kernels compute it: a product of two columns, (a, c) (b, 1). */
static void multiply_adds_are_rounded_once(void **state)
{
  const cst_random_key key = cst_random_key_make(1, CST_RANDOM_TEST, 3, 1, 1);
  (void)state;
  for (size_t s = 0; cst_conv_isa_name(s); s++) {
    if (!choose(cst_conv_isa_name(s))) continue;
    for (uint64_t i = 0; i < 200000; i++) {
      float x[3], got;
      draw(&key, i, x);
      const float a[2] = {x[2], x[0]}, b[2] = {1.0f, x[1]}, want = fmaf(x[0], x[1], x[2] * 1.0f);
      cst_gemm(CST_NN, 1, 1, 2, a, b, false, &got);
      if (memcmp(&got, &want, sizeof got) != 0 && !(got == want) && !(isnan(got) && isnan(want)))
        fail_msg("%s: %a * %a + %a = %a, not %a", cst_conv_isa(), (double)x[0], (double)x[1],
                 (double)x[2], (double)got, (double)want);
    }
  }
  unsetenv("CST_ISA");
}

static void nothing_is_left(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(products_match_twin),
      cmocka_unit_test(empty_products_do_nothing_wrong),
      cmocka_unit_test(leading_dimensions_are_respected),
      cmocka_unit_test(threads_get_the_same_bits),
      cmocka_unit_test(every_instruction_set_gives_the_bits_of_the_definition),
      cmocka_unit_test(multiply_adds_are_rounded_once),
      cmocka_unit_test(nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
