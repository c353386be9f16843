/*
 * Vectors of four floats in portable C: SSE2 or NEON, or whatever the compiler makes of them.
 */
#define LANES                 4
#define ROWS                  6
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#define TABLE                 cst_isa_plain
#define TABLE_NAME            "plain"

#include "lanes.h"
