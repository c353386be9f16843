/* Contract in classifier.h. */
#include "cassette/classifier.h"

#include "classifier_parts.h"

#include "cassette/file.h"

cst_status cst_classifier_open(cst_comm *comm, const char *path, const char *fold, int threads,
                               cst_classifier **out)
{
  cst_status st = CST_OK;
  cst_classifier *self = NULL;
  uint8_t is_dir = cst_comm_rank(comm) == 0 && cst_dir_exists(path);
  *out = NULL;
  CST_TRY(cst_comm_agree(comm, classifier_create(comm, threads, &self)));
  cst_comm_broadcast(comm, &is_dir, sizeof is_dir);
  if (!is_dir && fold)
    CST_FAIL(CST_ERR_USAGE, "%s: --fold chooses a model of a run directory, and this is none",
             path);
  CST_TRY(is_dir ? classifier_from_run(self, path, fold) : classifier_from_file(self, path));
  *out = self;
  self = NULL;
done:
  classifier_destroy(&self);
  return st;
}

void cst_classifier_close(cst_classifier **self) { classifier_destroy(self); }
