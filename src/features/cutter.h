/* Samples that come in pieces, cut into windows as cassette/windows.h says. */
#ifndef CST_CUTTER_H
#define CST_CUTTER_H

#include "cassette/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint64_t window, hop; /* W, H */
  uint64_t begin, end;  /* the samples that are held are [begin, end) of the recording */
  uint64_t windows;     /* cut so far */
  uint64_t heard;       /* end of the last of them */
  float *held;          /* [end - begin] */
  size_t capacity;
  bool over; /* no more samples come */
} cutter;

/* Zeroed storage is fine before; keeps its buffer from one recording to the next. */
void cutter_begin(cutter *self, uint64_t window, uint64_t hop);
void cutter_reset(cutter *self);
/* Add samples.  All windows that are ready must have been taken. */
cst_status cutter_add(cutter *self, const float *samples, size_t n);
/* The next window, if it is known where it ends: its samples (borrowed until the next call of
 * cutter_add()) and place. */
bool cutter_next(cutter *self, const float **samples, uint64_t *first, uint64_t *n);

#endif
