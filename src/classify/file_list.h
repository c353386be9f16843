/* The files to classify.  Private to classify. */
#ifndef CST_FILE_LIST_H
#define CST_FILE_LIST_H

#include "cassette/classify.h"

typedef struct {
  cst_text paths;    /* one after the other, each with its NUL */
  const char **path; /* [n] in paths */
  size_t n;
  uint64_t *bytes; /* [n] of each file, by which ranks share them; 0: unknown */
} file_list;

/* What the options name.  Collective: the same on every rank. */
cst_status file_list_make(const cst_comm *comm, const cst_classify_options *options,
                          file_list *out);
void file_list_reset(file_list *self);
/* owner [n]: who of @p ranks classifies files [first, first + n): the greatest first, each by whom
 * has least to do. */
cst_status file_list_share(const file_list *self, size_t first, size_t n, int ranks, int *owner);

#endif
