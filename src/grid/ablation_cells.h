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
  char **argv;          /* borrowed */
  cst_names folds;      /* held out, one after another */
  cst_config **setting; /* [settings] the grid's configuration under each; NULL without settings */
  size_t settings;
  cst_cell *cell;
  size_t n;
};

/* ablation_config.c */
/* The grid's configuration under setting @p i, its name (NULL: none), and the directory below @p dir
 * of what belongs to it; without settings all are the grid's own. */
const cst_config *ablation_setting(const cst_ablation *self, size_t i);
const char *ablation_setting_name(const cst_ablation *self, size_t i);
char *ablation_setting_dir(const cst_ablation *self, const char *dir, size_t i);
/* Configuration of cell @p k. */
cst_status ablation_cell_config(const cst_ablation *self, size_t k, cst_config **out);
/* What all cells share: the grid's own configuration. */
cst_status ablation_shared_config(const cst_ablation *self, cst_config **out);
/* What the cells of a setting and seed share, up to pre-training, and where it is.  */
cst_status ablation_pretrain_config(const cst_ablation *self, const cst_cell *cell,
                                    cst_config **out);
cst_status ablation_pretrain_dir(const cst_ablation *self, const cst_cell *cell, char **out);

#endif
