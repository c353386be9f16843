/* Contract in teacher_run.h. */
#include "cassette/teacher_run.h"

#include "cassette/memory.h"

#include <string.h>

static const cst_json_row fold_rows[] = {
    CST_ROW(cst_teacher_run_fold, name, TEXT),
    CST_ROW(cst_teacher_run_fold, labels, TEXT),
    CST_ROW(cst_teacher_run_fold, table, TEXT),
};
static const cst_json_shape fold_shape = CST_SHAPE(cst_teacher_run_fold, fold_rows);

static const cst_json_row rows[] = {
    CST_ROW(cst_teacher_run_record, strategy, TEXT),
    CST_ROW(cst_teacher_run_record, tier, TEXT),
    CST_ROW(cst_teacher_run_record, seed, COUNT),
    CST_ROW(cst_teacher_run_record, data, TEXT),
    CST_ROW(cst_teacher_run_record, transductive, TRUTH),
    CST_ROW_WITH(cst_teacher_run_record, folds, LIST, .of = &fold_shape),
};
const cst_json_shape cst_teacher_run_shape = CST_SHAPE(cst_teacher_run_record, rows);

static const char *text(const char *value) { return value ? value : ""; }

char *cst_teacher_run_table(const cst_fold *fold)
{
  char name[CST_SAFE_NAME_BYTES];
  cst_safe_name(fold->name, name);
  return cst_format("teacher/%s.csv", name);
}

/* Training and validation are one: a seed divides them otherwise, and both are known. */
cst_status cst_teacher_run_labels(const cst_job *self, const cst_fold *fold,
                                  char hex[CST_DIGEST_HEX])
{
  cst_status st = CST_OK;
  cst_digest *digest = NULL;
  CST_TRY(cst_digest_create(&digest));
  for (size_t i = 0; i < self->data->n; i++) {
    const cst_clip *clip = &self->data->clip[i];
    if (fold->role[i] == CST_ROLE_TRAIN || fold->role[i] == CST_ROLE_VALIDATION)
      cst_digest_add(digest, clip->id, strlen(clip->id) + 1);
  }
  cst_digest_hex(digest, hex);
done:
  cst_digest_destroy(&digest);
  return st;
}

static const cst_teacher_run_fold *fold_record(const cst_teacher_run_record *record,
                                               const char *name)
{
  for (size_t i = 0; i < record->folds.n; i++)
    if (strcmp(text(record->folds.item[i].name), name) == 0) return &record->folds.item[i];
  return NULL;
}

/* Whether the table is the one that was noted with it. */
static cst_status check_run_table(const char *run, const cst_teacher_run_fold *theirs,
                                  const cst_fold *fold)
{
  cst_status st = CST_OK;
  char *relative = cst_teacher_run_table(fold), digest[CST_DIGEST_HEX];
  char *path = relative ? cst_path_join(run, relative) : NULL;
  if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
  CST_TRY(cst_digest_file(path, digest));
  if (strcmp(text(theirs->table), digest) != 0)
    CST_FAIL(CST_ERR_DATA,
             "%s: is not the table that `cassette teach` wrote there; run `cassette teach "
             "%s/config.yaml --run %s` again",
             path, run, run);
done:
  cst_free(path);
  cst_free(relative);
  return st;
}

static cst_status check_run_fold(const cst_job *self, const char *run,
                                 const cst_teacher_run_record *record, const cst_fold *fold)
{
  cst_status st = CST_OK;
  const cst_teacher_run_fold *theirs = fold_record(record, fold->name);
  char labels[CST_DIGEST_HEX];
  if (!theirs)
    CST_FAIL(CST_ERR_DATA,
             "%s: has no model that fold %s was held out of; train and `cassette teach` that fold, "
             "too",
             run, fold->name);
  CST_TRY(cst_teacher_run_labels(self, fold, labels));
  if (strcmp(text(theirs->labels), labels) != 0)
    CST_FAIL(
        CST_ERR_DATA,
        "%s: its models of fold %s know other labels than those of this run's training and "
        "validation clips; where dataset.hide_labels hides some, give both runs the same split.seed",
        run, fold->name);
  CST_TRY(check_run_table(run, theirs, fold));
done:
  return st;
}

cst_status cst_teacher_run_check(const cst_job *self, const char *run)
{
  cst_status st = CST_OK;
  cst_json *document = NULL;
  cst_teacher_run_record record = {0};
  char *path = cst_path_join(run, CST_TEACHER_RUN_RECORD);
  if (!path) CST_TRY(cst_no_memory("a path", 1, 1));
  if (!cst_file_exists(path))
    CST_FAIL(CST_ERR_DATA, "%s: not there; run `cassette teach %s/config.yaml --run %s` first",
             path, run, run);
  CST_TRY(cst_json_read(path, &document));
  CST_TRY(cst_rows_read(&cst_teacher_run_shape, document, &record));
  const char *data = text(record.data), *tier = text(record.tier);
  if (strcmp(data, self->data_digest) != 0)
    CST_FAIL(
        CST_ERR_DATA,
        "%s: was trained on other data: the digest of tables and sound was %s, this run's is %s",
        run, data, self->data_digest);
  if (strcmp(tier, cst_tier_text(CST_TIER_NONE)) != 0)
    CST_FAIL(CST_ERR_DATA,
             "%s: is of tier %s, and its student would not be told apart; name its tables in "
             "teacher.files: [%s/teacher/{fold}.csv]",
             run, tier, run);
  if (record.transductive && !self->config->split.spec.transductive)
    CST_FAIL(
        CST_ERR_DATA,
        "%s: was trained on unlabelled clips of held-out cities (split.transductive), and this run "
        "is not to be",
        run);
  for (size_t f = 0; f < self->folds.n; f++)
    CST_TRY(check_run_fold(self, run, &record, &self->folds.fold[f]));
done:
  cst_rows_reset(&cst_teacher_run_shape, &record);
  cst_json_destroy(&document);
  cst_free(path);
  return st;
}
