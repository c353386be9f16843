/* The bytes of a recording: a whole file, in memory or read where it lies, so that what looks at
 * them needs no more memory for hours than for seconds. */
#ifndef CST_SOUND_BYTES_H
#define CST_SOUND_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes to put in the place of others of a file. */
typedef struct {
  uint64_t at;
  size_t n; /* 0: none */
  uint8_t bytes[8];
} sound_correction;

typedef struct {
  const uint8_t *memory; /* [bytes], borrowed; NULL: they are those of fd */
  int fd;                /* borrowed */
  uint64_t bytes;
  sound_correction correction;
  int error; /* errno of the first read that failed, 0: none */
} sound_bytes;

/* Copy bytes [at, at + n); false where the file ends before, or cannot be read. */
bool sound_bytes_read(sound_bytes *self, uint64_t at, void *to, size_t n);

#endif
