/**
 * @file stage.h
 * The stages of training, by name in journals and checkpoints.
 */
#ifndef CST_STAGE_H
#define CST_STAGE_H

#include <stdint.h>

typedef enum {
  CST_STAGE_PRETRAIN,     /**< on the TAU set, its own classes */
  CST_STAGE_FINETUNE,     /**< on the labelled clips; new final layer */
  CST_STAGE_PSEUDO_LABEL, /**< the teacher labels the unlabelled clips */
  CST_STAGE_STUDENT,      /**< by the strategy; a round of it where there are several */
  CST_STAGE_DONE
} cst_stage;
const char *cst_stage_name(cst_stage s);

/** Random numbers differ between stages, rounds and folds (but for one pair of names in 2^24, to no
 *  harm).  Those of a @p fold (NULL: none) depend on its whole name, not on which other folds are
 *  run beside it. */
uint32_t cst_stage_key(const char *fold, cst_stage s, int64_t round);

#endif
