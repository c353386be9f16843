/* Drawing whole sessions, or single clips, so that each class gives about the same share. */
#ifndef CST_DATA_PICK_H
#define CST_DATA_PICK_H

#include "cassette/dataset.h"

#include <stdbool.h>

/* What a draw is for; part of what a seed means: never renumber. */
typedef enum { PICK_VALIDATION = 1, PICK_HIDDEN = 2, PICK_PRETRAIN = 3 } pick_purpose;

typedef struct {
  pick_purpose purpose;
  uint64_t seed;
  double share;      /* of the candidates of each class */
  bool single_clips; /* else whole sessions */
  bool at_least_one; /* of each class with two sessions, however large they are */
} pick_spec;

/* Labelled clips, session by session (or one by one), in the order of the draw: what all folds of a
 * split have in common.  Zeroed is empty. */
typedef struct {
  uint32_t *clip;
  size_t n;
} pick_order;
cst_status cst_pick_order_make(const cst_dataset *data, const pick_spec *spec, pick_order *out);
void cst_pick_order_reset(pick_order *self);

/* picked[i] = true for the clips drawn among the labelled ones with candidate[i]; both [n].
 * `order`: made with the same `spec`.  `classes`: all scenes of candidates are below it.  A class
 * always keeps a session. */
cst_status cst_pick(const cst_dataset *data, const pick_order *order, const bool *candidate,
                    size_t classes, const pick_spec *spec, bool *picked);

#endif
