/*
 * Finished models: which of them training leaves, in which files, and whether a file is the one
 * that its name promises.  A model that is missing is never replaced by another stage's.
 */
#include "cassette/trained.h"

#include "cassette/checkpoint.h"
#include "cassette/job_stages.h"
#include "cassette/memory.h"
#include "cassette/trained_on.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

cst_trained cst_trained_of(const cst_fold *fold, cst_stage s)
{
  return (cst_trained){fold, s, CST_LAST_ROUND};
}

/* The end of the name tells stage and round, so that no fold's name can pretend to be them. */
char *cst_trained_path(const cst_job *job, const cst_trained *model)
{
  char fold[CST_SAFE_NAME_BYTES] = "", round[32] = "", *path = NULL, *relative;
  if (model->fold) cst_safe_name(model->fold->name, fold);
  if (model->round != CST_LAST_ROUND)
    snprintf(round, sizeof round, "-round-%lld", (long long)model->round + 1);
  relative = cst_format("checkpoints/best-%s%s%s%s.h5", fold, model->fold ? "-" : "",
                        cst_stage_name(model->stage), round);
  if (relative) path = cst_job_path(job, relative);
  cst_free(relative);
  return path;
}

/* --- whether a file is the model --- */

/* Of a fold's model.  What the manifest does not say is not asked: a file from elsewhere
 * (scripts/convert-checkpoint) tells nothing of stages. */
static cst_status check_manifest(const cst_job *job, const cst_trained *model, const char *path,
                                 const cst_model_manifest *manifest)
{
  const int64_t round =
      model->round == CST_LAST_ROUND ? cst_job_rounds(job) : (int64_t)model->round + 1;
  const char *fold = manifest->fold ? manifest->fold : model->fold->name;
  const char *s = manifest->stage ? manifest->stage : cst_stage_name(model->stage);
  const char *configuration =
      manifest->configuration ? manifest->configuration : job->config_digest;
  if (strcmp(fold, model->fold->name) != 0 || strcmp(s, cst_stage_name(model->stage)) != 0)
    return cst_raise(CST_ERR_DATA,
                     "%s: is the model of stage %s of fold %s, not of stage %s of fold %s", path, s,
                     fold, cst_stage_name(model->stage), model->fold->name);
  if (model->stage == CST_STAGE_STUDENT && manifest->round != CST_NO_COUNT &&
      manifest->round != round)
    return cst_raise(CST_ERR_DATA, "%s: is of round %lld, not %lld", path,
                     (long long)manifest->round, (long long)round);
  if (strcmp(configuration, job->config_digest) != 0)
    return cst_raise(CST_ERR_DATA,
                     "%s: was trained under another configuration (digest %s, this run's is %s)",
                     path, configuration, job->config_digest);
  return CST_OK;
}

cst_status cst_trained_check(const cst_job *job, const cst_trained *model, bool *ours)
{
  cst_status st = CST_OK;
  char *path = cst_trained_path(job, model);
  cst_json *document = NULL;
  cst_model_manifest manifest;
  *ours = true;
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  if (!cst_file_exists(path))
    CST_FAIL(CST_ERR_DATA, "%s: no such file: the model of stage %s%s%s is missing", path,
             cst_stage_name(model->stage), model->fold ? " of fold " : "",
             model->fold ? model->fold->name : "");
  CST_TRY(cst_model_manifest_read(path, &document, &manifest));
  *ours = manifest.stage != NULL;
  if (model->fold) CST_TRY(check_manifest(job, model, path, &manifest));
done:
  cst_json_destroy(&document);
  cst_free(path);
  return st;
}

cst_status cst_trained_check_data(const cst_job *job, const cst_trained *model)
{
  cst_status st = CST_OK;
  char *path = cst_trained_path(job, model);
  cst_json *document = NULL;
  cst_model_manifest manifest;
  if (!path) CST_TRY(cst_no_memory("path", 1, 1));
  CST_TRY(cst_model_manifest_read(path, &document, &manifest));
  CST_TRY(cst_job_check_model(job, path, &manifest));
done:
  cst_json_destroy(&document);
  cst_free(path);
  return st;
}

/* --- what evaluation and prediction need --- */

static void add_name(const cst_job *job, const cst_fold *fold, cst_stage s, cst_json *list)
{
  const cst_trained model = cst_trained_of(fold, s);
  char *path = cst_trained_path(job, &model);
  if (path) cst_json_append_string(list, cst_path_name(path));
  cst_free(path);
}

