/*
 * Matrix products against their plain twin, which sums in double.
 */
#include "support/test_support.h"

#include "cassette/gemm.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

static const cst_transpose all[] = {CST_NN, CST_NT, CST_TN};

static void check(size_t M, size_t N, size_t K, float beta)
{
  const float *a = test_random(1, M * K), *b = test_random(2, K * N), *c = test_random(3, M * N);
  float *got = test_zeros(M * N), *want = test_zeros(M * N);

  for (size_t t = 0; t < 3; t++) {
    for (size_t i = 0; i < M * N; i++) got[i] = want[i] = beta == 0.0f ? NAN : c[i];
    cst_gemm(all[t], M, N, K, a, b, beta, got);
    cst_gemm_plain(all[t], M, N, K, a, b, beta, want);
    for (size_t i = 0; i < M * N; i++)
      assert_near((double)got[i], (double)want[i], 4e-7 * sqrt((double)K + 1.0), "element");
  }
  test_release(NULL);
}

static void products_match_twin(void **state)
{
  static const size_t sizes[] = {1, 2, 7, 16, 33, 100};
  const size_t n = sizeof sizes / sizeof *sizes;

  (void)state;
  for (size_t m = 0; m < n; m++)
    for (size_t k = 0; k < n; k++)
      for (size_t j = 0; j < n; j++) check(sizes[m], sizes[j], sizes[k], (float)((m + j) % 3) / 2);
}

static void empty_products_do_nothing_wrong(void **state)
{
  float c[2] = {3.0f, 5.0f}, a[2] = {1.0f, 1.0f};

  (void)state;
  cst_gemm(CST_NN, 0, 2, 1, a, a, 0.0f, c);
  cst_gemm(CST_NN, 2, 0, 1, a, a, 0.0f, c);
  assert_true(c[0] == 3.0f && c[1] == 5.0f);
  cst_gemm(CST_NN, 1, 2, 0, a, a, 0.5f, c); /* an empty sum leaves beta C */
  assert_true(c[0] == 1.5f && c[1] == 2.5f);
  cst_gemm(CST_TN, 1, 2, 0, a, a, 0.0f, c);
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
    cst_gemm_ld(all[t], M, N, K, a, WIDE, b, WIDE, 0.0f, c, WIDE);
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
  for (int i = 0; i < 20; i++) cst_gemm(CST_NT, SIZE, SIZE, SIZE, a, b, 0.0f, c);
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

static void library_is_named(void **state)
{
  (void)state;
  assert_non_null(strstr(cst_gemm_library(), "OpenBLAS"));
  assert_non_null(strstr(cst_gemm_library(), "kernels for"));
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
      cmocka_unit_test(library_is_named),
      cmocka_unit_test(nothing_is_left),
  };
  if (cst_gemm_init() != CST_OK) return 1;
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
