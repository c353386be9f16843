/* Blocks of sums as messages: nothing is lost, and they are as short as promised. */
#include "cassette/exact.h"

#include "exact_inputs.h"
#include "exact_private.h"
#include "support/test_support.h"

#include <string.h>

/* A block survives encoding, bit for bit as a sum, and single gradients stay floats. */
static void codes_carry_sums(void **state)
{
  enum { N = 201 };
  (void)state;
  for (size_t k = 0; k < KINDS; k++) {
    double *x = test_zeros_f64(ROWS * N), *direct = test_zeros_f64(N), *sent = test_zeros_f64(N);
    unsigned char *code = cst_alloc(MAX_CODE_BYTES, 1);
    cst_exact *a, *b;
    cst_parts parts;
    fill(&kinds[k], ROWS, N, x);
    assert_ok(cst_exact_create(N, &a));
    assert_ok(cst_exact_create(N, &b));
    for (size_t r = 0; r < ROWS; r++) cst_exact_add_f64(r % 2 ? a : b, 0, N, x + r * N);
    cst_exact_distil(a, 0, &parts);
    const size_t bytes = cst_exact_encode(&parts, N, code);
    assert_true(bytes <= MAX_CODE_BYTES);
    assert_int_equal(cst_exact_decode(b, 0, N, code), bytes);
    cst_exact_total(b, cst_comm_self(), sent, NULL);
    for (size_t r = 0; r < ROWS; r++) cst_exact_add_f64(a, 0, r % 2 ? 0 : N, x + r * N);
    cst_exact_total(a, cst_comm_self(), direct, NULL);
    assert_memory_equal(direct, sent, N * sizeof *direct);
    cst_exact_destroy(&a);
    cst_exact_destroy(&b);
    cst_free(code);
    test_release(NULL);
  }
}

static size_t code_bytes(size_t terms)
{
  unsigned char code[MAX_CODE_BYTES];
  float *x = test_random(3, BLOCK);
  cst_parts parts;
  cst_exact *sum;
  assert_ok(cst_exact_create(BLOCK, &sum));
  for (size_t k = 0; k < terms; k++) cst_exact_add_f32(sum, 0, BLOCK - k, x + k);
  cst_exact_distil(sum, 0, &parts);
  const size_t bytes = cst_exact_encode(&parts, BLOCK, code);
  cst_exact_destroy(&sum);
  test_release(NULL);
  return bytes;
}

static void codes_are_short(void **state)
{
  (void)state;
  assert_int_equal(code_bytes(0), 1);
  assert_int_equal(code_bytes(1), 2 + BLOCK * sizeof(float));
  assert_in_range(code_bytes(8), BLOCK * sizeof(float), 2 + BLOCK * sizeof(double));
}

/* One sum that a double cannot hold must not double the message. */
static void rare_digits_are_cheap(void **state)
{
  (void)state;
  unsigned char code[MAX_CODE_BYTES];
  const float far = 0x1p-140f;
  float *x = test_random(3, BLOCK);
  cst_parts parts;
  cst_exact *sum;
  assert_ok(cst_exact_create(BLOCK, &sum));
  cst_exact_add_f32(sum, 0, BLOCK, x);
  cst_exact_add_f32(sum, 100, 1, &far);
  cst_exact_distil(sum, 0, &parts);
  assert_int_equal(parts.parts, 2);
  assert_int_equal(cst_exact_encode(&parts, BLOCK, code),
                   1 + 1 + BLOCK * sizeof(float) + 1 + 1 + 1 + sizeof(double));
  cst_exact_destroy(&sum);
}

static void bench_runs(void **state)
{
  (void)state;
  cst_exact_bench_result r;
  assert_ok(cst_exact_bench(cst_comm_self(), 5000, 3, &r));
  assert_true(r.add_s > 0.0 && r.total_s > 0.0 && r.small_s > 0.0 && r.plain_s > 0.0);
  assert_true(r.bytes == 0.0);
}

static void nothing_is_left(void **state)
{
  (void)state;
  assert_int_equal(cst_memory_blocks(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(codes_carry_sums, test_release),
      cmocka_unit_test_teardown(codes_are_short, test_release),
      cmocka_unit_test_teardown(rare_digits_are_cheap, test_release),
      cmocka_unit_test_teardown(bench_runs, test_release),
      cmocka_unit_test(nothing_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
