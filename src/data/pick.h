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

/* picked[i] = true for the clips drawn among the labelled ones with candidate[i]; both [n].
 * `classes`: all scenes are below it.  A class always keeps a session. */
cst_status cst_pick(const cst_dataset *data, const bool *candidate, size_t classes,
                    const pick_spec *spec, bool *picked);

#endif
