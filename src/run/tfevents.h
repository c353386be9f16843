/* The journal for TensorBoard: RUN/events.out.tfevents.SECONDS.HOST.  Rank 0 only; all calls do
 * nothing on a file that is not open.  Private to run. */
#ifndef CST_RUN_TFEVENTS_H
#define CST_RUN_TFEVENTS_H

#include "cassette/journal_event.h"

#include <stdio.h>

typedef struct {
  FILE *file;
  char *path;
  char *where;     /* stage, fold and round of the last step; NULL before it */
  int64_t updates; /* steps there so far: the horizontal axis */
  bool begun;      /* the two records in front are written */
} tfevents;

/* Write the events of @p journal (metrics.jsonl) to a new file in @p dir and remove older ones: the
 * file says what the journal says, also after a resume has cut it.  CST_ERR_DATA. */
cst_status tfevents_open(const char *dir, const char *journal, tfevents *out);
/* Append the numbers of an event that went into the journal, which is @p json there. */
cst_status tfevents_add(tfevents *self, const cst_json *json, const cst_journal_event *event);
void tfevents_close(tfevents *self);

#endif
