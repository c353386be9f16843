/* Which checkpoint training goes on from, and whether it belongs to this run. */
#include "training_resume.h"

#include "plan.h"
#include "pretrained.h"
#include "training_state.h"

#include "cassette/job_stages.h"
#include "cassette/log.h"
#include "cassette/memory.h"
#include "cassette/trained.h"
#include "cassette/trained_on.h"

#include <string.h>

static cst_status check_model(const training *self, cst_trained model, bool *whole)
{
  char *path = cst_trained_path(self->job, &model);
  bool ours;
  cst_status st = path ? cst_trained_check(self->job, &model, &ours) : cst_no_memory("path", 1, 1);
  if (st == CST_OK) st = cst_checkpoint_verify(path);
  if (st == CST_ERR_DATA) {
    cst_log(CST_LOG_WARN, "%s; training goes back to before it was made", cst_message());
    cst_clear();
    *whole = false;
    st = CST_OK;
  }
  cst_free(path);
  return st;
}

/* Whether the models that later stages and the evaluation take from files are all there. */
static cst_status check_models(const training *self, bool *whole)
{
  cst_status st = CST_OK;
  const training_state *s = &self->state;
  const cst_folds *folds = &self->job->folds;
  *whole = true;
  if (pretrained_wanted(self->job->config) && s->stage > CST_STAGE_PRETRAIN &&
      s->stage < CST_STAGE_DONE)
    CST_TRY(check_model(self, cst_trained_of(NULL, CST_STAGE_PRETRAIN), whole));
  for (size_t f = 0; f < folds->n && (int64_t)f <= s->fold; f++) {
    const cst_fold *fold = &folds->fold[f];
    const bool finished = (int64_t)f < s->fold;
    if (cst_job_stages(self->job, fold).finetune && (finished || s->stage > CST_STAGE_FINETUNE))
      CST_TRY(check_model(self, cst_trained_of(fold, CST_STAGE_FINETUNE), whole));
    if (finished && cst_job_stages(self->job, fold).student)
      CST_TRY(check_model(self, cst_trained_of(fold, CST_STAGE_STUDENT), whole));
  }
  if (s->stage < CST_STAGE_DONE && s->round > 0)
    CST_TRY(check_model(self, training_teacher(self), whole));
done:
  return st;
}

static const char *text(const char *value) { return value ? value : ""; }

/* Numerics other than the checkpoint's go on, but not in the same bits. */
static void check_numerics(const training *self, const char *path,
                           const cst_model_manifest *manifest)
{
  const char *before = text(manifest->numerics);
  if (self->state.stage == CST_STAGE_DONE || strcmp(before, self->job->numerics.all) == 0) return;
  cst_log(CST_LOG_WARN,
          "%s: was made with other numerics (%s, now %s), by another version or with other "
          "libraries: bits may differ from an undisturbed run",
          path, before, self->job->numerics.all);
}

/* What is left of training is by the files that it began with: @p what, by their digests. */
static cst_status check_files(const training *self, const char *path, const char *what,
                              const char *before, const char *now)
{
  if (self->state.stage == CST_STAGE_DONE || strcmp(text(before), now) == 0) return CST_OK;
  return cst_raise(
      CST_ERR_DATA,
      "%s: was trained with other %s (digest %s, now %s); put them back, use --run for "
      "another directory, or remove %s/checkpoints to begin anew",
      path, what, text(before), now, self->job->dir);
}

/* Read the numbers of the state, and the pseudo-labels where they are still needed. */
static cst_status read_state(training *self, const char *path)
{
  cst_status st = CST_OK;
  cst_field fields[TRAINING_MAX_FIELDS];
  const size_t n = training_state_fields(self, fields);
  const int64_t folds = (int64_t)self->job->folds.n;
  const training_state *s = &self->state;
  char teachers[CST_DIGEST_HEX], responses[CST_DIGEST_HEX];
  cst_json *document = NULL;
  cst_model_manifest manifest;
  CST_TRY(cst_checkpoint_load(path, fields, n - TRAINING_PSEUDO_FIELDS));
  CST_TRY(cst_model_manifest_read(path, &document, &manifest));
  CST_TRY(cst_job_check_checkpoint(self->job, path, &manifest));
  training_teachers_digest(self, teachers);
  training_responses_digest(self, responses);
  CST_TRY(check_files(self, path, "tables in teacher.files or teacher.runs", manifest.teachers,
                      teachers));
  CST_TRY(check_files(self, path, "impulse responses in augment.responses", manifest.responses,
                      responses));
  if (s->stage < CST_STAGE_PRETRAIN || s->stage > CST_STAGE_DONE || s->fold < 0 ||
      s->fold > folds - (s->stage != CST_STAGE_DONE))
    CST_FAIL(CST_ERR_DATA,
             "%s: stands in fold %lld of %lld: it is of another run; use --run for another "
             "directory, or remove %s/checkpoints to begin anew",
             path, (long long)s->fold + 1, (long long)folds, self->job->dir);
  if (s->stage != CST_STAGE_DONE)
    CST_TRY(cst_checkpoint_load(path, fields + n - TRAINING_PSEUDO_FIELDS, TRAINING_PSEUDO_FIELDS));
  check_numerics(self, path, &manifest);
done:
  cst_json_destroy(&document);
  return st;
}

/* As before a checkpoint that cannot serve was read. */
static void forget(training *self, const training_state *fresh)
{
  cst_field fields[TRAINING_MAX_FIELDS];
  const size_t n = training_state_fields(self, fields);
  for (size_t i = 0; i < n; i++)
    memset(fields[i].data, 0, fields[i].count * cst_type_bytes(fields[i].type));
  self->state = *fresh;
}

/* Rank 0: the checkpoint to go on from, read into the state; newer ones removed, and older ones
 * that a killed process had no time for. */
static cst_status choose_checkpoint(training *self, const char *dir, char **path)
{
  cst_status st = CST_OK;
  const training_state fresh = self->state;
  bool whole = false;
  while (!whole) {
    CST_TRY(cst_checkpoint_latest(dir, path));
    self->sequence = *path ? cst_checkpoint_sequence(*path) : 0;
    if (!*path) break;
    CST_TRY(read_state(self, *path));
    CST_TRY(check_models(self, &whole));
    if (whole) break;
    CST_TRY(cst_checkpoint_rewind(dir, self->sequence - 1));
    cst_free(*path);
    *path = NULL;
    forget(self, &fresh);
  }
  CST_TRY(cst_checkpoint_rewind(dir, self->sequence));
  CST_TRY(cst_checkpoint_prune(dir, (size_t)self->job->config->run.keep));
done:
  return st;
}

cst_status training_find_checkpoint(training *self, char **path)
{
  cst_status st = CST_OK;
  cst_field fields[TRAINING_MAX_FIELDS];
  const size_t n = training_state_fields(self, fields);
  char *dir = NULL;
  *path = NULL;
  if (cst_job_root(self->job)) {
    dir = cst_job_path(self->job, "checkpoints");
    st = cst_trained_check_names(self->job);
    if (st == CST_OK) st = dir ? choose_checkpoint(self, dir, path) : cst_no_memory("path", 1, 1);
  }
  CST_TRY(cst_comm_agree(self->job->comm, st));
  cst_comm_broadcast(self->job->comm, &self->sequence, sizeof self->sequence);
  training_share_fields(self, fields, n);
done:
  cst_free(dir);
  return st;
}