cst_json *cst_trained_names(const cst_job *job)
{
  cst_json *list = cst_json_array();
  for (size_t f = 0; f < job->folds.n; f++) {
    const cst_fold *fold = &job->folds.fold[f];
    if (cst_job_stages(job, fold).finetune) add_name(job, fold, CST_STAGE_FINETUNE, list);
    if (cst_job_stages(job, fold).student) add_name(job, fold, CST_STAGE_STUDENT, list);
  }
  return list;
}

/* Rank 0: a teacher counts unless its student comes from elsewhere. */
static cst_status find(const cst_job *job, const cst_fold *fold, bool teachers,
                       cst_trained_fold *out)
{
  cst_status st = CST_OK;
  const bool student = cst_job_stages(job, fold).student;
  const cst_trained final = cst_trained_of(fold, student ? CST_STAGE_STUDENT : CST_STAGE_FINETUNE);
  const cst_trained teacher = cst_trained_of(fold, CST_STAGE_FINETUNE);
  bool ours;
  *out = (cst_trained_fold){0};
  CST_TRY(cst_trained_check(job, &final, &ours));
  if (teachers && ours && student && cst_job_stages(job, fold).finetune) {
    CST_TRY(cst_trained_check(job, &teacher, &ours));
    out->stage[out->n++] = CST_STAGE_FINETUNE;
  }
  out->stage[out->n++] = final.stage;
done:
  return st;
}

static cst_status find_all(const cst_job *job, bool teachers, cst_trained_fold *out)
{
  char cause[CST_MESSAGE_BYTES];
  cst_status st = CST_OK;
  for (size_t f = 0; f < job->folds.n && st == CST_OK; f++)
    st = find(job, &job->folds.fold[f], teachers, &out[f]);
  if (st != CST_ERR_DATA) return st;
  snprintf(cause, sizeof cause, "%s", cst_message());
  cst_clear();
  return cst_raise(st, "%.1900s; run `cassette train` with the same CONFIG first", cause);
}

static cst_status check_all_data(const cst_job *job, const cst_trained_fold *models)
{
  for (size_t f = 0; f < job->folds.n; f++)
    for (size_t m = 0; m < models[f].n; m++) {
      const cst_trained model = cst_trained_of(&job->folds.fold[f], models[f].stage[m]);
      const cst_status st = cst_trained_check_data(job, &model);
      if (st != CST_OK) return st;
    }
  return CST_OK;
}

cst_status cst_trained_find(const cst_job *job, bool teachers, cst_trained_fold **out)
{
  cst_status st = CST_OK;
  *out = cst_alloc(job->folds.n, sizeof **out);
  if (!*out) st = cst_no_memory("models", job->folds.n, sizeof **out);
  if (st == CST_OK && cst_job_root(job)) st = find_all(job, teachers, *out);
  if (st == CST_OK && cst_job_root(job)) st = check_all_data(job, *out);
  CST_TRY(cst_comm_agree(job->comm, st));
  cst_comm_broadcast(job->comm, *out, job->folds.n * sizeof **out);
done:
  return st;
}

/* --- file systems that ignore letter case --- */

static bool ignores_case(const cst_job *job)
{
  struct stat one, other;
  char *lower = cst_job_path(job, "config.yaml"), *upper = cst_job_path(job, "CONFIG.YAML");
  const bool same = lower && upper && stat(lower, &one) == 0 && stat(upper, &other) == 0 &&
                    one.st_dev == other.st_dev && one.st_ino == other.st_ino;
  cst_free(upper);
  cst_free(lower);
  return same;
}

cst_status cst_trained_check_names(const cst_job *job)
{
  char a[CST_SAFE_NAME_BYTES], b[CST_SAFE_NAME_BYTES];
  const cst_fold *fold = job->folds.fold;
  if (!ignores_case(job)) return CST_OK;
  for (size_t i = 0; i < job->folds.n; i++)
    for (size_t j = 0; j < i; j++) {
      cst_safe_name(fold[i].name, a);
      cst_safe_name(fold[j].name, b);
      if (strcasecmp(a, b) == 0)
        return cst_raise(
            CST_ERR_USAGE,
            "%s: folds %s and %s would have the same files, since letter case does not "
            "count there; rename one, or use --run on another file system",
            job->dir, fold[j].name, fold[i].name);
    }
  return CST_OK;
}
