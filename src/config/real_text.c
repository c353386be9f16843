/* The shortest text of a number.  Contract in value.h. */
#include "value.h"

#include <stdio.h>
#include <stdlib.h>

const char *cst_real_text(double x, char out[CST_REAL_BYTES])
{
  /* 15 digits come back unharmed from a double, and %g drops zeros: the shortest text, if it reads
   * back as x.  17 always do. */
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(out, CST_REAL_BYTES, "%.*g", digits, x);
    if (strtod(out, NULL) == x) break;
  }
  return out;
}
