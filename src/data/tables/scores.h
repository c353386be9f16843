/* One table of scores of clips, from CSV or HDF5. */
#ifndef CST_DATA_SCORES_H
#define CST_DATA_SCORES_H

#include "cassette/teacher_table.h"

typedef struct {
  const char *path; /* borrowed */
  cst_scores kind;  /* as its file says, AUTO: it does not */
  size_t rows, K;
  char **filename; /* [rows] */
  size_t *line;    /* [rows] in the file, from 1; HDF5: of the array */
  double *value;   /* [rows][K] in the data set's order of classes */
} scores;

/* Every number is finite.  CST_ERR_DATA names the line. */
cst_status scores_read(const char *path, const cst_names *classes, scores *out);
void scores_reset(scores *self);
/* Decide what the numbers are, and check that probabilities are some. */
cst_status scores_judge(scores *self, cst_scores asked);

#endif
