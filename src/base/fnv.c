/* Contract in cassette/fnv.h. */
#include "cassette/fnv.h"

uint32_t cst_fnv1a_32(const char *text)
{
  uint32_t hash = 2166136261u;
  for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 16777619u;
  return hash;
}

uint64_t cst_fnv1a_64(const char *text)
{
  uint64_t hash = 14695981039346656037u;
  for (; *text; text++) hash = (hash ^ (unsigned char)*text) * 1099511628211u;
  return hash;
}
