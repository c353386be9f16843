/* Lines of results, to standard output or to a file that is whole or absent.  Private to classify. */
#ifndef CST_LINES_H
#define CST_LINES_H

#include "cassette/status.h"

#include <stddef.h>
#include <stdio.h>

typedef struct {
  FILE *file;       /* NULL: not open */
  const char *path; /* borrowed; NULL: standard output */
  char *temp;
} lines;

/* Zeroed storage may be closed. */
cst_status lines_open(lines *self, const char *path);
cst_status lines_write(lines *self, const char *text, size_t bytes);
/* Who reads along sees what was written. */
cst_status lines_flush(lines *self);
/* Make the file visible. */
cst_status lines_commit(lines *self);
/* What was not committed is gone. */
void lines_close(lines *self);

#endif
