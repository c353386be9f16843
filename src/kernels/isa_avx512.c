/*
 * AVX-512: vectors of sixteen floats, 32 registers.
 */
#include "isa.h"

#if defined(__x86_64__)

#  if defined(__clang__)
#    pragma clang attribute push(__attribute__((target("avx512f,avx2,fma"))), apply_to = function)
#  else
#    pragma GCC target("avx512f,avx2,fma")
#  endif

#  include <immintrin.h>

#  define LANES                 16
#  define ROWS                  12
#  define MULTIPLY_ADD(a, b, c) _mm512_fmadd_ps(a, b, c)
#  define TABLE                 cst_isa_avx512
#  define TABLE_NAME            "avx512"

#  include "lanes.h"

#  if defined(__clang__)
#    pragma clang attribute pop
#  endif

#endif
