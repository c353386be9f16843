/*
 * The source of the AVX-512 kernels, sixteen lanes and twelve rows, compiled for any CPU: its
 * indexing is tested even where the instructions are missing.
 */
/* Vectors wider than the registers are passed in memory; all of it is inlined anyway. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define LANES                 16
#define ROWS                  12
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#define TABLE                 sixteen_lanes
#define TABLE_NAME            "sixteen lanes"

#include "isa.h"
extern const kernel_isa sixteen_lanes;
#include "lanes.h"

#include "conv_check.h"
#include "conv_plan.h"

static void sixteen_lanes_match_definition(void **state)
{
  static const shape shapes[] = {{1, 1, 1, 1},   {5, 7, 3, 5},    {9, 6, 17, 33},  {6, 9, 32, 31},
                                 {7, 31, 1, 64}, {13, 12, 1, 40}, {12, 27, 40, 72}};
  (void)state;
  for (size_t n = 0; n < sizeof shapes / sizeof *shapes; n++) {
    const shape *s = &shapes[n];
    cst_conv plan = {.H = s->H,
                     .W = s->W,
                     .C = s->C,
                     .K = s->K,
                     .method = &cst_conv_winograd,
                     .isa = &sixteen_lanes};
    const passes want = defined_passes(s, n);
    check_plan(&plan, s, n, &want, TOLERANCE);
    plan.method = &cst_conv_direct;
    if (s->C == 1) check_plan(&plan, s, n, &want, TOLERANCE);
    test_release(NULL);
  }
}

static void sixteen_lanes_of_parts_match_definition(void **state)
{
  static const shape shapes[] = {{9, 14, 32, 64}, {30, 33, 64, 32}};
  (void)state;
  for (size_t n = 0; n < sizeof shapes / sizeof *shapes; n++) {
    const shape *s = &shapes[n];
    cst_conv plan = {.H = s->H, .W = s->W, .C = s->C, .K = s->K};
    plan.method = &cst_conv_winograd;
    plan.isa = &sixteen_lanes;
    plan.products = CST_PRODUCTS_BF16X3;
    const passes want = defined_passes(s, n);
    check_plan(&plan, s, n, &want, PARTS_TOLERANCE);
    test_release(NULL);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(sixteen_lanes_match_definition),
                                     cmocka_unit_test(sixteen_lanes_of_parts_match_definition)};
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
