/*
 * Loops over activations are compiled for several instruction sets and chosen at run time: the
 * build itself must run on every node of a mixed cluster.  They hold no sum whose order a wider
 * register would change, and the compiler may not contract them (-std=c11), so every choice gives
 * the same bits.
 */
#ifndef CST_VECTOR_H
#define CST_VECTOR_H

#if defined(__x86_64__) && defined(__linux__) && !defined(CST_SANITIZED)
#  define CST_VECTOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#  define CST_VECTOR
#endif

#endif
