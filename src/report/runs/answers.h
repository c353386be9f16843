/* A run's answers to its held-out clips, from predictions/held-out.csv. */
#ifndef ANSWERS_H
#define ANSWERS_H

#include "run_files.h"

#include "cassette/table.h"

/* All borrowed from the tables they were read from. */
typedef struct {
  const char *fold, *clip, *session, *truth;
  bool right;
} answer;

/* Only clips that count, in byte order of fold and clip. */
typedef struct {
  cst_table *table; /* NULL: rows of other tables */
  answer *row;
  size_t n;
} answers;

/* CST_ERR_DATA names what is missing and the command that makes it. */
cst_status answers_read(const run_files *run, answers *out);
/* The rows of several in one list. */
cst_status answers_join(size_t n, const answers *const *parts, answers *out);
void answers_reset(answers *self);
/* Whether both lists are of the same clips, with the same sessions and truth. */
bool answers_same_clips(const answers *a, const answers *b);

#endif
