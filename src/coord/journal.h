/* metrics.jsonl: one JSON object per event, in the order of training; the same for TensorBoard.
 * Rank 0 only; all calls do nothing on a journal that is not open.  Private to coord. */
#ifndef CST_COORD_JOURNAL_H
#define CST_COORD_JOURNAL_H

#include "tfevents.h"

#include <stdint.h>
#include <stdio.h>

typedef struct {
  FILE *file;
  char *path;
  tfevents tensorboard;
} journal;

/* Open metrics.jsonl in the run directory @p dir and cut it to its first @p bytes: events after the
 * checkpoint that training resumes from are written again.  A shorter file is gone on with, and
 * said.  The file for TensorBoard is made anew from what remains. */
cst_status journal_open(const char *dir, uint64_t bytes, journal *out);
/* Append an event; adds "time" (wall clock) and takes @p event. */
cst_status journal_add(journal *self, cst_json *event);
/* Flush, sync and give the length so far. */
cst_status journal_sync(journal *self, uint64_t *bytes);
void journal_close(journal *self);

/* Whether the journal in @p dir, as it stands on disk, has events of that stage. */
bool journal_tells_of(const char *dir, const char *stage);

#endif
