/* Every instruction set at hand gives the digests that are committed in numerics.c. */
#include "cassette/conv.h"
#include "cassette/numerics.h"
#include "support/test_support.h"

#include <stdlib.h>
#include <string.h>

static cst_numerics measured(void)
{
  cst_numerics out;
  assert_ok(cst_numerics_measure(&out));
  return out;
}

/* Of all but resampling, for which libsoxr has other code elsewhere (test_resample). */
static void committed_bits(void **state)
{
  (void)state;
  for (size_t i = 0; cst_conv_isa_name(i); i++) {
    setenv("CST_ISA", cst_conv_isa_name(i), 1);
    if (strcmp(cst_conv_isa(), cst_conv_isa_name(i)) != 0) continue; /* not on this CPU */
    const cst_numerics got = measured();
    if (strncmp(cst_numerics_machines(&got), "all", 3) == 0) continue;
    for (int p = 0; p < CST_ARITHMETIC_PARTS; p++)
      print_message("%s: %s %s\n", cst_conv_isa(), cst_numerics_part_name((cst_numerics_part)p),
                    got.part[p]);
    fail_msg("%s: bits that differ from those committed in numerics.c", cst_conv_isa());
  }
  unsetenv("CST_ISA");
}

static void machines_follow_from_what_differs(void **state)
{
  (void)state;
  cst_numerics some = measured();
  some.part[CST_ARITHMETIC_RESAMPLING][0] ^= 1;
  assert_non_null(strstr(cst_numerics_machines(&some), "this libsoxr"));
  some.part[CST_ARITHMETIC_NETWORK][0] ^= 1;
  assert_non_null(strstr(cst_numerics_machines(&some), "these numerics only"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(committed_bits),
      cmocka_unit_test(machines_follow_from_what_differs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
