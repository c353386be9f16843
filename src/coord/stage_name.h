/* The stages of training, by name in journals and checkpoints.  Private to coord. */
#ifndef CST_COORD_STAGE_NAME_H
#define CST_COORD_STAGE_NAME_H

typedef enum {
  STAGE_PRETRAIN,     /* on the TAU set, its own classes */
  STAGE_FINETUNE,     /* on the labelled clips; new final layer */
  STAGE_PSEUDO_LABEL, /* the teacher labels the unlabelled clips */
  STAGE_STUDENT,      /* by the strategy; a round of it where there are several */
  STAGE_DONE
} stage;
const char *stage_name(stage s);

#endif
