/**
 * @file journal.h
 * metrics.jsonl: one JSON object per event, in the order of training; the same for TensorBoard.
 * One rank writes; on the others the journal is NULL, and all calls do nothing.  Local.
 */
#ifndef CST_JOURNAL_H
#define CST_JOURNAL_H

#include "cassette/journal_event.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct cst_journal cst_journal;

/** Open metrics.jsonl in the run directory @p dir and cut it to its first @p bytes: events after the
 *  checkpoint that training resumes from are written again.  A shorter file is gone on with, and
 *  said.  The file for TensorBoard is made anew from what remains. */
cst_status cst_journal_open(const char *dir, uint64_t bytes, cst_journal **out);
/** Append an event, and its time. */
cst_status cst_journal_add(cst_journal *self, const cst_journal_event *event);
/** Flush, sync and give the length so far. */
cst_status cst_journal_sync(cst_journal *self, uint64_t *bytes);
void cst_journal_close(cst_journal **self);

/** Whether the journal in @p dir, as it stands on disk, has events of that stage. */
cst_status cst_journal_tells_of(const char *dir, const char *stage, bool *found);

#endif
