/**
 * @file fnv.h
 * FNV-1a (Fowler, Noll, Vo; public domain) of a text: for indexes of names, and for keys of random
 * draws that follow a name and not its place in a list.
 */
#ifndef CST_FNV_H
#define CST_FNV_H

#include <stdint.h>

uint32_t cst_fnv1a_32(const char *text);
uint64_t cst_fnv1a_64(const char *text);

#endif
