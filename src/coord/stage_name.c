/* Contract in stage_name.h. */
#include "stage_name.h"

const char *stage_name(stage s)
{
  static const char *const name[] = {"pretrain", "finetune", "pseudo-label", "student", "done"};
  return name[s];
}
