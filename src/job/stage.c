/* Contract in stage.h. */
#include "cassette/stage.h"

#include "cassette/fnv.h"

const char *cst_stage_name(cst_stage s)
{
  static const char *const name[] = {"pretrain", "finetune", "pseudo-label", "student", "done"};
  return name[s];
}

uint32_t cst_stage_key(const char *fold, cst_stage s, int64_t round)
{
  const uint32_t hash = cst_fnv1a_32(fold ? fold : "");
  return hash << 8 | (uint32_t)round << 3 | (uint32_t)s; /* rounds: 31 at most */
}
