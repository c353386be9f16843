/* Contract in trained_on.h. */
#include "cassette/trained_on.h"

#include "cassette/checkpoint.h"
#include "cassette/memory.h"
#include "cassette/stage.h"

#include <string.h>

cst_status cst_job_check_model(const cst_job *job, const char *path,
                               const cst_model_manifest *manifest)
{
  const char *before = manifest->trained_on;
  if (!before && manifest->data)
    return cst_raise(CST_ERR_DATA,
                     "%s: made by an earlier version, which did not note the sound that it was "
                     "trained on; use --run for another directory, or remove %s/checkpoints to "
                     "begin anew",
                     path, job->dir);
  if (!before || strcmp(before, job->data_digest) == 0) return CST_OK;
  return cst_raise(CST_ERR_DATA,
                   "%s: was trained on other data: the digest of tables and sound was %s, now it "
                   "is %s; put them back, use --run for another directory, or remove "
                   "%s/checkpoints to begin anew",
                   path, before, job->data_digest, job->dir);
}

/* Evaluation clips may change once training is over; before, a checkpoint counts on their number.
 */
cst_status cst_job_check_checkpoint(const cst_job *job, const char *path,
                                    const cst_model_manifest *manifest)
{
  const char *at = manifest->stage;
  const int64_t clips = manifest->clips;
  const cst_status st = cst_job_check_model(job, path, manifest);
  if (st != CST_OK || (at && strcmp(at, cst_stage_name(CST_STAGE_DONE)) == 0) ||
      clips == CST_NO_COUNT || clips == (int64_t)job->data->n)
    return st;
  return cst_raise(CST_ERR_DATA,
                   "%s: was made when there were %lld clips, now there are %zu; put the evaluation "
                   "set back as it was until training is done, or use --run for another directory",
                   path, (long long)clips, job->data->n);
}

cst_status cst_job_check_trained(const cst_job *job)
{
  cst_status st = CST_OK;
  char *dir = cst_job_path(job, "checkpoints"), *path = NULL;
  cst_json *document = NULL;
  cst_model_manifest manifest;
  if (!dir) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_checkpoint_latest(dir, &path));
  if (!path) goto done;
  CST_TRY(cst_model_manifest_read(path, &document, &manifest));
  CST_TRY(cst_job_check_checkpoint(job, path, &manifest));
done:
  cst_json_destroy(&document);
  cst_free(path);
  cst_free(dir);
  return st;
}
