/* One rank's work: recordings in, answers out.  Private to classify. */
#ifndef CST_LISTENER_H
#define CST_LISTENER_H

#include "answer.h"

#include "cassette/clip.h"

typedef struct listener listener;
/* For windows every @p hop samples.  Borrows @p by.  Local. */
cst_status listener_create(const cst_classifier *by, uint64_t hop, listener **out);
void listener_destroy(listener **self);

/* A recording, and what became of it. */
typedef struct {
  const char *path; /* borrowed */
  answer answer;
  char trouble[256]; /* why there is no answer, in a line; "": there is one */
} heard;
/* Hear @p n recordings, whose windows are classified together.  Bad audio is told in trouble; a
 * failure is one of this process or of the networks.  Local. */
cst_status listener_hear(listener *self, heard *recordings, size_t n);

#endif
