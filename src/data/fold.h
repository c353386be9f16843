/* Making one fold: roles per clip, once it is known which cities are held out. */
#ifndef CST_DATA_FOLD_H
#define CST_DATA_FOLD_H

#include "cassette/split.h"
#include "pick.h"

/* What all folds of a split have in common: the order in which sessions are drawn. */
typedef struct {
  pick_order validation, hidden;
} fold_draws;
cst_status cst_fold_draws_make(const cst_dataset *data, const cst_split_spec *spec,
                               fold_draws *out);
void cst_fold_draws_reset(fold_draws *self);

/* held_out: per city, or NULL for the official split (all development clips train, the evaluation
 * set is tested). `out` is new; *reason tells why the fold is of no use (new text), or is NULL. */
cst_status cst_fold_make(const cst_dataset *data, const cst_split_spec *spec,
                         const fold_draws *draws, const char *name, const bool *held_out,
                         cst_fold *out, char **reason);

#endif
