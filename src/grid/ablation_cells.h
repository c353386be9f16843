/* The inside of an ablation.  Private to grid. */
#ifndef CST_GRID_ABLATION_CELLS_H
#define CST_GRID_ABLATION_CELLS_H

#include "cassette/ablation.h"
#include "cassette/dataset.h"

struct cst_ablation {
  cst_comm *comm;           /* borrowed */
  const cst_config *config; /* borrowed */
  char *dir;
  int argc;
  char **argv;     /* borrowed */
  cst_names folds; /* held out, one after another */
  cst_cell *cell;
  size_t n;
};

/* ablation.c */
/* Configuration of cell @p k. */
cst_status ablation_cell_config(const cst_ablation *self, size_t k, cst_config **out);
/* The grid's own configuration, for what all cells share; @p seed: of what those of a seed share.
 */
cst_status ablation_shared_config(const cst_ablation *self, const int64_t *seed, cst_config **out);

#endif
