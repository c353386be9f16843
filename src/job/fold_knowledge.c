/* Contract in fold_knowledge.h. */
#include "cassette/fold_knowledge.h"

#include <string.h>

static cst_status digest_roles(const cst_job *self, const cst_fold *fold, cst_role one,
                               cst_role other, char hex[CST_DIGEST_HEX])
{
  cst_status st = CST_OK;
  cst_digest *digest = NULL;
  CST_TRY(cst_digest_create(&digest));
  for (size_t i = 0; i < self->data->n; i++) {
    const cst_clip *clip = &self->data->clip[i];
    if (cst_role_is(fold->role[i], one) || cst_role_is(fold->role[i], other))
      cst_digest_add(digest, clip->id, strlen(clip->id) + 1);
  }
  cst_digest_hex(digest, hex);
done:
  cst_digest_destroy(&digest);
  return st;
}

cst_status cst_fold_labels_digest(const cst_job *self, const cst_fold *fold,
                                  char hex[CST_DIGEST_HEX])
{
  return digest_roles(self, fold, CST_ROLE_TRAIN, CST_ROLE_VALIDATION, hex);
}

cst_status cst_fold_tested_digest(const cst_job *self, const cst_fold *fold,
                                  char hex[CST_DIGEST_HEX])
{
  return digest_roles(self, fold, CST_ROLE_TEST, CST_ROLE_TEST, hex);
}
