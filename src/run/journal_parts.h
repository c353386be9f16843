/* The two files of a journal.  Private to run. */
#ifndef CST_RUN_JOURNAL_PARTS_H
#define CST_RUN_JOURNAL_PARTS_H

#include "tfevents.h"

#include "cassette/journal.h"

#include <stdio.h>

struct cst_journal {
  FILE *file;
  char *path;
  tfevents tensorboard;
};

#endif
