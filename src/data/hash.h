/* 64-bit FNV-1a of a text: index of names, and keys of random draws that follow a name and not
 * its place in a list. */
#ifndef CST_DATA_HASH_H
#define CST_DATA_HASH_H

#include <stdint.h>

uint64_t cst_fnv1a(const char *text);

#endif
