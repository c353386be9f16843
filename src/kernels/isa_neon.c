/*
 * NEON, which every 64-bit Arm has: vectors of four floats, 32 registers.
 */
#include "isa.h"

#if defined(__aarch64__)

#  include <arm_neon.h>

#  define LANES                 4
#  define ROWS                  12
#  define MULTIPLY_ADD(a, b, c) vfmaq_f32(c, a, b)
#  define TABLE                 cst_isa_neon
#  define TABLE_NAME            "neon"

#  include "lanes.h"

#endif
