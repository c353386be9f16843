/**
 * @file ablation.h
 * An ablation: the grid settings x strategies x held-out folds x seeds of one configuration (section
 * `ablation`), each cell a run of its own.
 *
 *   DIR/ablation.yaml            the configuration of the grid
 *   DIR/shared/                  manifest.csv and features/, for all cells
 *   DIR/shared/seed-N/           the pre-trained model, for all cells of seed N
 *   DIR/STRATEGY/FOLD/seed-N/    a run directory like any other; FOLD as cst_safe_name() has it
 *
 * Of a grid with settings: DIR/shared/setting-NAME/seed-N/ and DIR/setting-NAME/STRATEGY/...; what
 * settings pre-train alike is that of the first of them.
 *
 * A cell ends in the bits that `cassette run` of its config.yaml gives in a directory of its own:
 * what is shared depends on the data, the recipe and the seed, not on other cells.  The first
 * process that needs a shared part makes it under that directory's lock; others wait for it.
 */
#ifndef CST_ABLATION_H
#define CST_ABLATION_H

#include "cassette/comm.h"
#include "cassette/config.h"
#include "cassette/strategy.h"

typedef struct cst_ablation cst_ablation;

/** All borrowed from the ablation. */
typedef struct {
  const char *setting; /**< NULL: the grid has none */
  size_t of_setting;   /**< its place in ablation.settings; 0 without */
  const char *strategy;
  cst_tier tier;
  const char *held_out; /**< the fold's name */
  int64_t seed;
  char *dir; /**< run directory */
} cst_cell;

typedef enum {
  CST_CELL_NEW,
  CST_CELL_STARTED,
  CST_CELL_DONE,   /**< its report was written */
  CST_CELL_DIFFERS /**< trained under another configuration; it would be refused */
} cst_cell_state;
const char *cst_cell_state_text(cst_cell_state state); /**< new, started, done, differs */

/** Lay out the grid; reads the metadata where all cities of leave-one-city-out are asked for, and
 *  writes nothing.  Borrows @p comm, @p config and @p argv.  @p dir NULL: runs/<name>.  Collective.
 */
cst_status cst_ablation_open(cst_comm *comm, const cst_config *config, const char *dir, int argc,
                             char **argv, cst_ablation **out);
void cst_ablation_close(cst_ablation **self);
const char *cst_ablation_dir(const cst_ablation *self);

/** Cells, in an order that depends on the configuration and the cities alone: seeds fastest, then
 *  folds, then strategies, then settings. */
size_t cst_ablation_cells(const cst_ablation *self);
const cst_cell *cst_ablation_cell(const cst_ablation *self, size_t k);
/** From the files of its run directory.  Local. */
cst_status cst_ablation_state(const cst_ablation *self, size_t k, cst_cell_state *out);

/** What the cells share: manifest, features, the pre-trained models of every seed.  Collective. */
cst_status cst_ablation_prepare(cst_ablation *self);
/** Run cell @p k to its report, going on from where an earlier start stopped; one that is done is
 *  left alone.  Collective. */
cst_status cst_ablation_run(cst_ablation *self, size_t k);

#endif
