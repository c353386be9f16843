/*
 * AVX2 and FMA: vectors of eight floats, 16 registers.
 */
#include "isa.h"

#if defined(__x86_64__)

#  if defined(__clang__)
#    pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#  else
#    pragma GCC target("avx2,fma")
#  endif

#  include <immintrin.h>

#  define LANES                 8
#  define ROWS                  6
#  define MULTIPLY_ADD(a, b, c) _mm256_fmadd_ps(a, b, c)
#  define TABLE                 cst_isa_avx2
#  define TABLE_NAME            "avx2"

#  include "lanes.h"

#  if defined(__clang__)
#    pragma clang attribute pop
#  endif

#endif
